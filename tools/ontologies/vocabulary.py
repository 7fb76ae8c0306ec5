"""The terms that ontologies are written in, and the IRIs that questgraph gives its own."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from rdflib import OWL, RDF, RDFS, SH, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, PROV
from rdflib.term import Node

from questgraph.tools.decoding import storable

QG = Namespace("urn:questgraph:vocabulary:")
"""What questgraph says: of evidence `quote`, `start`, `end`, `verdict`, perhaps `score`."""

TYPE = Namespace("urn:questgraph:type:")
ROLE = Namespace("urn:questgraph:role:")

EVENT = QG.Event
"""What is below this class is an event type, its properties are roles."""

NAME = QG.name
"""The name of a type as a schema has it, letter by letter."""

SCHEMA_ORG = (Namespace("https://schema.org/"), Namespace("http://schema.org/"))
_OBO_DEFINITION = URIRef("http://purl.obolibrary.org/obo/IAO_0000115")
_OBO_SYNONYM = URIRef("http://www.geneontology.org/formats/oboInOwl#hasExactSynonym")

LABELS = (SKOS.prefLabel, RDFS.label, SH.name)
DEFINITIONS = (
    *(SKOS.definition, _OBO_DEFINITION, RDFS.comment, DCTERMS.description),
    *(SH.description, SKOS.scopeNote),
)
EXAMPLES = (SKOS.example, SKOS.altLabel, _OBO_SYNONYM)

_BUILT_IN = tuple(map(str, (OWL._NS, RDF._NS, RDFS._NS, SH._NS, SKOS._NS, XSD._NS)))


def type_iri(name: str, iri: str = "") -> URIRef:
    """Return the IRI of a type in RDF exports: its own, or one made of its name.

    One that says how exports are built (`rdf:type`, `prov:wasDerivedFrom`) is not a type's own.

    >>> type_iri("works for")
    rdflib.term.URIRef('urn:questgraph:type:works%20for')
    >>> type_iri("works for", "http://example.org/worksFor")
    rdflib.term.URIRef('http://example.org/worksFor')
    """
    own = URIRef(iri)
    return own if iri and is_own(own) and not _is_ours(own) else made_of(TYPE, name)


def made_of(namespace: Namespace, name: str) -> URIRef:
    """Return the IRI in `namespace` that RDF exports make of `name`."""
    return URIRef(namespace + encoded(name))


def encoded(name: str) -> str:
    """Return `name` as it stands in an IRI: whatever it holds, it cannot end the IRI."""
    return quote(storable(name), safe=":")


def is_own(term: Node) -> bool:
    """Say whether `term` is an IRI that an ontology defines, and no word of a language for them."""
    # An IRI of rdflib takes no tuple here.
    return isinstance(term, URIRef) and not str(term).startswith(_BUILT_IN) and term != EVENT


def _is_ours(iri: URIRef) -> bool:
    """Say whether exports say something by this IRI, and stores read it back."""
    return iri in (PROV.wasDerivedFrom, PROV.wasQuotedFrom) or str(iri).startswith(str(QG))


def local_name(iri: str) -> str:
    """Return the part of an IRI that tells it from its neighbours.

    >>> local_name("http://example.org/staff#worksFor"), local_name("http://example.org/Firm/")
    ('worksFor', 'Firm')
    """
    return re.split(r"[#/:]", iri.rstrip("#/:"))[-1]


def first_texts(graph: Graph, term: Node, predicates: Iterable[URIRef]) -> list[str]:
    """Return what the first of `predicates` that says something says of `term`, see `texts`."""
    for predicate in predicates:
        if found := texts(graph, term, predicate):
            return found
    return []


def texts(graph: Graph, term: Node, predicate: URIRef) -> list[str]:
    """Return the texts that `term` has, in one language, in alphabetical order.

    English is taken where there is some, then what is in no language, then the first language
    by its code.
    """
    by_language: dict[str, set[str]] = {}
    for value in graph.objects(term, predicate):
        if isinstance(value, Literal) and (text := " ".join(str(value).split())):
            language = (value.language or "").casefold().partition("-")[0]
            by_language.setdefault(language, set()).add(text)
    best = min(by_language, key=lambda code: (code != "en", code != "", code), default=None)
    return [] if best is None else sorted(by_language[best])
