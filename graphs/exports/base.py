"""What an export is, and how its file comes into being."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from questgraph.graphs.knowledge import KnowledgeGraph


@dataclass(frozen=True, slots=True)
class Exporter:
    """A way of writing a graph down."""

    write: Callable[[KnowledgeGraph, Path], None]
    file: str
    """Name of the file, or folder, that it writes."""

    whole: bool = False
    """Whether it also writes what a policy does not show."""


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step: a reader sees the old file or the new one."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
