"""A run folder → what the run found, on one machine or many."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from questgraph.agents.extraction import DISTRIBUTED, Extraction
from questgraph.graphs.conflicts import PolicyName

if TYPE_CHECKING:
    from questgraph.agents.distributed.extraction import DistributedExtraction


@contextmanager
def opened(
    folder: Path | str,
    *,
    catalogue: Path | str | None = None,
    show: PolicyName = "all",
    trusted: Sequence[str] = (),
) -> Iterator["Extraction | DistributedExtraction"]:
    """Give what a run found, and let go of its folder at the end.

    Args:
        folder: Where the run is.
        catalogue: File of known things to link the graph's nodes to.
        show: Which of contradicting facts the graph shows: `all`, `latest`, `most-supported` or
            `trusted`.
        trusted: Patterns of document ids or sources, the most trusted first.

    Raises:
        RunError: When there is no run in the folder.
        ConfigError: When the catalogue cannot be read, or policy and trust do not go together.
        MissingPackageError: When a run on many machines cannot be read here.
    """
    if (Path(folder) / DISTRIBUTED).is_file():
        from questgraph.agents.distributed.extraction import DistributedExtraction

        yield DistributedExtraction(folder, catalogue=catalogue, show=show, trusted=trusted)
        return
    extraction = Extraction.open(folder, catalogue=catalogue, show=show, trusted=trusted)
    try:
        yield extraction
    finally:
        extraction.close()
