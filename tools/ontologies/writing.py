"""A schema → SHACL shapes, which check RDF exports and which other tools read.

A type is a class that is its own node shape. A relation is a property shape of the classes that
it may start at, and a second shape says that nothing else may. Property shapes have targets of
their own too, so that they hold whatever class a subject has. What SHACL has no words for but
OWL has (symmetric, inverse) is said in OWL; what neither has (what to avoid, questions, triggers,
qualifiers) is left out.
"""

from collections.abc import Iterable, Sequence

from rdflib import OWL, RDF, RDFS, SH, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import BNode

from questgraph.tools.decoding import storable
from questgraph.tools.ontologies.vocabulary import (
    EVENT,
    NAME,
    QG,
    ROLE,
    TYPE,
    encoded,
    made_of,
    type_iri,
)
from questgraph.tools.schema import AnyType, EventType, RelationType, Role, Schema

SHAPE = Namespace("urn:questgraph:shape:")
"""Shapes of relations and roles."""

START = Namespace("urn:questgraph:start:")
"""Shapes of everything that a relation starts at."""

_SCHEMA = Namespace("urn:questgraph:schema:")
_PREFIXES = {
    "owl": OWL,
    "qg": QG,
    "rdf": RDF,
    "rdfs": RDFS,
    "role": ROLE,
    "sh": SH,
    "shape": SHAPE,
    "skos": SKOS,
    "start": START,
    "type": TYPE,
    "xsd": XSD,
}


def to_shacl(schema: Schema) -> Graph:
    """Return the shapes that RDF exports of a graph under `schema` have, types by their IRIs."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in _PREFIXES.items():
        graph.bind(prefix, namespace)
    iris = {type_.name: type_iri(type_.name, type_.iri) for type_ in schema.types()}
    own = made_of(_SCHEMA, schema.name)
    graph.add((own, RDF.type, OWL.Ontology))
    graph.add((own, NAME, _text(schema.name)))
    for order, type_ in enumerate(schema.types()):
        _add_words(graph, iris[type_.name], type_)
        if isinstance(type_, RelationType):
            _add_relation(graph, type_, iris, order)
        else:
            graph.add((iris[type_.name], RDF.type, OWL.Class))
            graph.add((iris[type_.name], RDF.type, SH.NodeShape))
            graph.add((iris[type_.name], SH.order, Literal(order)))
    for entity in schema.entities:
        if entity.is_a:
            graph.add((iris[entity.name], RDFS.subClassOf, iris[entity.is_a]))
    for event in schema.events:
        _add_event(graph, event, iris)
    return graph


def _add_words(graph: Graph, iri: URIRef, type_: AnyType) -> None:
    graph.add((iri, NAME, _text(type_.name)))
    graph.add((iri, RDFS.label, _text(type_.name)))
    if type_.guideline:
        graph.add((iri, SKOS.definition, _text(type_.guideline)))
    for example in type_.examples:
        graph.add((iri, SKOS.example, _text(example)))


def _add_relation(
    graph: Graph, relation: RelationType, iris: dict[str, URIRef], order: int
) -> None:
    iri, shape = iris[relation.name], made_of(SHAPE, relation.name)
    heads, tails = ends_of(relation)
    graph.add((iri, RDF.type, OWL.ObjectProperty))
    if relation.symmetric:
        graph.add((iri, RDF.type, OWL.SymmetricProperty))
    if relation.asymmetric:
        graph.add((iri, RDF.type, OWL.AsymmetricProperty))
    if relation.inverse:
        inverse = iris.get(relation.inverse) or made_of(TYPE, relation.inverse)
        graph.add((iri, OWL.inverseOf, inverse))
        graph.add((inverse, NAME, _text(relation.inverse)))
    _add_property(graph, shape, iri, relation.name, relation.guideline, order)
    graph.add((shape, SH.targetSubjectsOf, iri))
    _add_class(graph, shape, tails, iris)
    if not tails:
        graph.add((shape, SH.nodeKind, SH.IRI))
    if most := int(relation.functional) or relation.at_most:
        graph.add((shape, SH.maxCount, Literal(most)))
    start = made_of(START, relation.name)
    graph.add((start, RDF.type, SH.NodeShape))
    graph.add((start, SH.targetSubjectsOf, iri))
    _add_class(graph, start, heads, iris)
    for owner in [iris[head] for head in heads] or [start]:
        graph.add((owner, SH.property, shape))


def ends_of(relation: RelationType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the types that head and tail may have; a symmetric relation has no sides."""
    heads, tails = relation.head, relation.tail
    if not relation.symmetric:
        return heads, tails
    both = tuple(dict.fromkeys((*heads, *tails))) if heads and tails else ()
    return both, both


def _add_event(graph: Graph, event: EventType, iris: dict[str, URIRef]) -> None:
    graph.add((iris[event.name], RDFS.subClassOf, EVENT))
    for order, role in enumerate(event.roles):
        shape = URIRef(f"{made_of(SHAPE, event.name)}/{encoded(role.name)}")
        _add_role(graph, shape, role, iris, order)
        graph.add((iris[event.name], SH.property, shape))
        graph.add((shape, SH.targetClass, iris[event.name]))


def _add_role(graph: Graph, shape: URIRef, role: Role, iris: dict[str, URIRef], order: int) -> None:
    path = made_of(ROLE, role.name)
    _add_property(graph, shape, path, role.name, role.guideline, order)
    _add_class(graph, shape, role.types, iris)
    if not role.many:
        graph.add((shape, SH.maxCount, Literal(1)))


def _add_property(
    graph: Graph, shape: URIRef, path: URIRef, name: str, guideline: str, order: int
) -> None:
    graph.add((shape, RDF.type, SH.PropertyShape))
    graph.add((shape, SH.path, path))
    graph.add((shape, SH.name, _text(name)))
    graph.add((shape, NAME, _text(name)))
    graph.add((shape, SH.order, Literal(order)))
    if guideline:
        graph.add((shape, SH.description, _text(guideline)))


def _add_class(graph: Graph, shape: URIRef, types: Sequence[str], iris: dict[str, URIRef]) -> None:
    """Demand one of `types`, if there are any."""
    if len(types) == 1:
        graph.add((shape, SH["class"], iris[types[0]]))
    elif types:
        ways = []
        for name in types:
            ways.append(BNode())
            graph.add((ways[-1], SH["class"], iris[name]))
        graph.add((shape, SH["or"], _list(graph, ways)))


def _list(graph: Graph, items: Iterable[BNode]) -> BNode:
    head = BNode()
    Collection(graph, head, list(items))
    return head


def _text(text: str) -> Literal:
    return Literal(storable(text))
