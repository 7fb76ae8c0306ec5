"""A graph is checked against its schema, and what is wrong is told in words."""

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.validation import Violation, violations
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

SCHEMA = Schema(
    name="staff",
    entities=(
        EntityType(name="person", iri="http://example.org/Person"),
        EntityType(name="firm"),
        EntityType(name="bank", is_a="firm"),
        EntityType(name="city"),
    ),
    relations=(
        RelationType(name="works for", head=("person",), tail=("firm", "city"), functional=True),
        RelationType(name="knows", head=("person",), tail=("person",), symmetric=True),
        RelationType(name="spouse", symmetric=True, functional=True),
        RelationType(name="about"),
    ),
    events=(
        EventType(name="hire", roles=(Role(name="who", types=("person",), many=False),)),
        EventType(name="sale", roles=(Role(name="who", types=("firm",)),)),
    ),
)
NODES = {
    "e:ann": ("person", "Ann"),
    "e:bo": ("person", "Bo"),
    "e:acme": ("bank", "Acme"),
    "e:oslo": ("city", "Oslo"),
    "e:it": ("thing", "it"),
    "v:hire": ("hire", "hire: hired"),
}


def graph_of(*edges: tuple[str, str, str]) -> KnowledgeGraph:
    """Return a graph of all nodes and of `edges` (head, type, tail), one claim each."""
    graph: KnowledgeGraph = nx.MultiDiGraph()
    for node, (type_, name) in NODES.items():
        kind = "event" if node.startswith("v:") else "entity"
        graph.add_node(node, kind=kind, type=type_, name=name, aliases=[], support=[])
    for number, (head, type_, tail) in enumerate(edges, start=1):
        kind = "role" if head.startswith("v:") else "relation"
        support = [
            {"claim": f"c{number}", "document": "a.txt", "quote": "…", "start": 0, "end": 1}
            | {"verdict": "sound"}
        ]
        graph.add_edge(head, tail, f"r:{number}", kind=kind, type=type_, support=support)
    return graph


def told(*edges: tuple[str, str, str]) -> list[str]:
    return [violation.sentence for violation in violations(graph_of(*edges), SCHEMA)]


def test_a_graph_under_its_schema_has_no_violations() -> None:
    assert (
        told(
            ("e:ann", "works for", "e:acme"),
            ("e:ann", "knows", "e:bo"),
            ("e:ann", "spouse", "e:bo"),
            ("e:acme", "about", "v:hire"),
            ("v:hire", "who", "e:ann"),
        )
        == []
    )


def test_a_wrong_end_is_told_with_its_node_its_edge_and_its_claim() -> None:
    found = violations(graph_of(("e:ann", "works for", "e:bo")), SCHEMA)

    assert found == [
        Violation(
            "'Ann' (person, e:ann) has 'Bo' (person, e:bo) as 'works for', which ends at"
            " firm or city. Said by claim c1 in a.txt",
            "e:ann",
            ("r:1",),
        )
    ]


def test_a_wrong_start_is_told() -> None:
    assert told(("e:oslo", "works for", "e:acme")) == [
        (
            "'Oslo' (city, e:oslo) has a relation 'works for', which starts at person."
            " Said by claim c1 in a.txt"
        )
    ]


def test_a_wrong_start_does_not_hide_a_wrong_end() -> None:
    assert len(told(("e:oslo", "works for", "e:bo"))) == 2


def test_a_second_tail_of_a_functional_relation_is_told_with_all_claims() -> None:
    assert told(("e:ann", "works for", "e:acme"), ("e:ann", "works for", "e:oslo")) == [
        (
            "'Ann' (person, e:ann) has 2 of 'works for', of which there is one at most."
            " Said by claim c1 in a.txt, c2 in a.txt"
        )
    ]


def test_a_symmetric_relation_counts_from_both_ends() -> None:
    assert told(("e:ann", "spouse", "e:bo"), ("e:bo", "spouse", "e:it")) == [
        (
            "'Bo' (person, e:bo) has 2 of 'spouse', of which there is one at most."
            " Said by claim c1 in a.txt, c2 in a.txt"
        )
    ]


def test_a_symmetric_relation_is_wrong_at_whichever_end_it_is_wrong() -> None:
    sentences = told(("e:oslo", "knows", "e:ann"))

    assert any("'Oslo' (city, e:oslo) has a relation 'knows'" in each for each in sentences)


def test_roles_are_those_of_their_event_type() -> None:
    assert told(("v:hire", "who", "e:ann"), ("v:hire", "who", "e:acme")) == [
        (
            "'hire: hired' (hire, v:hire) has 'Acme' (bank, e:acme) as 'who', which ends at person."
            " Said by claim c2 in a.txt"
        ),
        (
            "'hire: hired' (hire, v:hire) has 2 of 'who', of which there is one at most."
            " Said by claim c1 in a.txt, c2 in a.txt"
        ),
    ]


def test_what_is_of_no_known_type_may_stand_anywhere() -> None:
    assert told(("e:it", "works for", "e:acme"), ("e:ann", "knows", "e:it")) == []


def test_types_that_the_schema_does_not_have_are_told() -> None:
    graph = graph_of(("e:ann", "likes", "e:bo"))
    graph.nodes["e:oslo"]["type"] = "town"

    sentences = [violation.sentence for violation in violations(graph, SCHEMA)]

    assert sentences == [
        (
            "'Ann' (person, e:ann) has a relation 'likes' that the schema does not have."
            " Said by claim c1 in a.txt"
        ),
        "'Oslo' (town, e:oslo) is of a type that the schema does not have. No claim says so",
    ]


def test_many_claims_are_counted() -> None:
    graph = graph_of(("e:oslo", "works for", "e:acme"))
    (record,) = graph.edges["e:oslo", "e:acme", "r:1"]["support"]
    graph.edges["e:oslo", "e:acme", "r:1"]["support"] = [
        record | {"claim": f"c{number}"} for number in range(5)
    ]

    ((sentence, *_),) = [(v.sentence, v.edges) for v in violations(graph, SCHEMA)]

    assert sentence.endswith("c0 in a.txt, c1 in a.txt, c2 in a.txt and 2 more")


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1).filter(lambda text: text.strip() != ""))
def test_names_and_types_of_any_kind_are_checked(name: str, type_: str) -> None:
    schema = Schema(
        name="s",
        entities=(EntityType(name=type_), EntityType(name=f"not {type_}")),
        relations=(RelationType(name=f"to {type_}", tail=(f"not {type_}",)),),
    )
    graph: KnowledgeGraph = nx.MultiDiGraph()
    graph.add_node("e:1", kind="entity", type=type_, name=name, aliases=[], support=[])
    graph.add_edge("e:1", "e:1", "r:1", kind="relation", type=f"to {type_}", support=[])

    (violation,) = violations(graph, schema)

    assert (violation.node, violation.edges) == ("e:1", ("r:1",))


@pytest.mark.parametrize("name", ["lone \ud800 surrogate", "<script>", 'a"b\0c\n', "e:1> . <x"])
def test_hostile_names_are_told_and_not_read(name: str) -> None:
    graph = graph_of(("e:oslo", "works for", "e:acme"))
    graph.nodes["e:oslo"]["name"] = name

    (violation,) = violations(graph, SCHEMA)

    assert repr(name) in violation.sentence
