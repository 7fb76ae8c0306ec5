"""TriG: what each document states stands in a named graph of its own.

The default graph is that of Turtle: names, statements, evidence. Named graphs say who states what
in the words of RDF 1.1, which every tool reads; RDF 1.2, with triple terms, is what
`questgraph load DIR --to oxigraph:PATH` makes.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from rdflib import RDF, Graph
from rdflib.namespace import PROV
from rdflib.term import Node

from questgraph.graphs.exports.base import write_whole
from questgraph.graphs.exports.rdf import to_rdf
from questgraph.graphs.knowledge import KnowledgeGraph


def write_trig(graph: KnowledgeGraph, path: Path) -> None:
    """Write the graph as TriG."""
    write_whole(path, "".join(f"{line}\n" for line in _lines(to_rdf(graph))).encode())


def _lines(rdf: Graph) -> Iterator[str]:
    yield from _triples(rdf)
    for document, stated in sorted(_by_document(rdf).items()):
        yield f"{document.n3()} {{"
        yield from _triples(stated)
        yield "}"


def _by_document(rdf: Graph) -> dict[Node, Graph]:
    """Return what each document states: relations, and which things are of which type."""
    stated: defaultdict[Node, Graph] = defaultdict(Graph)
    for said, evidence in rdf.subject_objects(PROV.wasDerivedFrom):
        for document in rdf.objects(evidence, PROV.wasQuotedFrom):
            stated[document].add(_triple(rdf, said))
    return stated


def _triple(rdf: Graph, said: Node) -> tuple[Node, Node, Node]:
    """Return the triple of a statement, or the one that gives a thing its type."""
    if (said, RDF.type, RDF.Statement) not in rdf:
        return said, RDF.type, next(rdf.objects(said, RDF.type))
    subject, predicate, object_ = (
        next(rdf.objects(said, part)) for part in (RDF.subject, RDF.predicate, RDF.object)
    )
    return subject, predicate, object_


def _triples(rdf: Graph) -> list[str]:
    """Return a triple a line, in order: rdflib writes them in that of their hashes."""
    return sorted(line for line in rdf.serialize(format="nt").splitlines() if line)
