"""`questgraph load`: the graph of a run into a database."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from questgraph import display as show
from questgraph import flags
from questgraph.exits import errors

if TYPE_CHECKING:
    from questgraph.graphs.knowledge import KnowledgeGraph

To = Annotated[
    str | None,
    typer.Option(
        help="sqlite:PATH, ladybug:PATH, oxigraph:PATH, or a server that speaks Bolt:"
        " bolt://user@host:7687/database, also neo4j:// and with +s for encryption. Tables in the"
        " run's own file when left out.",
        metavar="TARGET",
    ),
]
Password = Annotated[
    str,
    typer.Option(
        envvar="QUESTGRAPH_STORE_PASSWORD",
        help="For a server; better given by the variable, which no list of processes shows.",
        show_envvar=True,
        show_default=False,
    ),
]


def load(
    folder: flags.Folder,
    to: To = None,
    password: Password = "",
    catalogue: flags.Known = None,
    shown: flags.Show = flags.Shown.ALL,
    trust: flags.Trust = None,
    as_json: flags.Json = False,
) -> None:
    """Load what the graph of a run shows into a database; a second load writes what changed."""
    from questgraph.graphs.stores import load as load_into
    from questgraph.graphs.stores import open_store

    with errors():
        graph = _graph(folder, catalogue, shown, trust or ())
        with open_store(to or _tables(folder), password=password) as store:
            loaded = load_into(graph, store)
    if as_json:
        show.as_json(loaded._asdict())
    else:
        show.line(
            f"{loaded.nodes} nodes and {loaded.edges} edges written, {loaded.dropped} dropped,"
            f" {loaded.unchanged} unchanged"
        )


def _graph(
    folder: Path, catalogue: Path | None, shown: flags.Shown, trust: Sequence[str]
) -> "KnowledgeGraph":
    from questgraph.agents.opening import opened
    from questgraph.graphs.knowledge import visible

    with opened(folder, catalogue=catalogue, show=shown.value, trusted=trust) as run:
        return visible(run.graph)


def _tables(folder: Path) -> str:
    """Return the target that needs no other program: the run's own file, where it has one."""
    from questgraph.agents.extraction import RUN_FILE

    own = folder / RUN_FILE
    return f"sqlite:{own if own.is_file() else folder / 'graph.db'}"
