"""Ontologies as text."""

from collections.abc import Callable
from textwrap import dedent

import pytest

from questgraph.tools.ontologies.reading import Imported, read_ontology

PREFIXES = """\
@prefix : <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

Read = Callable[[str], Imported]


@pytest.fixture
def read() -> Read:
    """Return what reads Turtle with the usual prefixes."""
    return lambda text: read_ontology((PREFIXES + dedent(text)).encode(), "test.ttl")
