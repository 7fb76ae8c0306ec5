"""What a run on many machines found, read from its tables: without a cluster, in one process.

The tables hold the graph as far as machines can reduce it (`graphs/reduce.py`): nothing in it is
merged. What needs all of it at once (rules for merges, pronouns, events told twice, contradictions)
is done here, when somebody asks for the graph, by what does it for a run on one machine. Graph and
texts must fit into memory then; of the two the graph is the larger one, since it quotes the texts.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from questgraph.graphs.assembly import finished
from questgraph.graphs.conflicts import Policy, PolicyName
from questgraph.graphs.exports import export
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.catalogues import read_entries
from questgraph.tools.errors import MissingPackageError
from questgraph.tools.records import Document
from questgraph.tools.schema import Schema
from questgraph.tools.schema_sources import schema_from_yaml

try:
    from questgraph.agents.distributed import counting, tables
except ImportError as error:
    raise MissingPackageError(
        "pyarrow", "the tables of a distributed run", "pip install 'questgraph[parquet]'"
    ) from error


class DistributedExtraction:
    """The graph of a distributed run, and what it was read from.

    Args:
        folder: Where the run is.
        catalogue: File of known things to link the graph's nodes to.
        show: Which of contradicting facts the graph shows.
        trusted: Patterns of document ids or sources, the most trusted first.

    Raises:
        RunError: When there is no distributed run in the folder.
        ConfigError: When the catalogue cannot be read, or policy and trust do not go together.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        catalogue: Path | str | None = None,
        show: PolicyName = "all",
        trusted: Sequence[str] = (),
    ) -> None:
        self.folder = Path(folder)
        self.schema: Schema = schema_from_yaml(
            counting.notes_of(self.folder)["schema"], "the run's schema"
        )
        """The types that were looked for."""
        self._catalogue = read_entries(Path(catalogue)) if catalogue else ()
        self._policy = Policy(show, trusted=tuple(trusted))

    @cached_property
    def documents(self) -> dict[str, Document]:
        """The documents by id."""
        return {
            document.id: document
            for name in tables.files(self.folder, tables.DOCUMENTS)
            for document in tables.documents(self.folder, name)
        }

    @cached_property
    def graph(self) -> KnowledgeGraph:
        """The knowledge graph of the admitted claims, merged; people decide nothing here."""
        return finished(
            tables.load_graph(self.folder, self.schema.name),
            self.documents,
            self.schema,
            catalogue=self._catalogue,
            policy=self._policy,
        )

    def export(self, to: str, folder: Path | str) -> Path:
        """Write the graph into `folder` in one of `graphs.exports.exporters`.

        Raises:
            UnknownNameError: When there is no such format.
        """
        return export(self.graph, to, Path(folder))
