"""Things are linked to a catalogue by the forms that merge them, or to nothing, with the reason."""

from pathlib import Path

import pytest
from rdflib import SKOS, URIRef

from questgraph.graphs.assembly import assemble
from questgraph.graphs.exports.rdf import to_rdf
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.catalogues import Entry, read_entries
from questgraph.tools.errors import ConfigError
from questgraph.tools.records import Argument, Claim, Document, Mention, Span
from questgraph.tools.schema import EntityType, Schema

SCHEMA = Schema(name="small", entities=(EntityType(name="organization"), EntityType(name="place")))
WHO = Entry(
    "World Health Organization", "Organization", "", "http://example.org/WHO", ("WHO", "OMS")
)


def linked(*things: tuple[str, str], catalogue: list[Entry]) -> KnowledgeGraph:
    text = ", ".join(name for _, name in things)
    claims, start = [], 0
    for type_, name in things:
        start = text.index(name, start)
        mention = Mention(name, type=type_, span=Span(start, start + len(name)), level="exact")
        arguments = (Argument("mention", mention),)
        claims.append(Claim("entity", type_, arguments, document_id="d", unit_id="d#0"))
        start += len(name)
    return assemble(claims, {"d": Document("d", text)}, SCHEMA, catalogue=catalogue)


def ids(graph: KnowledgeGraph) -> dict[str, str | None]:
    return {node["name"]: node["linked"]["id"] for _, node in graph.nodes(data=True)}


def test_a_name_or_an_alias_finds_the_entry_and_names_of_one_entry_are_one_thing() -> None:
    graph = linked(
        ("organization", "World-Health Organization"), ("organization", "OMS"), catalogue=[WHO]
    )

    ((_, node),) = graph.nodes(data=True)
    assert node["linked"]["id"] == WHO.id
    assert node["merged"][0]["reason"] == f"both are {WHO.id!r} in the catalogue"


def test_what_the_catalogue_does_not_have_is_nil_with_the_reason() -> None:
    graph = linked(("organization", "Acme"), ("place", "WHO"), catalogue=[WHO])

    assert ids(graph) == {"Acme": None, "WHO": None}
    assert {node["linked"]["reason"] for _, node in graph.nodes(data=True)} == {
        "no entry has this name and type"
    }


def test_a_name_of_several_entries_is_nil_and_names_them() -> None:
    two = [Entry("Springfield", "place", id="q1"), Entry("Springfield", "place", id="q2")]

    graph = linked(("place", "Springfield"), catalogue=two)

    ((_, node),) = graph.nodes(data=True)
    assert node["linked"] == {"id": None, "reason": "several entries have this name: q1, q2"}


def test_without_a_catalogue_nothing_is_said_of_one() -> None:
    ((_, node),) = linked(("place", "Springfield"), catalogue=[]).nodes(data=True)

    assert "linked" not in node


def test_rdf_says_which_entry_a_node_is() -> None:
    rdf = to_rdf(linked(("organization", "WHO"), catalogue=[WHO]))

    assert list(rdf.objects(None, SKOS.exactMatch)) == [URIRef(WHO.id)]


def test_catalogues_are_read_from_csv_jsonl_and_rdf(tmp_path: Path) -> None:
    csv, jsonl, ttl = (tmp_path / f"c.{suffix}" for suffix in ("csv", "jsonl", "ttl"))
    csv.write_text(
        "id,name,type,aliases\nhttp://example.org/WHO,World Health Organization,Organization,"
        "WHO|OMS\n"
    )
    jsonl.write_text(
        '{"id":"http://example.org/WHO","name":"World Health Organization",'
        '"type":"Organization","aliases":["WHO","OMS"]}\n'
    )
    ttl.write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "<http://example.org/WHO> a <http://example.org/ns#Organization> ;\n"
        '  skos:prefLabel "World Health Organization" ; skos:altLabel "OMS", "WHO" .\n'
    )

    found = [read_entries(file) for file in (csv, jsonl, ttl)]

    assert found == [[WHO], [WHO], [WHO._replace(aliases=("OMS", "WHO"))]]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("c.csv", "name\nWHO\n", "entry 1 is wrong"),
        ("c.jsonl", '{"name":"WHO","type":"x","aliases":"OMS"}\n', "entry 1 is wrong"),
        ("c.ttl", "this is no RDF", "no catalogue there"),
    ],
)
def test_a_wrong_catalogue_is_an_error_that_says_where(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text)

    with pytest.raises(ConfigError, match=said):
        read_entries(tmp_path / name)
