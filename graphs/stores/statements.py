"""The graph as RDF 1.2: each relation a triple, and a reifier that says where it comes from.

    <<e:1 type:knows e:2 ~ r:9>> prov:wasDerivedFrom evidence:… .

That is: `r:9 rdf:reifies <<( e:1 type:knows e:2 )>>`. IRIs and PROV terms are those of
`questgraph.graphs.exports.rdf`; parallel edges are reifiers of one triple or of several. Each
resource also has `qg:data`, all its attributes as JSON, and `qg:digest`; one whose type an ontology
calls otherwise has the name of the type as `qg:type`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, Quad, Triple
from rdflib import RDF, RDFS, XSD, Namespace
from rdflib.namespace import PROV, SKOS

from questgraph.graphs.exports.rdf import DOCUMENT, EVIDENCE, NODE
from questgraph.graphs.exports.rows import EdgeRow, NodeRow
from questgraph.tools.decoding import storable
from questgraph.tools.errors import ConfigError
from questgraph.tools.ontologies.vocabulary import QG, ROLE, TYPE, made_of, type_iri

GRAPH = NamedNode("urn:questgraph:graph")
"""The named graph in which all of questgraph's statements are: others are somebody else's."""

PROV_ENTITY = NamedNode(PROV.Entity)
A, LABEL, ALIAS = NamedNode(RDF.type), NamedNode(RDFS.label), NamedNode(SKOS.altLabel)
REIFIES = NamedNode(f"{RDF}reifies")
DERIVED, QUOTED = NamedNode(PROV.wasDerivedFrom), NamedNode(PROV.wasQuotedFrom)
ABOUT, DATA, DIGEST = NamedNode(QG.about), NamedNode(QG.data), NamedNode(QG.digest)
KIND, SCORE = NamedNode(QG.kind), NamedNode(QG.score)
TYPED = NamedNode(QG.type)
_DECIMAL = NamedNode(XSD.decimal)


def quads_of(nodes: Iterable[NodeRow], edges: Iterable[EdgeRow]) -> Iterator[Quad]:
    """Yield all that is said of some rows, with their evidence."""
    for node in nodes:
        yield from _node_quads(node)
    for edge in edges:
        yield from _edge_quads(edge)


def about(attributes: str) -> Quad:
    """Return what is said of the graph itself."""
    return _quad(GRAPH, ABOUT, Literal(attributes))


def stated(triple: Triple) -> Quad:
    """Return a triple as a statement."""
    return _quad(triple.subject, triple.predicate, triple.object)


def part(id_: str) -> NamedNode:
    """Return the IRI of a node, or the reifier of an edge."""
    return _iri(NODE, id_)


def name_of(part: NamedNode) -> str:
    """Return the id that `part` made an IRI of."""
    return unquote(part.value.removeprefix(NODE))


def named_in(triple: Triple) -> tuple[str, str, str]:
    """Return head, type and tail of the edges that state a triple.

    The type is the one that a name gave its IRI; one with another IRI has its name beside it.
    """
    subject, predicate, object_ = triple
    type_ = predicate.value.removeprefix(TYPE).removeprefix(ROLE)
    return name_of(subject), unquote(type_), name_of(object_)


def _node_quads(row: NodeRow) -> Iterator[Quad]:
    node, data = part(row.id), json.loads(row.data)
    yield _quad(node, A, _type_of(row, data))
    yield _quad(node, LABEL, Literal(row.name))
    for alias in row.aliases:
        yield _quad(node, ALIAS, Literal(alias))
    yield from _kept(node, row, data)


def _edge_quads(row: EdgeRow) -> Iterator[Quad]:
    data = json.loads(row.data)
    predicate = _iri(ROLE, row.type) if row.kind == "role" else _type_of(row, data)
    edge, triple = part(row.id), Triple(part(row.head), predicate, part(row.tail))
    yield stated(triple)
    yield _quad(edge, REIFIES, triple)
    for role, values in json.loads(row.qualifiers).items():
        for value in values:
            yield _quad(edge, _iri(ROLE, role), Literal(value))
    yield from _kept(edge, row, data)


def _kept(subject: NamedNode, row: NodeRow | EdgeRow, data: Mapping[str, Any]) -> Iterator[Quad]:
    yield _quad(subject, KIND, Literal(row.kind))
    if row.score is not None:
        yield _quad(subject, SCORE, _decimal(row.score))
    yield _quad(subject, DATA, Literal(row.data))
    yield _quad(subject, DIGEST, Literal(row.digest))
    if "iri" in data:
        yield _quad(subject, TYPED, Literal(row.type))
    for record in data["support"]:
        yield _quad(subject, DERIVED, _iri(EVIDENCE, record["claim"]))
        yield from _evidence(record)


def _evidence(record: Mapping[str, Any]) -> Iterator[Quad]:
    evidence, document = _iri(EVIDENCE, record["claim"]), _iri(DOCUMENT, record["document"])
    yield _quad(evidence, A, PROV_ENTITY)
    yield _quad(evidence, QUOTED, document)
    yield _quad(document, LABEL, Literal(storable(record["document"])))
    for name in ("quote", "verdict"):
        yield _quad(evidence, NamedNode(QG[name]), Literal(storable(record[name])))
    for name in ("start", "end"):
        yield _quad(evidence, NamedNode(QG[name]), Literal(record[name]))
    if "score" in record:
        yield _quad(evidence, SCORE, _decimal(record["score"]))


def _type_of(row: NodeRow | EdgeRow, data: Mapping[str, Any]) -> NamedNode:
    """Return the IRI of the type of a row: the one in its data, or one made of its name."""
    iri = data.get("iri", "")
    try:
        return NamedNode(type_iri(row.type, iri))
    except ValueError as error:
        raise ConfigError(
            f"{iri!r} of the type {row.type!r} is no IRI ({error}): correct it in the schema"
        ) from error


def _decimal(number: float) -> Literal:
    return Literal(f"{number:f}", datatype=_DECIMAL)


def _quad(subject: Any, predicate: Any, object_: Any) -> Quad:
    return Quad(subject, predicate, object_, GRAPH)


def _iri(namespace: Namespace, name: str) -> NamedNode:
    """Return the IRI of a name: percent-encoding makes any name safe."""
    return NamedNode(made_of(namespace, name))
