"""An Oxigraph database on disk as a store: RDF 1.2, asked in SPARQL.

All statements are in the named graph `urn:questgraph:graph`, in the form that
`questgraph.graphs.stores.statements` describes; every other graph of the database is somebody
else's. A relation is found with its evidence by

    SELECT ?head ?tail ?quote WHERE { GRAPH ?g {
        ?r rdf:reifies <<( ?head ?relation ?tail )>> ; prov:wasDerivedFrom ?evidence .
        ?evidence qg:quote ?quote } }
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from itertools import chain
from typing import Any, TypeVar

from questgraph.graphs.exports.rows import EdgeKey, EdgeRow, NodeRow, Rows, edge_row, node_row
from questgraph.graphs.stores.base import Held
from questgraph.tools.errors import MissingPackageError, RunError, StorageError

T = TypeVar("T")


class OxigraphStore:
    """Keeps rows as statements.

    Args:
        path: The database's folder; it is made when it is not there.

    Raises:
        MissingPackageError: When pyoxigraph is not installed.
        RunError: When the folder is something else, or another process has it open.
    """

    def __init__(self, path: str) -> None:
        try:
            import pyoxigraph

            from questgraph.graphs.stores import statements
        except ImportError as error:
            command = "pip install 'questgraph[rdf]'"
            raise MissingPackageError("pyoxigraph", "an RDF store", command) from error
        self._path, self._rdf, self._said = path, pyoxigraph, statements
        try:
            self._store: Any = pyoxigraph.Store(path)
        except OSError as error:
            raise RunError(
                f"{path} cannot be used: {error}. Give a folder that no other process has open"
            ) from error

    def held(self) -> Held:
        """Return what is there."""
        said = self._said
        digests = {q.subject: q.object.value for q in self._quads(None, said.DIGEST, None)}
        types = {q.subject: q.object.value for q in self._quads(None, said.TYPED, None)}
        edges = {
            EdgeKey(head, types.get(q.subject, type_), tail, said.name_of(q.subject)): digests.pop(
                q.subject
            )
            for q in self._quads(None, said.REIFIES, None)
            for head, type_, tail in [said.named_in(q.object)]
        }
        return Held({said.name_of(node): digest for node, digest in digests.items()}, edges)

    def put_nodes(self, rows: Sequence[NodeRow]) -> None:
        """Keep nodes."""
        self._replace([row.id for row in rows], self._said.quads_of(rows, ()))

    def put_edges(self, rows: Sequence[EdgeRow]) -> None:
        """Keep edges."""
        self._replace([row.id for row in rows], self._said.quads_of((), rows))

    def drop_nodes(self, ids: Sequence[str]) -> None:
        """Forget nodes; what other named graphs say of them stays there."""
        self._replace(ids, ())

    def drop_edges(self, keys: Sequence[EdgeKey]) -> None:
        """Forget edges."""
        self._replace([key.id for key in keys], ())

    def note(self, about: str) -> None:
        """Keep the attributes of the graph itself."""
        new = self._said.about(about)
        self._change({*self._quads(new.subject, new.predicate, None)} - {new}, {new})

    def rows(self) -> Rows:
        """Return everything."""
        said = self._said
        data = {q.subject: json.loads(q.object.value) for q in self._quads(None, said.DATA, None)}
        edges = [
            edge_row(head, tail, said.name_of(q.subject), data.pop(q.subject))
            for q in self._quads(None, said.REIFIES, None)
            for head, _, tail in [said.named_in(q.object)]
        ]
        nodes = [node_row(said.name_of(node), told) for node, told in data.items()]
        about = [q.object.value for q in self._quads(said.GRAPH, said.ABOUT, None)]
        return Rows(nodes, edges, about[0] if about else "")

    def close(self) -> None:
        """Let go of the folder."""
        self._tried(self._store.flush)
        # It has no other way of being closed.
        del self._store

    def _replace(self, ids: Iterable[str], quads: Iterable[Any]) -> None:
        """Let `quads` be all that is said of some nodes or edges, and of their evidence."""
        said, new = self._said, set(quads)
        subjects = {said.part(id_) for id_ in ids}
        gone = set(chain.from_iterable(self._quads(each, None, None) for each in subjects))
        gone.update(self._stated_no_more(gone, subjects))
        now, before = (
            {q.object for q in some if q.predicate == said.DERIVED} for some in (new, gone)
        )
        orphans = {each for each in before - now if not self._others(said.DERIVED, each, subjects)}
        gone.update(*(self._quads(each, None, None) for each in now | orphans))
        documents = {q.object for q in gone if q.predicate == said.QUOTED}
        for each in documents:
            if not self._others(said.QUOTED, each, now | orphans):
                gone.update(self._quads(each, None, None))
        self._change(gone - new, new)

    def _stated_no_more(self, old: Iterable[Any], subjects: Set[Any]) -> list[Any]:
        """Return the triples among those of edges which no other edge states."""
        said = self._said
        stated = [quad.object for quad in old if quad.predicate == said.REIFIES]
        return [
            said.stated(triple)
            for triple in stated
            if not self._others(said.REIFIES, triple, subjects)
        ]

    def _others(self, predicate: Any, object_: Any, known: Set[Any]) -> bool:
        """Say whether others than `known` stand in a relation to something."""
        return any(q.subject not in known for q in self._found(None, predicate, object_))

    def _quads(self, subject: Any, predicate: Any, object_: Any) -> list[Any]:
        return self._tried(lambda: list(self._found(subject, predicate, object_)))

    def _found(self, subject: Any, predicate: Any, object_: Any) -> Iterator[Any]:
        quads: Iterator[Any] = self._store.quads_for_pattern(
            subject, predicate, object_, self._said.GRAPH
        )
        return quads

    def _change(self, gone: Set[Any], new: Set[Any]) -> None:
        """Take statements away and add others, in one transaction."""
        if gone:
            update = f"DELETE DATA {self._block(gone)}; INSERT DATA {self._block(new)}"
            self._tried(lambda: self._store.update(update))
        else:
            self._tried(lambda: self._store.extend(new))

    def _block(self, quads: Iterable[Any]) -> str:
        """Return statements as SPARQL has them; the library writes the terms."""
        lines = self._rdf.serialize(
            (quad.triple for quad in quads), format=self._rdf.RdfFormat.N_TRIPLES
        )
        return f"{{ GRAPH {self._said.GRAPH} {{ {(lines or b'').decode()} }} }}"

    def _tried(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except OSError as error:
            raise StorageError(
                f"{self._path}: {error}. Free some space; then the same command continues"
            ) from error
