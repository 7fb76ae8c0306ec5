"""RDF: Turtle and JSON-LD, each statement with the words that it was quoted from (PROV-O).

Every node is a resource of the class of its type. A relation is a triple, and a resource of its
own (`rdf:Statement`) that says which document and characters it was derived from.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rdflib import RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import PROV, SKOS

from questgraph.graphs.exports.base import write_whole
from questgraph.graphs.knowledge import KnowledgeGraph

QG = Namespace("urn:questgraph:vocabulary:")
"""What questgraph says about evidence: `quote`, `start`, `end`, `verdict`."""

TYPE = Namespace("urn:questgraph:type:")
THING = Namespace("urn:questgraph:thing:")
STATEMENT = Namespace("urn:questgraph:statement:")
EVIDENCE = Namespace("urn:questgraph:evidence:")
DOCUMENT = Namespace("urn:questgraph:document:")


def write_turtle(graph: KnowledgeGraph, path: Path) -> None:
    """Write the graph as Turtle."""
    write_whole(path, to_rdf(graph).serialize(format="turtle", encoding="utf-8"))


def write_jsonld(graph: KnowledgeGraph, path: Path) -> None:
    """Write the graph as JSON-LD."""
    rdf = to_rdf(graph)
    context = {prefix: str(name) for prefix, name in rdf.namespaces() if prefix in _PREFIXES}
    data = rdf.serialize(format="json-ld", encoding="utf-8", context=context, sort_keys=True)
    write_whole(path, data)


_PREFIXES = {
    "qg": QG,
    "type": TYPE,
    "thing": THING,
    "statement": STATEMENT,
    "evidence": EVIDENCE,
    "document": DOCUMENT,
    "prov": PROV,
    "skos": SKOS,
    "rdfs": RDFS,
}


def to_rdf(graph: KnowledgeGraph) -> Graph:
    """Return the graph as RDF; names become IRIs by percent-encoding, so any name is safe."""
    rdf = Graph(bind_namespaces="none")
    for prefix, namespace in _PREFIXES.items():
        rdf.bind(prefix, namespace)
    for node, data in graph.nodes(data=True):
        thing = _iri(THING, node)
        rdf.add((thing, RDF.type, _iri(TYPE, data["type"])))
        rdf.add((thing, RDFS.label, _literal(data["name"])))
        for alias in data["aliases"]:
            rdf.add((thing, SKOS.altLabel, _literal(alias)))
        _add_evidence(rdf, thing, data["support"])
    for head, tail, key, data in graph.edges(keys=True, data=True):
        triple = _iri(THING, head), _iri(TYPE, data["type"]), _iri(THING, tail)
        statement = _iri(STATEMENT, key)
        rdf.add(triple)
        rdf.add((statement, RDF.type, RDF.Statement))
        for predicate, part in zip((RDF.subject, RDF.predicate, RDF.object), triple, strict=True):
            rdf.add((statement, predicate, part))
        for role, values in data["qualifiers"].items():
            for value in values:
                rdf.add((statement, _iri(TYPE, role), _literal(value)))
        _add_evidence(rdf, statement, data["support"])
    return rdf


def _add_evidence(rdf: Graph, subject: URIRef, support: Iterable[dict[str, Any]]) -> None:
    for record in support:
        evidence = _iri(EVIDENCE, record["claim"])
        document = _iri(DOCUMENT, record["document"])
        rdf.add((subject, PROV.wasDerivedFrom, evidence))
        rdf.add((evidence, RDF.type, PROV.Entity))
        rdf.add((evidence, PROV.wasQuotedFrom, document))
        rdf.add((evidence, QG.quote, _literal(record["quote"])))
        rdf.add((evidence, QG.start, Literal(record["start"], datatype=XSD.integer)))
        rdf.add((evidence, QG.end, Literal(record["end"], datatype=XSD.integer)))
        rdf.add((evidence, QG.verdict, _literal(record["verdict"])))


def _iri(namespace: Namespace, name: str) -> URIRef:
    return URIRef(namespace + quote(name, safe="", errors="replace"))


def _literal(text: str) -> Literal:
    return Literal(text.encode("utf-8", "replace").decode())
