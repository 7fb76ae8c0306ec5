"""What every store promises: memory, SQLite, Ladybug, Oxigraph, and a server behind Bolt."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questgraph.graphs.exports import export
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.stores import Store, load, open_store, read
from questgraph.tools.errors import ConfigError

from . import others
from .arcade import PASSWORD
from .world import graph_of

EMPTY: KnowledgeGraph = nx.MultiDiGraph()

KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from world import graph_of
from questgraph.graphs.stores import load, open_store

def told(put):
    def tell(rows):
        put(rows)
        print("batch", flush=True)
    return tell

with open_store(sys.argv[2], password=sys.argv[3]) as store:
    for name in ("put_nodes", "put_edges"):
        setattr(store, name, told(getattr(store, name)))
    load(graph_of(*(f"name {n}" for n in range(399))), store, batch=20)
"""


def same(one: KnowledgeGraph, other: KnowledgeGraph) -> bool:
    return bool(nx.utils.graphs_equal(one, other))


def test_what_is_read_back_is_equal_with_its_evidence(store: Store) -> None:
    graph = graph_of("Ann", "Bo", "Cy")

    load(graph, store)

    assert same(read(store), graph)
    assert read(store).graph == graph.graph


def test_what_is_read_back_is_exported_to_the_same_bytes(store: Store, tmp_path: Path) -> None:
    graph = graph_of("Ann", "Bo", "Cy")
    load(graph, store)

    one, other = (
        export(each, "graphml", tmp_path / name)
        for name, each in (("a", graph), ("b", read(store)))
    )

    assert one.read_bytes() == other.read_bytes()


def test_attributes_that_nobody_knows_today_are_kept(store: Store) -> None:
    graph = graph_of("Ann", "Bo")
    for _, data in graph.nodes(data=True):
        data["merged"] = [{"id": "e:1", "reason": "acronym", "by": None}]
    for *_, data in graph.edges(data=True):
        data |= {"conflict": {"with": ["r:1"]}, "shown": False, "valid": [None, 0.1]}

    load(graph, store)

    assert same(read(store), graph)


def test_what_an_ontology_calls_types_is_kept_and_a_change_of_it_written(store: Store) -> None:
    graph = graph_of("Ann", "Bo")
    unlike = load(graph, store).nodes
    graph.graph["iris"] = {"person": "urn:x:Person", "knows": "urn:questgraph:type:likes"}

    loaded = load(graph, store)

    assert (unlike, loaded.nodes, loaded.edges, loaded.dropped) == (3, 2, 1, 0)
    assert same(read(store), graph)
    assert read(store).graph == graph.graph
    assert load(graph, store).unchanged == 6


def test_loading_twice_is_loading_once(store: Store) -> None:
    graph = graph_of("Ann", "Bo", "Cy")
    first = load(graph, store)
    rows = store.rows()

    second = load(graph, store)

    assert (first.unchanged, second.nodes, second.edges, second.dropped) == (0, 0, 0, 0)
    assert second.unchanged == len(graph) + graph.number_of_edges()
    assert sorted(store.rows().nodes) == sorted(rows.nodes)


def test_putting_rows_twice_is_putting_them_once(store: Store) -> None:
    load(graph_of("Ann", "Bo", "Cy"), store)
    nodes, edges, _ = before = store.rows()

    store.put_nodes(nodes)
    store.put_edges(edges)

    after = store.rows()
    assert (sorted(after.nodes), sorted(after.edges)) == (
        sorted(before.nodes),
        sorted(before.edges),
    )


@pytest.mark.parametrize("batch", [1, 2, 7, 1000])
def test_batches_of_any_size_give_the_same(store: Store, batch: int) -> None:
    graph = graph_of("Ann", "Bo", "Cy", "Di")
    load(graph_of("Ann", "Bo", "Ed"), store, batch=batch)

    load(graph, store, batch=batch)

    assert same(read(store), graph)


def test_only_what_changed_is_written(store: Store) -> None:
    graph = graph_of("Ann", "Bo", "Cy")
    load(graph, store)
    node = next(iter(graph))
    graph.nodes[node]["name"] = "Anne"
    graph.nodes[node]["score"] = 0.25

    loaded = load(graph, store)

    assert (loaded.nodes, loaded.edges, loaded.dropped) == (1, 0, 0)
    assert same(read(store), graph)


def test_a_node_may_change_its_type_and_its_edges_stay(store: Store) -> None:
    graph = graph_of("Ann", "Bo", "Cy")
    load(graph, store)
    graph.nodes[next(iter(graph))]["type"] = "company"

    load(graph, store)

    assert same(read(store), graph)


def test_evidence_that_changes_is_changed_wherever_it_stands(store: Store) -> None:
    graph = graph_of("Ann", "Bo")
    load(graph, store)
    for _, data in graph.nodes(data=True):
        data["support"] = [{**record, "verdict": "confirmed"} for record in data["support"]]

    load(graph, store)

    assert same(read(store), graph)


def test_what_left_the_graph_leaves_the_store(store: Store) -> None:
    load(graph_of("Ann", "Bo", "Cy"), store)
    rest = graph_of("Ann", "Bo")

    loaded = load(rest, store)

    assert loaded.dropped > 0
    assert same(read(store), rest)
    load(EMPTY, store)
    assert store.held() == ({}, {})


def test_what_others_keep_in_the_same_place_stays(store: Store) -> None:
    graph = graph_of("Ann", "Bo")
    load(graph, store)
    others.add(store, next(iter(graph)))
    theirs = others.found(store)

    assert same(read(store), graph)
    load(graph_of("Ann", "Bo", "Cy"), store)
    load(EMPTY, store)

    assert theirs
    assert others.found(store) == theirs
    assert same(read(store), EMPTY)


def test_what_others_tied_something_to_can_come_back(store: Store) -> None:
    graph = graph_of("Ann", "Bo")
    load(graph, store)
    others.add(store, next(iter(graph)))
    load(EMPTY, store)

    load(graph, store)

    assert same(read(store), graph)


def test_hostile_names_are_stored_exactly_and_nothing_else_happens(
    store: Store, nasties: list[str]
) -> None:
    load(graph_of("Ann", "Bo"), store)
    graph = graph_of(*nasties)

    load(graph, store)

    assert same(read(store), graph)
    columns = {row.name for row in store.rows().nodes}
    assert {name.replace("\ud800", "\ufffd") for name in nasties} <= columns


def test_hostile_types_are_stored_exactly_and_nothing_else_happens(
    store: Store, nasties: list[str]
) -> None:
    for name in nasties:
        graph = graph_of("Ann", "Bo", type_=name, relation=f"{name} of")

        load(graph, store)

        assert same(read(store), graph)


@pytest.mark.slow
def test_ten_thousand_hostile_names_are_stored_exactly(
    store: Store, hostile_graph: Callable[..., KnowledgeGraph]
) -> None:
    graph = hostile_graph(10_000)

    load(graph, store)

    assert same(read(store), graph)
    assert load(graph, store).unchanged == 12_500


def test_a_megabyte_of_text_is_stored_exactly(store: Store) -> None:
    graph = graph_of("Ann", "Bo")
    for _, data in graph.nodes(data=True):
        data |= {"name": "long " * 200_000, "aliases": ["x" * 1_000_000]}

    load(graph, store)

    assert same(read(store), graph)


# The store is the same for all examples: what one leaves behind is in the way of the next.
@given(name=st.text(min_size=1, max_size=30), type_=st.text(max_size=30).map("{}x".format))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_stored_exactly(store: Store, name: str, type_: str) -> None:
    graph = graph_of(name, "Bo", type_=type_, relation=f"{type_} of")

    load(graph, store, batch=2)

    assert same(read(store), graph)


@pytest.mark.parametrize("id_", ["", "nul\0", "half \ud800"], ids=ascii)
def test_an_id_that_cannot_be_kept_is_refused(store: Store, id_: str) -> None:
    graph = graph_of("Ann", "Bo")
    graph = nx.relabel_nodes(graph, {next(iter(graph)): id_})

    with pytest.raises(ConfigError, match="cannot be the id"):
        load(graph, store)

    assert store.held() == ({}, {})


def test_a_closed_store_has_kept_everything(target: str) -> None:
    graph = graph_of("Ann", "Bo", "Cy")
    with open_store(target, password=PASSWORD) as store:
        load(graph, store)

    with open_store(target, password=PASSWORD) as store:
        assert same(read(store), graph)


@pytest.mark.slow
@pytest.mark.parametrize("batches", [1, 9, 25])
def test_a_load_that_was_killed_goes_on_where_it_ended(target: str, batches: int) -> None:
    graph = graph_of(*(f"name {n}" for n in range(399)))
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, Path(__file__).parent, target, PASSWORD],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONSAFEPATH": "1"},
    ) as process:
        assert process.stdout, "it is a pipe"
        told = [process.stdout.readline() for _ in range(batches)]
        process.kill()

    with open_store(target, password=PASSWORD) as store:
        loaded = load(graph, store)

        assert told == [b"batch\n"] * batches
        assert 20 * batches <= loaded.unchanged < len(graph) + graph.number_of_edges()
        assert same(read(store), graph)
