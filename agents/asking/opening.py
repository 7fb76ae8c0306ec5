"""A run folder → its graph, ready to be asked."""

from pathlib import Path

from questgraph.agents.opening import opened
from questgraph.graphs.lookup import Lookups


def open_lookups(folder: Path | str, *, hidden: bool = False) -> Lookups:
    """Return the graph of a run, on one machine or many, ready to be asked.

    Args:
        folder: Where the run is.
        hidden: Whether to tell what a conflict policy hides as well.

    Raises:
        RunError: When there is no run in the folder.
    """
    with opened(folder) as run:
        return Lookups(run.graph, run.schema, hidden=hidden)
