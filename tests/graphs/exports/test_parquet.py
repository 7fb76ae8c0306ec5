"""Parquet tables have everything, in typed columns."""

import json
from pathlib import Path

import networkx as nx
import pyarrow as pa
import pyarrow.parquet as pq

from questgraph.graphs.exports import export

from .graphs import graph_of


def test_a_graph_can_be_made_from_the_tables_again(nasty: str, tmp_path: Path) -> None:
    graph = graph_of(nasty)

    folder = export(graph, "parquet", tmp_path)

    back: nx.MultiDiGraph[str] = nx.MultiDiGraph(**graph.graph)
    for row in pq.read_table(folder / "nodes.parquet").to_pylist():
        back.add_node(row["id"], **json.loads(row["data"]))
    for row in pq.read_table(folder / "edges.parquet").to_pylist():
        back.add_edge(row["head"], row["tail"], row["id"], **json.loads(row["data"]))
    assert nx.utils.graphs_equal(back, graph)


def test_columns_have_the_same_types_with_rows_and_without(tmp_path: Path) -> None:
    empty: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    full, none = (
        export(graph, "parquet", tmp_path / name)
        for name, graph in (("full", graph_of("Ann")), ("none", empty))
    )

    for table in ("nodes.parquet", "edges.parquet"):
        assert pq.read_schema(full / table) == pq.read_schema(none / table)
    schema = pq.read_schema(none / "nodes.parquet")
    assert schema.field("aliases").type == pa.list_(pa.string())
    assert schema.field("score").type == pa.float64()


def test_half_a_character_is_replaced_where_people_look(tmp_path: Path) -> None:
    folder = export(graph_of("lone \ud800 surrogate"), "parquet", tmp_path)

    names = pq.read_table(folder / "nodes.parquet")["name"].to_pylist()

    assert "lone \ufffd surrogate" in names
