"""What ontologies say about properties: from what to what, and how many; OWL and RDFS here."""

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.term import Node

from questgraph.tools.ontologies.classes import DOMAINS, RANGES, Classes, named_classes
from questgraph.tools.ontologies.notes import Notes
from questgraph.tools.ontologies.vocabulary import is_own, local_name

_OBJECT = (
    *(OWL.ObjectProperty, OWL.SymmetricProperty, OWL.AsymmetricProperty, OWL.TransitiveProperty),
    *(OWL.ReflexiveProperty, OWL.IrreflexiveProperty, OWL.InverseFunctionalProperty),
)
_PLAIN = (RDF.Property, OWL.FunctionalProperty)
_VALUE = (OWL.DatatypeProperty,)
_ANNOTATION = (OWL.AnnotationProperty, OWL.OntologyProperty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One statement of what a property joins; a property may have several."""

    property: URIRef
    heads: tuple[URIRef, ...] = ()
    """Classes that the subject may have; empty for any."""

    tails: tuple[URIRef, ...] = ()
    literal: bool = False
    """Whether its values are texts or numbers and no things."""

    most: int = 0
    """Whether a subject has one value at most."""

    source: Node
    """What the statement is written at: a shape, or the property itself."""


def read_properties(graph: Graph, classes: Classes, notes: Notes) -> list[Signature]:
    """Return a signature for each property that OWL or RDFS describe, in order of their IRIs."""
    objects, plain, values = (_of(graph, kinds) for kinds in (_OBJECT, _PLAIN, _VALUE))
    if annotations := _of(graph, _ANNOTATION) - objects - values:
        notes.add("annotation properties, left out", *map(local_name, annotations))
    found = []
    for iri in sorted((objects | plain | values) - annotations):
        if (iri, RDF.type, OWL.DeprecatedProperty) in graph:
            notes.add("deprecated, left out", local_name(iri))
            continue
        found.append(_signature(graph, iri, classes, notes, literal=iri in values))
        if iri not in objects | values and not any(graph.objects(iri, RDFS.range)):
            notes.add("properties of which nothing says what their values are", local_name(iri))
    return found


def _of(graph: Graph, kinds: Iterable[URIRef]) -> set[URIRef]:
    subjects = (iri for kind in kinds for iri in graph.subjects(RDF.type, kind))
    return {iri for iri in subjects if is_own(iri) and isinstance(iri, URIRef)}


def _signature(
    graph: Graph, iri: URIRef, classes: Classes, notes: Notes, *, literal: bool
) -> Signature:
    ranges = [node for predicate in RANGES for node in graph.objects(iri, predicate)]
    things = [node for node in ranges if not _is_literal(graph, node, classes)]
    return Signature(
        property=iri,
        heads=_ends(graph, iri, DOMAINS, classes, notes),
        tails=_ends(graph, iri, RANGES, classes, notes),
        literal=literal or (bool(ranges) and not things),
        most=int((iri, RDF.type, OWL.FunctionalProperty) in graph),
        source=iri,
    )


def _ends(
    graph: Graph, iri: URIRef, predicates: Iterable[URIRef], classes: Classes, notes: Notes
) -> tuple[URIRef, ...]:
    """Return the classes of one end of a property.

    RDFS means that several domains hold all at once; most authors mean any of them. What is wider
    than another one is left out, which is right in the first case; the rest is any of them.
    """
    name = local_name(iri)
    ends: list[URIRef] = []
    for predicate in predicates:
        nodes = [n for n in graph.objects(iri, predicate) if not _is_literal(graph, n, classes)]
        some = sorted(filter(None, (named_classes(graph, n, notes, name) for n in nodes)))
        members = [c for each in some for c in each if c in classes.all]
        if predicate in (RDFS.domain, RDFS.range) and len(some) > 1:
            members = classes.narrowest(members)
            if len(members) > 1:
                notes.add("several domains or ranges, of which any will do", name)
        ends += members
    return tuple(dict.fromkeys(ends))


def _is_literal(graph: Graph, node: Node, classes: Classes) -> bool:
    if node in classes.literals or (isinstance(node, URIRef) and not is_own(node)):
        return node not in (OWL.Thing, RDFS.Resource) and not _is_skos(node)
    return any(graph.objects(node, OWL.onDatatype)) or _is_data_range(graph, node, classes)


def _is_data_range(graph: Graph, node: Node, classes: Classes) -> bool:
    return (node, RDF.type, RDFS.Datatype) in graph or bool(
        set(graph.objects(node, OWL.onDataRange)) & classes.literals
    )


def _is_skos(node: Node) -> bool:
    return str(node).startswith("http://www.w3.org/2004/02/skos/core#")
