"""What ontologies say about classes and properties that a schema has no place for."""

from collections.abc import Iterator

from rdflib import OWL, RDF, RDFS, SKOS, Graph
from rdflib.term import BNode, Node

_KINDS = {
    OWL.TransitiveProperty: "transitive properties, told as plain ones",
    OWL.IrreflexiveProperty: "irreflexive properties, told as plain ones",
    OWL.ReflexiveProperty: "reflexive properties, told as plain ones",
    OWL.NamedIndividual: "individuals, left out",
}
_PREDICATES = {
    RDFS.subPropertyOf: "wider properties, left out",
    OWL.propertyChainAxiom: "property chains, left out",
    OWL.equivalentProperty: "equivalent properties, left out",
    OWL.propertyDisjointWith: "disjoint properties, left out",
    OWL.equivalentClass: "equivalent classes, left out",
    OWL.disjointWith: "disjoint classes, left out",
    OWL.disjointUnionOf: "disjoint unions, left out",
    OWL.hasKey: "keys, left out",
    OWL.imports: "imports, not followed",
    SKOS.related: "skos:related, left out",
}


def axioms(graph: Graph) -> Iterator[tuple[str, Node]]:
    """Yield each such statement: what is lost, and of what."""
    for kind, reason in _KINDS.items():
        yield from ((reason, node) for node in graph.subjects(RDF.type, kind))
    for predicate, reason in _PREDICATES.items():
        yield from ((reason, node) for node in graph.subjects(predicate, None))
    for node, above in graph.subject_objects(RDFS.subClassOf):
        if isinstance(above, BNode):
            yield "restrictions on classes, left out", node
