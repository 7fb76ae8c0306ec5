"""An ontology as it is read: its graph, its classes, and what is said about properties."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Self

from rdflib import SH, Graph, Literal, URIRef
from rdflib.term import Node

from questgraph.tools.ontologies.classes import Classes, read_classes
from questgraph.tools.ontologies.notes import Notes
from questgraph.tools.ontologies.shapes import Ends, read_ends, read_shapes
from questgraph.tools.ontologies.signatures import Signature, read_properties
from questgraph.tools.ontologies.vocabulary import (
    DEFINITIONS,
    EXAMPLES,
    first_texts,
    texts,
    type_iri,
)


@dataclass(frozen=True, slots=True)
class Ontology:
    """What types are made of."""

    graph: Graph
    notes: Notes
    classes: Classes
    ends: Ends
    signatures: tuple[Signature, ...]
    """Those of shapes, then those of OWL and RDFS."""

    @classmethod
    def of(cls, graph: Graph, notes: Notes) -> Self:
        """Look through `graph`; what cannot be carried over goes into `notes`."""
        classes = read_classes(graph, notes)
        shaped = read_shapes(graph, classes, notes)
        described = read_properties(graph, classes, notes)
        return cls(graph, notes, classes, read_ends(graph, classes, notes), (*shaped, *described))

    def guideline(self, terms: Iterable[Node]) -> str:
        """Return the first definition that one of `terms` has."""
        said = (first_texts(self.graph, term, DEFINITIONS) for term in terms)
        return " ".join(next(filter(None, said), ()))

    def examples(self, terms: Iterable[Node], name: str) -> tuple[str, ...]:
        """Return the examples and other labels of `terms`."""
        some = [t for term in terms for p in EXAMPLES for t in texts(self.graph, term, p)]
        return tuple(dict.fromkeys(text for text in some if text != name))

    def things(self, ends: Iterable[URIRef]) -> list[URIRef]:
        """Return the classes of entities among `ends`."""
        return [c for c in ends if c in self.classes.all and c not in self.classes.events]

    def names(self, ends: Iterable[URIRef], called: Mapping[URIRef, str]) -> tuple[str, ...]:
        """Return what the classes of entities among `ends` are called."""
        return tuple(called[c] for c in self.things(ends))

    def in_order(self, terms: Iterable[URIRef]) -> list[URIRef]:
        """Return `terms` in the order that `sh:order` gives them, then in that of their IRIs."""
        return sorted(terms, key=lambda term: (self.order([term]), term))

    def order(self, terms: Iterable[Node]) -> float:
        """Return the place that `sh:order` gives to what `terms` describe; last without one."""
        places = [v for term in terms for v in self.graph.objects(term, SH.order)]
        values = [v.toPython() for v in places if isinstance(v, Literal)]
        return min((float(v) for v in values if isinstance(v, int | float)), default=inf)


def sources(signatures: Iterable[Signature]) -> list[Node]:
    """Return the shapes that signatures stand at."""
    return [s.source for s in signatures if s.source != s.property]


def outranked(known: Sequence[Signature], signature: Signature) -> bool:
    """Say whether shapes have said already what OWL or RDFS say less strictly."""
    return bool(known) and signature.source == signature.property


def union(ends: Iterable[Sequence[URIRef]]) -> list[URIRef]:
    """Return all classes that one of several signatures allows; none for anything."""
    some = list(ends)
    return list(dict.fromkeys(c for each in some for c in each)) if all(some) else []


def iri_of(iri: URIRef, name: str) -> str:
    """Return the IRI of a type, or nothing where its name says it."""
    return "" if iri == type_iri(name) else str(iri)
