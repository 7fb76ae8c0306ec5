"""Hostile names through every export: what a reader gets is what the graph has, or an error."""

import ast
import csv
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pyarrow.parquet as pq
import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import RDFS, SKOS

from questgraph.graphs.exports import export, exporters, graph_documents
from questgraph.graphs.exports.neo4j import SEPARATOR
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.errors import ConfigError
from questgraph.tools.ontologies.vocabulary import TYPE, made_of
from questgraph.tools.records import Document

Made = Callable[..., KnowledgeGraph]

HALF = "\ud800"
TEXT = ("turtle", "jsonld", "trig", "csv")
"""Formats that have nothing in which half a character could stand."""

SIZES = [300, pytest.param(10_000, marks=pytest.mark.slow)]

STRING = re.compile(r"'(?:\\.|[^\\'\n\r])*'")

Names = Counter[tuple[str, ...]]


@pytest.fixture(params=SIZES)
def count(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(autouse=True)
def long_fields() -> None:
    csv.field_size_limit(2_000_000)


def names_of(graph: KnowledgeGraph) -> Names:
    """Return names, types and aliases of all nodes."""
    return Counter(
        (data["name"], data["type"], *data["aliases"]) for _, data in graph.nodes(data=True)
    )


def read(graph: KnowledgeGraph, format_: str, folder: Path) -> Names:
    """Write a graph, and return what a standard reader of the format finds."""
    return READERS[format_](export(graph, format_, folder))


def from_graphml(path: Path) -> Names:
    back = nx.read_graphml(path, force_multigraph=True)
    for _, data in back.nodes(data=True):
        data.update(json.loads(data.get("exact", "{}")), aliases=json.loads(data["aliases"]))
    return names_of(back)


def from_json(path: Path) -> Names:
    return names_of(nx.node_link_graph(json.loads(path.read_bytes()), edges="edges"))


def from_parquet(path: Path) -> Names:
    rows = pq.read_table(path / "nodes.parquet", columns=["data"]).to_pylist()
    return said_in(row["data"] for row in rows)


def from_csv(path: Path) -> Names:
    with (path / "nodes.csv").open(newline="", encoding="utf-8") as table:
        return Counter(
            (row["name"], row["type"], *json.loads(row["aliases"])) for row in csv.DictReader(table)
        )


def from_neo4j(path: Path) -> Names:
    with (path / "nodes.csv").open(newline="", encoding="utf-8") as table:
        return said_in(row["data"] for row in csv.DictReader(table))


def from_cypher(path: Path) -> Names:
    """Read the literals as Python does, whose escapes are the same."""
    lines = (line for line in path.read_text("utf-8").split("\n") if line.startswith("MERGE (n:"))
    data = (line.partition("n.data = ")[2].partition(", n.digest = ")[0] for line in lines)
    return said_in("".join(map(ast.literal_eval, STRING.findall(each))) for each in data)


def said_in(data: object) -> Names:
    found = [json.loads(each) for each in data]  # type: ignore[attr-defined]
    return Counter((each["name"], each["type"], *each["aliases"]) for each in found)


def from_rdf(form: RdfFormat) -> Callable[[Path], Names]:
    def reader(path: Path) -> Names:
        told: dict[str, dict[str, str]] = {}
        for quad in parse(path=path, format=form):
            subject = getattr(quad.subject, "value", "")
            if subject.startswith("urn:questgraph:e:"):
                value = getattr(quad.object, "value", "")
                told.setdefault(subject, {})[quad.predicate.value] = value
        keys = (str(RDFS.label), "http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
        return Counter(
            (*(each[key] for key in keys), each[str(SKOS.altLabel)]) for each in told.values()
        )

    return reader


READERS: dict[str, Callable[[Path], Names]] = {
    "graphml": from_graphml,
    "json": from_json,
    "parquet": from_parquet,
    "csv": from_csv,
    "neo4j": from_neo4j,
    "cypher": from_cypher,
    "turtle": from_rdf(RdfFormat.TURTLE),
    "trig": from_rdf(RdfFormat.TRIG),
    "jsonld": from_rdf(RdfFormat.JSON_LD),
}


def test_every_format_is_read_here() -> None:
    assert READERS.keys() == set(exporters)


@pytest.mark.parametrize("format_", exporters)
def test_hostile_names_are_read_back_exactly(
    format_: str, count: int, hostile_graph: Made, tmp_path: Path
) -> None:
    but = {**dict.fromkeys(TEXT, (HALF,)), "neo4j": (SEPARATOR,)}
    graph = hostile_graph(count, but=but.get(format_, ()))

    found = read(graph, format_, tmp_path)

    expected = names_of(graph)
    if format_ in ("turtle", "trig", "jsonld"):
        expected = Counter(
            {
                (name, str(made_of(TYPE, type_)), *aliases): times
                for (name, type_, *aliases), times in expected.items()
            }
        )
    assert found.total() == count
    assert found == expected


@pytest.mark.parametrize(
    ("format_", "shown"), [*((each, r"\\ud800") for each in TEXT), ("neo4j", r"\\x1f")]
)
def test_names_that_a_format_cannot_hold_are_refused(
    format_: str, shown: str, count: int, hostile_graph: Made, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=rf"{shown}.* ha(s|lf).* correct it"):
        export(hostile_graph(count), format_, tmp_path)

    assert not list(tmp_path.rglob("*.*"))


def test_documents_for_langchain_have_the_names_as_they_are(
    count: int, hostile_graph: Made
) -> None:
    graph = hostile_graph(count)
    ids = {r["document"] for _, data in graph.nodes(data=True) for r in data["support"]}

    made = graph_documents(graph, {id_: Document(id_, id_) for id_ in ids})

    nodes = {node["id"]: node for each in made for node in each["nodes"]}
    found = Counter(
        (node["properties"]["name"], node["type"], *node["properties"]["aliases"])  # type: ignore[misc]
        for node in nodes.values()
    )
    assert found == names_of(graph)
    assert {each["source"]["page_content"] for each in made} == ids


@pytest.mark.parametrize("format_", exporters)
def test_a_megabyte_of_name_is_read_back_exactly(
    format_: str, hostile_graph: Made, tmp_path: Path
) -> None:
    graph = hostile_graph(2, but=(HALF, SEPARATOR))
    for _, data in graph.nodes(data=True):
        data["name"] = f"{data['name']}{'long ' * 200_000}"

    found = read(graph, format_, tmp_path)

    assert {name for name, *_ in found} == {name for name, *_ in names_of(graph)}
