"""What SHACL says about properties: shapes of classes, and of what properties start and end at."""

from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import Node

from questgraph.tools.ontologies.classes import Classes, listed
from questgraph.tools.ontologies.notes import Notes
from questgraph.tools.ontologies.signatures import Signature
from questgraph.tools.ontologies.vocabulary import is_own, local_name

_CARRIED = frozenset(
    {
        *(SH.path, SH["class"], SH.node, SH["or"], SH.xone, SH.maxCount, SH.datatype, SH.nodeKind),
        *(SH.name, SH.description, SH.order, SH.group, SH.property, SH.targetClass, SH.severity),
        *(SH.targetSubjectsOf, SH.targetObjectsOf, SH.message, SH.deactivated, SH.defaultValue),
        *(SH.declare, SH.prefixes, SH.prefix, SH.namespace),
    }
)


@dataclass(frozen=True, slots=True)
class Ends:
    """What shapes say of everything that a property starts or ends at."""

    heads: dict[URIRef, tuple[URIRef, ...]]
    tails: dict[URIRef, tuple[URIRef, ...]]


def read_shapes(graph: Graph, classes: Classes, notes: Notes) -> list[Signature]:
    """Return a signature for each property shape of each node shape."""
    found = [
        signature
        for shape in _node_shapes(graph)
        for signature in _of_shape(graph, shape, classes, notes)
    ]
    for node, predicate in graph.subject_predicates(None):
        about = isinstance(node, URIRef) or any(graph.objects(node, SH.path))
        if about and str(predicate).startswith(str(SH)) and predicate not in _CARRIED:
            reason = f"sh:{local_name(str(predicate))}, not carried over"
            notes.add(reason, _called(graph, node))
    return found


def read_ends(graph: Graph, classes: Classes, notes: Notes) -> Ends:
    """Return the classes that shapes demand of all subjects and objects of properties."""
    heads, tails = (
        {
            property_: tuple(c for c in _demanded(graph, shape, notes) if c in classes.all)
            for shape, property_ in sorted(graph.subject_objects(target), key=str)
            if isinstance(property_, URIRef)
            and not _off(graph, shape)
            # A property shape is about what stands at the end of its path.
            and not any(graph.objects(shape, SH.path))
        }
        for target in (SH.targetSubjectsOf, SH.targetObjectsOf)
    )
    return Ends(heads, tails)


def _node_shapes(graph: Graph) -> list[Node]:
    shapes = {*graph.subjects(RDF.type, SH.NodeShape), *graph.subjects(SH.property, None)}
    targets = (SH.targetClass, SH.targetSubjectsOf)
    alone = {shape for target in targets for shape in graph.subjects(target, None)}
    shapes |= alone - set(graph.objects(None, SH.property))
    return sorted((shape for shape in shapes if not _off(graph, shape)), key=str)


def _of_shape(graph: Graph, shape: Node, classes: Classes, notes: Notes) -> Iterator[Signature]:
    targets = tuple(c for c in _targets(graph, shape) if c in classes.all)
    everywhere = set(graph.objects(shape, SH.targetSubjectsOf))
    own = [shape] if any(graph.objects(shape, SH.path)) else []
    parts = [p for p in graph.objects(shape, SH.property) if not _off(graph, p)]
    properties = [*own, *sorted(parts, key=str)]
    if properties and not targets and not everywhere:
        notes.add("shapes without a target class, left out", _called(graph, shape))
        return
    for node in properties:
        for path in graph.objects(node, SH.path):
            if isinstance(path, URIRef):
                yield _signature(graph, node, path, targets, notes)
            elif (inverse := graph.value(path, SH.inversePath)) and isinstance(inverse, URIRef):
                heads = tuple(_demanded(graph, node, notes))
                yield Signature(property=inverse, heads=heads, tails=targets, source=node)
            else:
                notes.add("paths over several properties, left out", _called(graph, shape))


def _signature(
    graph: Graph, node: Node, path: URIRef, heads: tuple[URIRef, ...], notes: Notes
) -> Signature:
    most = graph.value(node, SH.maxCount)
    return Signature(
        property=path,
        heads=heads,
        tails=tuple(_demanded(graph, node, notes)),
        literal=_is_literal(graph, node) or (path, RDF.type, OWL.DatatypeProperty) in graph,
        most=int(str(most)) if isinstance(most, Literal) and str(most).isdigit() else 0,
        source=node,
    )


def _targets(graph: Graph, shape: Node) -> list[URIRef]:
    """Return the classes that a node shape is about: those it names, and itself when it is one."""
    named = {c for c in graph.objects(shape, SH.targetClass) if isinstance(c, URIRef)}
    kinds = set(graph.objects(shape, RDF.type))
    if isinstance(shape, URIRef) and kinds & {RDFS.Class, OWL.Class}:
        named.add(shape)
    return sorted(named)


def _demanded(graph: Graph, node: Node, notes: Notes) -> list[URIRef]:
    """Return the classes of which a shape demands one; none when it demands no class."""
    named = sorted(c for c in graph.objects(node, SH["class"]) if isinstance(c, URIRef))
    for other in sorted(graph.objects(node, SH.node), key=str):
        about = _targets(graph, other)
        named += about
        if not about:
            notes.add("sh:node with a shape of no class, not carried over", _called(graph, node))
    for choice in (SH["or"], SH.xone):
        for head in graph.objects(node, choice):
            members = [_demanded(graph, member, notes) for member in listed(graph, head)]
            # Where one way of being right demands no class, no class is demanded.
            named += [c for some in members for c in some] if all(members) else []
    return [c for c in dict.fromkeys(named) if is_own(c)]


def _is_literal(graph: Graph, node: Node) -> bool:
    if any(graph.objects(node, SH.datatype)) or (node, SH.nodeKind, SH.Literal) in graph:
        return True
    values = [v for head in graph.objects(node, SH["in"]) for v in listed(graph, head)]
    ways = [w for head in graph.objects(node, SH["or"]) for w in listed(graph, head)]
    return (bool(values) and all(isinstance(v, Literal) for v in values)) or (
        bool(ways) and all(_is_literal(graph, way) for way in ways)
    )


def _off(graph: Graph, shape: Node) -> bool:
    return (shape, SH.deactivated, Literal(True)) in graph


def _called(graph: Graph, node: Node) -> str:
    """Return a name for a shape in notes: its path, its own, or that of the class it is about."""
    path = graph.value(node, SH.path)
    named = next((t for t in (path, node, *_targets(graph, node)) if isinstance(t, URIRef)), None)
    return local_name(named) if named else "a shape without a name"
