"""What an export is, how its file comes into being, and what no file can hold.

Half a character (a lone surrogate) is in no encoding of Unicode. Where JSON stands, it is escaped
and comes back; where only plain text can, there is an error, and nobody gets another name than the
graph has.
"""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.errors import ConfigError

HALVES = re.compile("[\ud800-\udfff]")
_SHOWN = 60
"""Characters of a text that an error shows."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """A way of writing a graph down."""

    write: Callable[[KnowledgeGraph, Path], None]
    file: str
    """Name of the file, or folder, that it writes."""

    whole: bool = False
    """Whether it also writes what a policy does not show."""


def as_json(value: object, escaped: re.Pattern[str] = HALVES, *, indent: int | None = None) -> str:
    r"""Return `value` as JSON in which the characters that `escaped` finds are escaped.

    >>> as_json(["é\ud800"])
    '["é\\ud800"]'
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return escaped.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def writable(text: str, format_: str) -> str:
    """Return `text`, which a file in `format_` can hold.

    Raises:
        ConfigError: When it has half a character.
    """
    if not text.isascii() and (half := HALVES.search(text)):
        start = max(0, half.start() - _SHOWN // 2)
        raise ConfigError(
            f"{text[start : start + _SHOWN]!r} has half a character, which {format_} cannot hold:"
            " correct it where it comes from, or write json, graphml, cypher or parquet instead"
        )
    return text


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step: a reader sees the old file or the new one."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
