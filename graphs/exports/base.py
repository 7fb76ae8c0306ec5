"""What an export is, and how its file comes into being."""

import tempfile
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


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step: a reader sees the old file or the new one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
