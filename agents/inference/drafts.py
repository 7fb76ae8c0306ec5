"""A draft as a file: one that a person has edited is not replaced."""

import re
from collections.abc import Sequence
from pathlib import Path

from questgraph.agents.inference.draft import Draft
from questgraph.tools.errors import ConfigError, StorageError
from questgraph.tools.records import digest
from questgraph.tools.schema_sources import comment, schema_to_yaml

_MARK = "# draft "
_FIRST = re.compile(rf"{_MARK}([0-9a-f]{{16}}) by `questgraph schema infer`.*\n")


def check_replaceable(path: Path) -> None:
    """Raise `ConfigError` when `path` is something else than a draft that nobody has edited."""
    if not path.exists():
        return
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} is no draft of a schema: give another --out") from error
    first = _FIRST.match(text)
    if not first or first[1] != _hash(text[first.end() :]):
        raise ConfigError(f"{path} was edited, so it is not replaced: give another --out")


def write_draft(path: Path, draft: Draft, problems: Sequence[str], *, put_off: int) -> None:
    """Write a draft.

    Raises:
        StorageError: When it cannot be written.
    """
    missing = [f"missing: {problem}" for problem in problems]
    if put_off:
        missing.append(f"missing: {put_off} questions that were not asked")
    body = "".join(map(comment, missing)) + schema_to_yaml(draft.schema, draft.comments)
    first = f"{_MARK}{_hash(body)} by `questgraph schema infer`, to be edited\n"
    try:
        path.write_text(first + body, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StorageError(
            f"{path}: the draft could not be written: {error.strerror or error}. Free some space;"
            " then the same command continues"
        ) from error


def _hash(body: str) -> str:
    return digest(body)[:16]
