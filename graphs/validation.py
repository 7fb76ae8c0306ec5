"""A graph against its schema: checked as RDF with SHACL, the findings in plain words."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rdflib import RDF, RDFS, SH, Graph, URIRef
from rdflib.term import Node

from questgraph.graphs.exports.rdf import NODE
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.resolution import UNTYPED
from questgraph.tools.errors import MissingPackageError
from questgraph.tools.ontologies.vocabulary import ROLE, TYPE, made_of
from questgraph.tools.ontologies.writing import to_shacl
from questgraph.tools.schema import Schema

SHOWN = 3
"""Claims that a sentence names at most."""


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """Something in a graph that its schema does not allow."""

    sentence: str
    """What is wrong, with the names and ids of nodes and the ids of claims."""

    node: str
    """Id of the node that it is about."""

    edges: tuple[str, ...] = ()
    """Ids of the edges that say it."""


def violations(graph: KnowledgeGraph, schema: Schema) -> list[Violation]:
    """Return what in `graph` breaks `schema`, in alphabetical order; no entry when nothing does.

    A node of which nothing says what it is may stand anywhere.

    Raises:
        MissingPackageError: When pyshacl is not installed.
    """
    shapes = to_shacl(_by_name(schema))
    # Property shapes have targets of their own: through classes they would be asked node by node.
    shapes.remove((None, SH.property, None))
    report = _validated(_data(graph, schema, shapes), shapes)
    told = _Telling(graph, {made_of(NODE, node): node for node in graph}, shapes)
    found = {told.violation(report, result) for result in report.subjects(RDF.type, _RESULT)}
    return sorted(found | set(_strangers(graph, schema)))


_RESULT = SH.ValidationResult


def _by_name(schema: Schema) -> Schema:
    """Return the schema without IRIs of its own: here types are called by their names.

    Exports call them by their IRIs, of which two types may share one.
    """
    return replace(
        schema,
        entities=tuple(replace(type_, iri="") for type_ in schema.entities),
        relations=tuple(replace(type_, iri="") for type_ in schema.relations),
        events=tuple(replace(type_, iri="") for type_ in schema.events),
    )


def _data(graph: KnowledgeGraph, schema: Schema, shapes: Graph) -> Graph:
    """Return what shapes are about: types and links, with what follows from the schema."""
    data = Graph()
    for node, told in graph.nodes(data=True):
        data.add((made_of(NODE, node), RDF.type, made_of(TYPE, told["type"])))
    for head, tail, told in graph.edges(data=True):
        predicate = made_of(ROLE if told["kind"] == "role" else TYPE, told["type"])
        data.add((made_of(NODE, head), predicate, made_of(NODE, tail)))
    for pair in shapes.subject_objects(RDFS.subClassOf):
        data.add((pair[0], RDFS.subClassOf, pair[1]))
    for relation in schema.relations:
        if relation.symmetric:
            # Of the two ways to say it, the graph has one.
            predicate = made_of(TYPE, relation.name)
            for one, other in list(data.subject_objects(predicate)):
                data.add((other, predicate, one))
    anything = [made_of(TYPE, entity.name) for entity in schema.entities]
    for untyped in list(data.subjects(RDF.type, made_of(TYPE, UNTYPED))):
        for class_ in anything:
            data.add((untyped, RDF.type, class_))
    return data


def _validated(data: Graph, shapes: Graph) -> Graph:
    """Return the report of a SHACL processor."""
    try:
        with warnings.catch_warnings():
            # pyshacl and rdflib use what rdflib deprecates.
            warnings.simplefilter("ignore", DeprecationWarning)
            from pyshacl import validate

            _, report, _ = validate(data, shacl_graph=shapes, inplace=True)
    except ImportError as error:
        raise MissingPackageError(
            "pyshacl", "checking a graph against its schema", "pip install 'questgraph[shacl]'"
        ) from error
    assert isinstance(report, Graph)
    return report


def _strangers(graph: KnowledgeGraph, schema: Schema) -> Iterator[Violation]:
    """Yield the parts of a graph whose types the schema does not have."""
    for node, data in graph.nodes(data=True):
        if data["type"] not in schema and data["type"] != UNTYPED:
            told = f"{_called(node, data)} is of a type that the schema does not have"
            yield Violation(f"{told}. {_claims([data])}", node)
    for head, _, key, data in graph.edges(keys=True, data=True):
        if data["kind"] == "relation" and data["type"] not in schema:
            called = _called(head, graph.nodes[head])
            told = f"{called} has a relation {data['type']!r} that the schema does not have"
            yield Violation(f"{told}. {_claims([data])}", head, (key,))


@dataclass(frozen=True, slots=True)
class _Telling:
    """Puts the results of a SHACL report into words."""

    graph: KnowledgeGraph
    nodes: Mapping[URIRef, str]
    shapes: Graph

    def violation(self, report: Graph, result: Node) -> Violation:
        """Return the violation that a result is about."""
        focus, value, shape, rule = (
            report.value(result, part)
            for part in (SH.focusNode, SH.value, SH.sourceShape, SH.sourceConstraintComponent)
        )
        node, tail = self._id(focus), self._id(value)
        path = self.shapes.value(shape, SH.path)
        starts = path is None
        predicate = path or self.shapes.value(shape, SH.targetSubjectsOf)
        edges = self._edges(node, predicate, "" if starts else tail)
        name, wanted = self._name(predicate), self._wanted(shape)
        called = self._called(node)
        if starts:
            told = f"{called} has a relation {name!r}, which starts at {wanted}"
        elif rule == SH.MaxCountConstraintComponent:
            told = f"{called} has {len(edges)} of {name!r}, of which there is one at most"
        else:
            told = f"{called} has {self._called(tail)} as {name!r}, which ends at {wanted}"
        claims = _claims(data for _, data in edges)
        return Violation(f"{told}. {claims}", node, tuple(sorted(key for key, _ in edges)))

    def _id(self, term: Node | None) -> str:
        return self.nodes.get(term, "") if isinstance(term, URIRef) else ""

    def _called(self, node: str) -> str:
        return _called(node, self.graph.nodes[node])

    def _edges(
        self, node: str, predicate: Node | None, tail: str
    ) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the edges that say `predicate` of a node, those to `tail` where it is known."""
        types = {ROLE: "role", TYPE: "relation"}
        around = [
            *((other, key, data) for _, other, key, data in self._out(node)),
            *((other, key, data) for other, _, key, data in self._in(node)),
        ]
        found = {
            key: data
            for other, key, data in around
            for namespace, kind in types.items()
            if data["kind"] == kind
            and made_of(namespace, data["type"]) == predicate
            and tail in ("", other)
        }
        return sorted(found.items())

    def _out(self, node: str) -> Iterable[tuple[str, str, str, dict[str, Any]]]:
        return self.graph.out_edges(node, keys=True, data=True)

    def _in(self, node: str) -> Iterable[tuple[str, str, str, dict[str, Any]]]:
        return self.graph.in_edges(node, keys=True, data=True)

    def _name(self, predicate: Node | None) -> str:
        shape = self.shapes.value(predicate=SH.path, object=predicate)
        return str(self.shapes.value(shape, SH.name))

    def _wanted(self, shape: Node | None) -> str:
        """Return the types that a shape demands."""
        ways = [
            way for some in self.shapes.objects(shape, SH["or"]) for way in self.shapes.items(some)
        ]
        classes = [c for part in (shape, *ways) for c in self.shapes.objects(part, SH["class"])]
        return " or ".join(str(self.shapes.value(c, RDFS.label)) for c in classes)


def _called(node: str, data: Mapping[str, Any]) -> str:
    return f"{data['name']!r} ({data['type']}, {node})"


def _claims(parts: Iterable[Mapping[str, Any]]) -> str:
    """Return which claims say what is wrong, and in which documents."""
    said = {
        f"{record['claim']} in {record['document']}": None
        for data in parts
        for record in data["support"]
    }
    more = f" and {len(said) - SHOWN} more" if len(said) > SHOWN else ""
    return f"Said by claim {', '.join(list(said)[:SHOWN])}{more}" if said else "No claim says so"
