"""Which classes and concepts an ontology has, and which one is the wider of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from questgraph.tools.ontologies.notes import Notes
from questgraph.tools.ontologies.vocabulary import EVENT, SCHEMA_ORG, is_own, local_name

DOMAINS = (RDFS.domain, *(namespace.domainIncludes for namespace in SCHEMA_ORG))
RANGES = (RDFS.range, *(namespace.rangeIncludes for namespace in SCHEMA_ORG))

_CLASSES = (OWL.Class, RDFS.Class, SKOS.Concept)
_ANYTHING = frozenset({OWL.Thing, RDFS.Resource, SKOS.Concept})
_DATATYPES = (RDFS.Datatype, *(namespace.DataType for namespace in SCHEMA_ORG))


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes and concepts that become types."""

    all: frozenset[URIRef]
    parents: Mapping[URIRef, URIRef]
    """The wider class of each that has one."""

    literals: frozenset[Node]
    """Classes of values that are no things: numbers, texts, dates."""

    events: frozenset[URIRef]
    """Those whose instances happen."""

    def lineage(self, iri: URIRef) -> list[URIRef]:
        """Return a class and what is wider, narrowest first."""
        line = [iri]
        while wider := self.parents.get(line[-1]):
            line.append(wider)
        return line

    def narrowest(self, iris: Iterable[URIRef]) -> list[URIRef]:
        """Return those of `iris` that are not wider than another of them, in order."""
        some = list(dict.fromkeys(iris))
        wider = {above for iri in some for above in self.lineage(iri)[1:]}
        return [iri for iri in some if iri not in wider]


def read_classes(graph: Graph, notes: Notes) -> Classes:
    """Return the classes and concepts of `graph`; those that are deprecated are left out."""
    literals = _literals(graph)
    declared = {c for kind in _CLASSES for c in graph.subjects(RDF.type, kind) if is_own(c)}
    found = {c for c in (declared | _mentioned(graph)) - literals if isinstance(c, URIRef)}
    gone = {c for c in found if _deprecated(graph, c)}
    kept = frozenset(found - gone)
    if gone:
        notes.add("deprecated, left out", *map(local_name, gone))
    if elsewhere := kept - declared:
        notes.add("classes that are used here and described elsewhere", *map(local_name, elsewhere))
    parents = _parents(graph, kept, notes)
    classes = Classes(kept, parents, literals, frozenset())
    events = frozenset(c for c in kept if _is_event(graph, classes.lineage(c)))
    return Classes(kept, parents, literals, events)


def named_classes(graph: Graph, node: Node, notes: Notes, about: str) -> list[URIRef]:
    """Return the classes that a domain, range or other class expression names; none for anything.

    Args:
        graph: The ontology.
        node: A class, or an expression such as a union.
        notes: Gets what can be said only in part.
        about: What the expression is about, for notes.
    """
    if node in _ANYTHING:
        return []
    if isinstance(node, URIRef):
        return [node]
    for union in graph.objects(node, OWL.unionOf):
        members = [named_classes(graph, member, notes, about) for member in listed(graph, union)]
        # A union with anything is anything.
        return [iri for some in members for iri in some] if all(members) else []
    for both in graph.objects(node, OWL.intersectionOf):
        notes.add("intersections, of which the named classes are taken", about)
        return [member for member in listed(graph, both) if isinstance(member, URIRef)]
    notes.add("class expressions, read as anything", about)
    return []


def listed(graph: Graph, head: Node) -> list[Node]:
    """Return the members of an RDF list; one that runs in a circle has none."""
    try:
        return list(Collection(graph, head))
    except ValueError:
        return []


def _literals(graph: Graph) -> frozenset[Node]:
    found = {RDFS.Literal, *(c for kind in _DATATYPES for c in graph.subjects(RDF.type, kind))}
    found |= set(_DATATYPES)
    rest = list(found)
    while rest:
        below = set(graph.subjects(RDFS.subClassOf, rest.pop())) - found
        found |= below
        rest += below
    return frozenset(found)


def _mentioned(graph: Graph) -> set[Node]:
    """Return the classes that statements about other things name."""
    ends = {iri for predicate in (*DOMAINS, *RANGES) for iri in graph.objects(None, predicate)}
    lists = list(graph.objects(None, OWL.unionOf))
    ends |= {member for union in lists for member in listed(graph, union)}
    for pair in graph.subject_objects(RDFS.subClassOf):
        ends |= set(pair)
    ends |= {c for p in (SH.targetClass, SH["class"]) for c in graph.objects(None, p)}
    for p in (SKOS.broader, SKOS.narrower):
        ends |= {concept for pair in graph.subject_objects(p) for concept in pair}
    return {iri for iri in ends if is_own(iri)}


def _parents(graph: Graph, classes: frozenset[URIRef], notes: Notes) -> dict[URIRef, URIRef]:
    """Choose one wider class for each that has some.

    Of several, those that are wider than another of them say nothing new; of the rest that with
    the most wider classes above it says most, and the first by its IRI where that is a tie.
    """
    wider = {c: _wider(graph, c) & classes - {c} for c in classes}
    above = {c: _reach(c, wider) for c in classes}
    chosen: dict[URIRef, URIRef] = {}
    for c in sorted(classes):
        # What is above and below at once is the same: the first of a circle stays on top.
        ring = {other for other in above[c] if c in above[other]}
        some = {p for p in wider[c] if p not in ring} or {p for p in wider[c] if p < c}
        if ring:
            notes.add("classes that are wider than each other", local_name(c))
        nearest = {p for p in some if not any(p in above[o] - {o} for o in some - {p})} or some
        if not nearest:
            continue
        chosen[c] = min(nearest, key=lambda p: (-len(above[p]), p))
        if len(nearest) > 1:
            notes.add("types with several wider ones, of which one is kept", local_name(c))
    return _without_circles(chosen)


def _wider(graph: Graph, c: URIRef) -> set[URIRef]:
    some = {
        *graph.objects(c, RDFS.subClassOf),
        *graph.objects(c, SKOS.broader),
        *graph.subjects(SKOS.narrower, c),
    }
    # `A ≡ B ⊓ …` says that A is a B, too.
    for same in graph.objects(c, OWL.equivalentClass):
        for both in graph.objects(same, OWL.intersectionOf):
            some |= set(listed(graph, both))
    return {iri for iri in some if isinstance(iri, URIRef)}


def _reach(start: URIRef, wider: Mapping[URIRef, set[URIRef]]) -> set[URIRef]:
    """Return all that is wider than `start`, over any number of steps."""
    reached: set[URIRef] = set()
    rest = list(wider[start])
    while rest:
        if (c := rest.pop()) not in reached:
            reached.add(c)
            rest += wider[c]
    return reached


def _without_circles(chosen: dict[URIRef, URIRef]) -> dict[URIRef, URIRef]:
    for start in sorted(chosen):
        path = [start]
        while above := chosen.get(path[-1]):
            if above in path:
                del chosen[path[-1]]
                break
            path.append(above)
    return chosen


def _deprecated(graph: Graph, iri: URIRef) -> bool:
    return (iri, OWL.deprecated, Literal(True)) in graph or (
        iri,
        RDF.type,
        OWL.DeprecatedClass,
    ) in graph


def _is_event(graph: Graph, lineage: Iterable[URIRef]) -> bool:
    return any((iri, RDFS.subClassOf, EVENT) in graph for iri in lineage)
