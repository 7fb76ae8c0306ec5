"""Files in RDF: every form is read, nothing is fetched, and trouble is told."""

import json
import socket

import pytest
from rdflib import OWL, RDF, URIRef

from questgraph.tools.errors import SchemaError
from questgraph.tools.ontologies.loading import FORMATS, parse
from questgraph.tools.schema_sources import ONTOLOGIES

FIRM = URIRef("http://example.org/Firm")
TURTLE = "<http://example.org/Firm> a <http://www.w3.org/2002/07/owl#Class> ."
XML = """\
<?xml version="1.0" encoding="{encoding}"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
         xmlns:owl="http://www.w3.org/2002/07/owl#">
<owl:Class rdf:about="http://example.org/Firm"/></rdf:RDF>
"""
JSON_LD = json.dumps(
    {"@id": "http://example.org/Firm", "@type": "http://www.w3.org/2002/07/owl#Class"}
)
NT = f"<{FIRM}> <{RDF.type}> <{OWL.Class}> ."


def test_the_endings_that_schemas_are_found_by_are_those_that_can_be_read() -> None:
    assert FORMATS.keys() == ONTOLOGIES


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (TURTLE.encode(), "a.ttl"),
        (TURTLE.encode(), "a.owl"),
        (XML.format(encoding="utf-8").encode(), "a.owl"),
        (XML.format(encoding="utf-8").encode("utf-8-sig"), "a.rdf"),
        (XML.format(encoding="utf-16").encode("utf-16"), "a.xml"),
        (JSON_LD.encode(), "a.jsonld"),
        (NT.encode(), "a.nt"),
        (f"<http://example.org/g> {{ {TURTLE} }}".encode(), "A.TRIG"),
    ],
)
def test_every_form_is_read(data: bytes, name: str) -> None:
    assert (FIRM, RDF.type, OWL.Class) in parse(data, name)


def test_relative_iris_do_not_tell_where_the_file_lies() -> None:
    (triple,) = parse(b"<#Firm> a <#Class> .", "/home/ann/firms.ttl")

    assert triple[0] == URIRef("https://ontology.invalid/firms.ttl#Firm")


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("<http://a> <http://b> 'x", "a.ttl", "a.ttl: this is not turtle: "),
        ("<?xml version='1.0'?><a", "a.rdf", "a.rdf: this is not xml: "),
        ("{", "a.jsonld", "a.jsonld: this is not JSON: "),
        ("[" * 100_000, "a.jsonld", "a.jsonld: this is not JSON: "),
        ("Prefix(:=<http://x>) Ontology(<a>)", "a.owl", "save it as RDF/XML or Turtle"),
        (
            '<?xml version="1.0"?>\n<Ontology xmlns="http://www.w3.org/2002/07/owl#"/>',
            "a.owl",
            "save it as RDF/XML or Turtle",
        ),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_the_file(
    text: str, name: str, message: str
) -> None:
    with pytest.raises(SchemaError) as caught:
        parse(text.encode(), name)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    "context",
    ["http://evil.invalid/c", ["file:///etc/passwd"], {"@import": "http://evil.invalid/c"}],
)
def test_contexts_from_elsewhere_are_refused_and_not_fetched(
    context: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("something was fetched"))
    data = json.dumps({"@graph": [{"@context": context, "@id": "http://example.org/Firm"}]})

    with pytest.raises(SchemaError, match="write the context into the file"):
        parse(data.encode(), "a.jsonld")


def test_entities_that_multiply_are_an_error() -> None:
    entities = '<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{f"&{below};" * 50}">'
        for below, name in zip("abcdef", "bcdefg", strict=True)
    )
    text = (
        f'<?xml version="1.0"?><!DOCTYPE x [{entities}]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="http://a.b"><rdf:value>&g;</rdf:value></rdf:Description>'
        "</rdf:RDF>"
    )

    with pytest.raises(SchemaError, match="no plain text: write it out"):
        parse(text.encode(), "a.rdf")


def test_entities_for_the_beginnings_of_iris_are_read() -> None:
    text = XML.format(encoding="utf-8").replace(
        "<rdf:RDF", '<!DOCTYPE rdf:RDF [<!ENTITY e "http://example.org/">]><rdf:RDF', 1
    )

    graph = parse(text.replace('"http://example.org/Firm"', '"&e;Firm"').encode(), "a.owl")

    assert (FIRM, RDF.type, OWL.Class) in graph


def test_entities_that_stand_elsewhere_are_refused() -> None:
    text = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/hostname">]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="http://a.b"><rdf:value>&y;</rdf:value></rdf:Description>'
        "</rdf:RDF>"
    )

    with pytest.raises(SchemaError, match="no plain text: write it out"):
        parse(text.encode(), "a.rdf")
