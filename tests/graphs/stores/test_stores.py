"""Opening stores, and what each looks like to those who query it."""

import json
import sqlite3
import sys
from pathlib import Path

import networkx as nx
import pytest

from questgraph.graphs.exports.cypher import statements
from questgraph.graphs.stores import load, open_store, read
from questgraph.graphs.stores.ladybug import LadybugStore
from questgraph.graphs.stores.memory import MemoryStore
from questgraph.graphs.stores.oxigraph import OxigraphStore
from questgraph.tools.errors import (
    ConfigError,
    MissingPackageError,
    QuestgraphError,
    RunError,
    UnknownNameError,
)

from .arcade import PASSWORD, clear
from .world import graph_of


@pytest.mark.parametrize("target", ["", "sqlite", "sqlite:", "graph.db", "oxigraph:"])
def test_a_target_that_names_nothing_is_explained(target: str) -> None:
    with pytest.raises(ConfigError, match="sqlite:PATH"), open_store(target):
        pass


def test_an_unknown_store_is_explained() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'ladybug'"), open_store("ladybird:x"):
        pass


@pytest.mark.parametrize("kind", ["sqlite", "ladybug", "oxigraph"])
def test_a_file_that_is_something_else_is_refused_and_kept(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database" * 1000)

    with pytest.raises(RunError, match=r"notes\.txt cannot be used"), open_store(f"{kind}:{path}"):
        pass

    assert path.read_text() == "not a database" * 1000


@pytest.mark.parametrize("kind", ["sqlite", "ladybug"])
def test_a_folder_that_is_not_there_is_said(kind: str, tmp_path: Path) -> None:
    with (
        pytest.raises(QuestgraphError, match="nowhere"),
        open_store(f"{kind}:{tmp_path}/nowhere/x"),
    ):
        pass


@pytest.mark.parametrize(
    ("target", "package", "extra"),
    [
        ("ladybug:x", "ladybug", "ladybug"),
        ("oxigraph:x", "pyoxigraph", "rdf"),
        ("bolt://localhost/x", "neo4j", "neo4j"),
    ],
)
def test_a_package_that_is_not_there_is_named_with_the_command_that_brings_it(
    target: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    with (
        pytest.raises(MissingPackageError, match=rf"pip install 'questgraph\[{extra}\]'"),
        open_store(target),
    ):
        pass


def test_sqlite_tables_answer_sql(tmp_path: Path) -> None:
    with open_store(f"sqlite:{tmp_path / 'g.db'}") as store:
        load(graph_of("Ann", "Bo"), store)

    db = sqlite3.connect(tmp_path / "g.db")
    found = db.execute(
        "select h.name, e.type, t.name, e.document, e.qualifiers,"
        " json_extract(e.data, '$.support[0].quote') = e.quote"
        " from graph_edges e join graph_nodes h on h.id = e.head"
        " join graph_nodes t on t.id = e.tail"
        " where e.type = 'knows'"
    ).fetchall()
    db.close()

    assert found == [("Ann", "knows", "Bo", "d é#1", '{"when": ["2020"]}', 1)]


def test_ladybug_answers_cypher(tmp_path: Path) -> None:
    store = LadybugStore(str(tmp_path / "g"))
    load(graph_of("Ann", "Bo"), store)

    found = store._all(
        "MATCH (v:GraphNode {kind: 'event'})-[:GraphEdge {type: 'who'}]->(a:GraphNode)"
        "-[e:GraphEdge {kind: 'relation'}]->(b:GraphNode)"
        " RETURN v.type, a.name, e.type, b.name ORDER BY e.type"
    )
    store.close()

    assert found == [["hire", "Ann", "knows", "Bo"], ["hire", "Ann", "likes", "Bo"]]


def test_oxigraph_answers_sparql_with_the_evidence_of_a_triple(tmp_path: Path) -> None:
    store = OxigraphStore(str(tmp_path / "g"))
    load(graph_of("Ann", "Bo"), store)

    found = list(
        store._store.query(
            "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>"
            "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>"
            "PREFIX prov: <http://www.w3.org/ns/prov#>"
            "PREFIX qg: <urn:questgraph:vocabulary:> PREFIX type: <urn:questgraph:type:>"
            "SELECT ?head ?tail ?start ?document WHERE { GRAPH <urn:questgraph:graph> {"
            " ?a type:knows ?b ; rdfs:label ?head . ?b rdfs:label ?tail ."
            " ?r rdf:reifies <<( ?a type:knows ?b )>> ; prov:wasDerivedFrom ?evidence ."
            " ?evidence qg:start ?start ; prov:wasQuotedFrom/rdfs:label ?document } }"
        )
    )
    store.close()

    assert [[term.value for term in row] for row in found] == [["Ann", "Bo", "0", "d é#1"]]


def test_oxigraph_calls_types_as_their_ontology_does(tmp_path: Path) -> None:
    store = OxigraphStore(str(tmp_path / "g"))
    graph = graph_of("Ann", "Bo")
    load(graph, store)
    graph.graph["iris"] = {"person": "urn:x:Person", "knows": "urn:x:knows"}

    load(graph, store)

    found = store._store.query(
        "SELECT ?type WHERE { GRAPH <urn:questgraph:graph> {"
        " ?a a <urn:x:Person> ; <urn:x:knows> ?b . ?a <urn:questgraph:vocabulary:type> ?type } }"
    )
    assert [row["type"].value for row in found] == ["person"]
    assert not store._store.query("ASK { GRAPH ?g { ?a <urn:questgraph:type:knows> ?b } }")
    store.close()


def test_what_oxigraph_takes_for_no_iri_is_explained(tmp_path: Path) -> None:
    graph = graph_of("Ann", "Bo")
    graph.graph["iris"] = {"person": "http://[x"}

    with (
        open_store(f"oxigraph:{tmp_path / 'g'}") as store,
        pytest.raises(ConfigError, match=r"'http://\[x' of the type 'person' is no IRI"),
    ):
        load(graph, store)


def test_oxigraph_forgets_evidence_and_documents_that_nothing_rests_on(tmp_path: Path) -> None:
    store = OxigraphStore(str(tmp_path / "g"))
    graph = graph_of("Ann", "Bo")
    load(graph, store)

    load(type(graph)(), store)

    left = [quad.predicate.value for quad in store._store]
    store.close()
    assert left == ["urn:questgraph:vocabulary:about"]


def test_memory_is_a_graph_to_go_on_with() -> None:
    graph, store = graph_of("Ann", "Bo"), MemoryStore()

    load(graph, store)

    for node, data in graph.nodes(data=True):
        assert data.items() <= store.graph.nodes[node].items()
    for *edge, data in graph.edges(keys=True, data=True):
        assert data.items() <= store.graph.edges[edge].items()


def test_what_others_said_of_our_nodes_in_memory_stays() -> None:
    graph, store = graph_of("Ann", "Bo"), MemoryStore()
    load(graph, store)
    node = next(iter(graph))
    store.graph.nodes[node]["seen"] = True
    graph.nodes[node]["name"] = "Anne"

    load(graph, store)

    told = store.graph.nodes[node]
    assert (told["seen"], told["name"]) == (True, "Anne")
    assert json.loads(told["questgraph"].data)["name"] == "Anne"


@pytest.mark.slow
def test_a_server_behind_bolt_answers_cypher(bolt_server: str) -> None:
    clear(bolt_server)
    with open_store(bolt_server, password=PASSWORD) as store:
        load(graph_of("Ann", "Bo", relation="works for"), store)

        found = store._read(  # type: ignore[attr-defined]
            "MATCH (v:Event)-[:WHO]->(a:person)-[e:WORKS_FOR]->(b:Entity)"
            " RETURN v.type, a.name, e.type, b.name, e.document"
        )

        assert list(found) == [["hire", "Ann", "works for", "Bo", "d é#1"]]


@pytest.mark.slow
def test_the_cypher_script_makes_what_loading_makes(bolt_server: str, nasties: list[str]) -> None:
    clear(bolt_server)
    graph = graph_of(*nasties, type_="`}) x", relation="\\u0060 y")
    with open_store(bolt_server, password=PASSWORD) as store:
        for statement in statements(graph):
            store._write([(statement, [])])  # type: ignore[attr-defined]

        assert nx.utils.graphs_equal(read(store), graph)
        assert load(graph, store).unchanged == len(graph) + graph.number_of_edges()
