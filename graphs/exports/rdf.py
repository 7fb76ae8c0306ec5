"""RDF: Turtle and JSON-LD, each statement with the words that it was quoted from (PROV-O).

Every node is a resource of the class of its type. A relation is a triple, and a resource of its
own (`rdf:Statement`) that says which document and characters it was derived from. Classes and
properties have the IRIs that the schema gives them, and others made of their names.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rdflib import RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import PROV, SKOS, NamespaceManager

from questgraph.graphs.evidence import Evidence
from questgraph.graphs.exports.base import writable, write_whole
from questgraph.graphs.exports.rows import iris_of
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.ontologies.vocabulary import QG, ROLE, TYPE, made_of, type_iri

NODE = Namespace("urn:questgraph:")
"""Nodes and statements keep their ids: `e:0c4d…` is that with the prefix `e`."""

EVIDENCE = Namespace("urn:questgraph:evidence:")
DOCUMENT = Namespace("urn:questgraph:document:")

_PREFIXES = {
    "document": DOCUMENT,
    "e": NODE["e:"],
    "evidence": EVIDENCE,
    "prov": PROV,
    "qg": QG,
    "r": NODE["r:"],
    "rdf": RDF,
    "rdfs": RDFS,
    "role": ROLE,
    "skos": SKOS,
    "type": TYPE,
    "v": NODE["v:"],
}


class _OurPrefixes(NamespaceManager):
    """Prefixes that are bound, and no others.

    Those that rdflib makes up may end within `%20`, which strict readers take for no IRI.
    """

    def compute_qname(self, uri: str, generate: bool = True) -> tuple[str, URIRef, str]:
        return super().compute_qname(uri, generate=False)


def write_turtle(graph: KnowledgeGraph, path: Path) -> None:
    """Write the graph as Turtle."""
    write_whole(path, to_rdf(graph).serialize(format="turtle", encoding="utf-8"))


def write_jsonld(graph: KnowledgeGraph, path: Path) -> None:
    """Write the graph as JSON-LD."""
    context = {prefix: str(namespace) for prefix, namespace in _PREFIXES.items()}
    data = json.loads(to_rdf(graph).serialize(format="json-ld", context=context))
    write_whole(path, json.dumps(_sorted(data), ensure_ascii=False, indent=1).encode())


_OF_IRIS = ":/?#[]@!$&'()*+,;=%-._~"
"""Characters that have a meaning in an IRI and stay as they are."""


def to_rdf(graph: KnowledgeGraph) -> Graph:
    """Return the graph as RDF; names become IRIs by percent-encoding, so any name is safe.

    Raises:
        ConfigError: When a name or a quote has half a character.
    """
    rdf, iris = Graph(bind_namespaces="none"), iris_of(graph)
    rdf.namespace_manager = _OurPrefixes(rdf, bind_namespaces="none")
    for prefix, namespace in _PREFIXES.items():
        rdf.bind(prefix, namespace)
    for node, data in graph.nodes(data=True):
        class_ = type_iri(_text(data["type"]), iris.get(data["type"], ""))
        _add_node(rdf, _iri(NODE, node), class_, data)
    for head, tail, key, data in graph.edges(keys=True, data=True):
        if data["kind"] == "role":
            predicate = _iri(ROLE, data["type"])
        else:
            predicate = type_iri(_text(data["type"]), iris.get(data["type"], ""))
        triple = _iri(NODE, head), predicate, _iri(NODE, tail)
        _add_statement(rdf, _iri(NODE, key), triple, data)
    return rdf


def _sorted(data: Any) -> Any:
    """Put the parts of JSON-LD in order: rdflib writes them in that of their hashes."""
    match data:
        case dict():
            return {key: _sorted(data[key]) for key in sorted(data)}
        case list():
            return sorted(map(_sorted, data), key=json.dumps)
        case _:
            return data


def _add_node(rdf: Graph, node: URIRef, class_: URIRef, data: Mapping[str, Any]) -> None:
    rdf.add((node, RDF.type, class_))
    rdf.add((node, RDFS.label, _literal(data["name"])))
    for alias in data["aliases"]:
        rdf.add((node, SKOS.altLabel, _literal(alias)))
    if (entry := data.get("linked", {}).get("id")) and "://" in entry:
        rdf.add((node, SKOS.exactMatch, URIRef(quote(_text(entry), safe=_OF_IRIS))))
    _add_evidence(rdf, node, data["support"])


def _add_statement(
    rdf: Graph,
    statement: URIRef,
    triple: tuple[URIRef, URIRef, URIRef],
    data: Mapping[str, Any],
) -> None:
    rdf.add(triple)
    rdf.add((statement, RDF.type, RDF.Statement))
    for part, value in zip((RDF.subject, RDF.predicate, RDF.object), triple, strict=True):
        rdf.add((statement, part, value))
    for role, values in data.get("qualifiers", {}).items():
        for value in values:
            rdf.add((statement, _iri(ROLE, role), _literal(value)))
    _add_evidence(rdf, statement, data["support"])


def _add_evidence(rdf: Graph, subject: URIRef, support: Iterable[Evidence]) -> None:
    for record in support:
        evidence = _iri(EVIDENCE, record["claim"])
        document = _iri(DOCUMENT, record["document"])
        rdf.add((subject, PROV.wasDerivedFrom, evidence))
        rdf.add((evidence, RDF.type, PROV.Entity))
        rdf.add((evidence, PROV.wasQuotedFrom, document))
        rdf.add((evidence, QG.quote, _literal(record["quote"])))
        rdf.add((evidence, QG.start, Literal(record["start"])))
        rdf.add((evidence, QG.end, Literal(record["end"])))
        rdf.add((evidence, QG.verdict, _literal(record["verdict"])))
        if "score" in record:
            rdf.add((evidence, QG.score, Literal(str(record["score"]), datatype=XSD.decimal)))
        rdf.add((document, RDFS.label, _literal(record["document"])))


def _iri(namespace: Namespace, name: str) -> URIRef:
    return made_of(namespace, _text(name))


def _literal(text: str) -> Literal:
    return Literal(_text(text))


def _text(text: str) -> str:
    return writable(text, "RDF")
