"""A run folder → its graph, ready to be asked."""

from pathlib import Path

from questgraph.agents.extraction import DISTRIBUTED, Extraction
from questgraph.graphs.lookup import Lookups


def open_lookups(folder: Path | str, *, hidden: bool = False) -> Lookups:
    """Return the graph of a run, on one machine or many, ready to be asked.

    Args:
        folder: Where the run is.
        hidden: Whether to tell what a conflict policy hides as well.

    Raises:
        RunError: When there is no run in the folder.
    """
    if (Path(folder) / DISTRIBUTED).is_file():
        from questgraph.agents.distributed.run import load_graph

        return Lookups(load_graph(folder), hidden=hidden)
    extraction = Extraction.open(folder)
    try:
        return Lookups(extraction.graph, extraction.schema, hidden=hidden)
    finally:
        extraction.close()
