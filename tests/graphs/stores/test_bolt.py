"""The Cypher that is sent has no word of a document in it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.graphs.exports.rows import rows_of
from questgraph.graphs.stores import bolt, open_store
from questgraph.graphs.stores.addresses import read_address
from questgraph.tools.errors import ConfigError, RunError

from .world import graph_of

SENT = re.compile(r"(?:[\w\s(){}\[\]:.,=+<>-]|\$rows|`\w+`)+")
"""Keywords, and quoted labels that are made of words."""


@given(st.data())
def test_statements_are_made_of_keywords_and_quoted_words(
    nasties: list[str], data: st.DataObject
) -> None:
    type_ = data.draw(st.sampled_from(nasties) | st.text(max_size=30).map("{}x".format))
    nodes, edges, _ = rows_of(graph_of("Ann", "Bo", type_=type_, relation=f"{type_} of"))

    statements = [
        *bolt.kept_nodes(nodes, {nodes[0].id}),
        *bolt.merged_edges(edges),
        *bolt.deleted_edges([edge.key for edge in edges]),
        *bolt.relabelled(nodes, {node.id: ("event", f"was {type_}") for node in nodes}),
    ]

    assert len(statements) >= 8
    assert [query for query, _ in statements if not SENT.fullmatch(query)] == []


def test_rows_of_one_type_are_sent_together() -> None:
    nodes, edges, _ = rows_of(graph_of("Ann", "Bo", "Cy"))

    sent = bolt.kept_nodes(nodes, ()), bolt.merged_edges(edges)

    assert [[len(rows) for _, rows in statements] for statements in sent] == [[3, 1], [2, 1, 1]]


def test_an_address_is_taken_apart() -> None:
    address = read_address("neo4j+s://ann:p%40s%2Fs@db.example:7688/kg")

    assert (address.url, address.user, address.password, address.database) == (
        "neo4j+s://db.example:7688",
        "ann",
        "p@s/s",
        "kg",
    )
    assert read_address("bolt://ann@localhost", "secret").password == "secret"


@pytest.mark.parametrize(
    "target",
    [
        "bolt://ann:se/cret@localhost",
        "bolt://ann:se@cret@localhost",
        "bolt://ann:secret@localhost:port",
        "bolt://ann:secret@localhost:0",
        "bolt://ann:secret@",
        "bolt://ann:secret@localhost?x=1",
        "bolt:secret",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(target: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        read_address(target)

    assert "cret" not in str(caught.value)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    pytest.importorskip("neo4j")
    with (
        pytest.raises(RunError, match=r"bolt://ann@127\.0\.0\.1:1/kg cannot be used") as caught,
        open_store("bolt://ann:secret@127.0.0.1:1/kg"),
    ):
        pass

    assert "secret" not in str(caught.value)


@pytest.mark.slow
def test_a_wrong_password_is_said_and_not_shown(bolt_server: str) -> None:
    with (
        pytest.raises(RunError, match="cannot be used") as caught,
        open_store(bolt_server, password="wrong-one"),
    ):
        pass

    assert "wrong-one" not in str(caught.value)
