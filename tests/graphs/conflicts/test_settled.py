import json
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.graphs.assembly import assemble
from questgraph.graphs.conflicts import Origin, Policy, settled
from questgraph.graphs.exports import node_link
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.schema import RelationType, Role, Schema

from .stories import SCHEMA, Story, parts, shown, told


def born(*places: tuple[str, str]) -> Story:
    story = Story()
    for document, place in places:
        story.tell(
            document, f"Ann was born in {place}.", "relation", "born_in", head="Ann", tail=place
        )
    return story


def written(graph: KnowledgeGraph) -> str:
    return json.dumps(node_link(graph))


def test_a_graph_without_conflicts_stays_as_it_is() -> None:
    story = born(("a", "Bonn")).tell(
        "a", "Ann leads Acme.", "relation", "leads", head="Ann", tail="Acme"
    )

    assert written(settled(story.graph(), SCHEMA)) == written(story.graph())


def test_two_tails_of_a_functional_relation_contradict_each_other_and_both_stay() -> None:
    edges = told(settled(born(("a", "Bonn"), ("b", "Köln")).graph(), SCHEMA))

    assert [data["shown"] for data in edges.values()] == [True, True]
    conflicts = [data["conflict"] for data in edges.values()]
    assert conflicts[0] == conflicts[1]
    ((conflict,),) = conflicts[:1]
    assert conflict["kind"] == "functional"
    assert conflict["why"] == "born_in: Ann can have 1 at a time, and Bonn and Köln are said"
    assert conflict["decided"] == "shown: the policy is to show all"


DATED = {
    "a": Origin("2001", "reuters/1.txt"),
    "b": Origin("2003-05", "blog/1.txt"),
    "c": Origin("2002-01-01", "reuters/2.txt"),
}


@pytest.mark.parametrize(
    ("policy", "tails", "words"),
    [
        (Policy("all"), {"Bonn", "Köln"}, "the policy is to show all"),
        (
            Policy("latest", origins=DATED),
            {"Köln"},
            "Ann born_in Köln is of 2003-05, this is of 2002",
        ),
        (
            Policy("most-supported"),
            {"Bonn"},
            "Ann born_in Bonn has 2 document(s), 2 claim(s), this",
        ),
        (Policy("trusted", origins=DATED, trusted=["blog/*", "*"]), {"Köln"}, "is said by blog/*"),
        (Policy("trusted", trusted=["c", "a"]), {"Bonn"}, "this has no trusted source"),
        (Policy("trusted", trusted=["nobody"]), {"Bonn", "Köln"}, "though Ann born_in"),
        (Policy("latest"), {"Bonn", "Köln"}, "each has no date"),
    ],
    ids=lambda value: value.name if isinstance(value, Policy) else "",
)
def test_the_policy_decides_which_is_shown_and_says_why(
    policy: Policy, tails: set[str], words: str
) -> None:
    graph = settled(born(("a", "Bonn"), ("b", "Köln"), ("c", "Bonn")).graph(), SCHEMA, policy)

    assert shown(graph) == tails
    assert words in " ".join(data["conflict"][0]["decided"] for data in told(graph).values())


def test_two_documents_weigh_more_than_three_claims_of_one() -> None:
    story = born(("a", "Bonn"), ("a", "Bonn"), ("a", "Bonn"), ("b", "Köln"), ("c", "Köln"))

    assert shown(settled(story.graph(), SCHEMA, Policy("most-supported"))) == {"Köln"}


@pytest.mark.parametrize(
    ("dated", "tail"), [({}, "Bo"), ({"d0": Origin("2020", ""), "d1": Origin("2010", "")}, "Ann")]
)
def test_latest_goes_by_the_date_of_the_document_or_else_by_the_time_it_states(
    dated: dict[str, Origin], tail: str
) -> None:
    story = chiefs(("Ann", "since 2001"), ("Bo", "since 2003"))

    assert shown(settled(story.graph(), SCHEMA, Policy("latest", origins=dated))) == {tail}


def test_the_score_breaks_a_tie_of_support() -> None:
    story = born(("a", "Bonn"), ("b", "Köln"))
    story.claims = [
        replace(claim, score=score) for claim, score in zip(story.claims, (0.9, 0.5), strict=True)
    ]

    assert shown(settled(story.graph(), SCHEMA, Policy("most-supported"))) == {"Bonn"}


def chiefs(*some: tuple[str, str]) -> Story:
    story = Story()
    for number, (name, time) in enumerate(some):
        story.tell(
            f"d{number}", f"{name} was chief of Acme {time}.", "relation", "chief",
            head="Acme", tail=name, **({"time": time} if time else {}),
        )  # fmt: skip
    return story


@pytest.mark.parametrize(
    ("times", "conflicts"),
    [
        (("1999 to 2003", "2003 to 2005"), 0),
        (("1999 to 2003", "2001 to 2005"), 2),
        (("since 2001", ""), 2),
        (("in 1999", "in 2004", "in 2004"), 2),
        (("until June 2020", "since July 2020"), 0),
        (("in spring", "in autumn"), 2),
    ],
)
def test_tails_that_are_true_at_different_times_do_not_contradict(
    times: Sequence[str], conflicts: int
) -> None:
    story = chiefs(*zip(("Ann", "Bo", "Cy"), times, strict=False))

    edges = told(settled(story.graph(), SCHEMA))

    assert sum("conflict" in data for data in edges.values()) == conflicts


def test_what_is_hidden_itself_hides_nothing() -> None:
    story = chiefs(("Ann", "since 2001"), ("Bo", ""), ("Cy", "until 1999"))
    story.tell(
        "x",
        "Ann was chief of Acme since 2001!",
        "relation",
        "chief",
        head="Acme",
        tail="Ann",
        time="since 2001",
    )

    graph = settled(story.graph(), SCHEMA, Policy("most-supported"))

    assert shown(graph) == {"Ann", "Cy"}


def test_an_edge_tells_when_it_was_true_in_the_words_of_the_text() -> None:
    (edge,) = told(settled(chiefs(("Ann", "from May 1999 to 2003")).graph(), SCHEMA)).values()

    assert edge["valid"] == [
        {
            "start": "1999-05-01",
            "end": "2003-12-31",
            "precision": "year",
            "text": "from May 1999 to 2003",
            "role": "time",
        }
    ]
    assert edge["qualifiers"] == {"time": ["from May 1999 to 2003"]}


def test_a_beginning_and_an_end_in_roles_of_their_own_make_one_time() -> None:
    story = Story().tell(
        "a", "Ann was chief of Acme, 1999, 2003.", "relation", "chief",
        head="Acme", tail="Ann", start="1999", end="2003",
    )  # fmt: skip

    (edge,) = told(settled(story.graph(), SCHEMA)).values()

    ((valid),) = edge["valid"]
    assert (valid["start"], valid["end"], valid["text"]) == (
        "1999-01-01",
        "2003-12-31",
        "1999 – 2003",
    )


def test_a_relative_time_is_read_where_the_document_has_a_date() -> None:
    graph = chiefs(("Ann", "last year")).graph()

    (undated,) = told(settled(graph, SCHEMA)).values()
    (dated,) = told(
        settled(graph, SCHEMA, Policy(origins={"d0": Origin("2020-03-01", "")}))
    ).values()

    assert "valid" not in undated
    assert dated["valid"][0]["start"] == "2019-01-01"


def test_dates_that_name_one_day_do_not_contradict() -> None:
    story = Story()
    for document, day in (("a", "1960"), ("b", "3 March 1960"), ("c", "March 1960")):
        story.tell(
            document,
            f"Ann was born on {day}.",
            "relation",
            "born_on",
            head="Ann",
            tail=(day, "date"),
        )
    same = settled(story.graph(), SCHEMA)
    story.tell(
        "d",
        "Ann was born on 4 March 1960.",
        "relation",
        "born_on",
        head="Ann",
        tail=("4 March 1960", "date"),
    )
    story.tell(
        "e",
        "Ann was born on 3 March 1960.",
        "relation",
        "born_on",
        head="Ann",
        tail=("3 March 1960", "date"),
    )
    other = settled(story.graph(), SCHEMA, Policy("most-supported"))

    assert not any("conflict" in data for data in parts(same))
    assert shown(other) == {"1960", "March 1960", "3 March 1960"}


def test_inverse_relations_share_an_edge_and_their_support() -> None:
    story = Story()
    story.tell("a", "Ann is the mother of Bo.", "relation", "parent_of", head="Ann", tail="Bo")
    story.tell("b", "Bo is a child of Ann.", "relation", "child_of", head="Bo", tail="Ann")
    before = story.graph()

    graph = settled(before, SCHEMA)

    (edge,) = told(graph).items()
    assert edge[0] == ("Ann", "parent_of", "Bo")
    assert [record["document"] for record in edge[1]["support"]] == ["a", "b"]
    assert edge[1]["stated"] == {"child_of": [story.claims[1].id]}
    key = next(
        key for *_, key, data in before.edges(keys=True, data=True) if data["type"] == "parent_of"
    )
    assert [key for *_, key in graph.edges(keys=True)] == [key]


def test_what_is_said_only_backwards_is_turned_round() -> None:
    backwards = Story().tell(
        "b", "Bo is a child of Ann.", "relation", "child_of", head="Bo", tail="Ann"
    )
    forwards = Story().tell(
        "b", "Ann is a parent of Bo.", "relation", "parent_of", head="Ann", tail="Bo"
    )

    graph = settled(backwards.graph(), SCHEMA)

    assert list(told(graph)) == [("Ann", "parent_of", "Bo")]
    assert list(graph.edges(keys=True)) == list(forwards.graph().edges(keys=True))


def test_one_tail_for_each_head_of_an_inverse_is_one_head_for_each_tail() -> None:
    story = Story()
    story.tell("a", "Ann lives in Bonn.", "relation", "lives_in", head="Ann", tail="Bonn")
    story.tell("b", "Köln is home of Ann.", "relation", "home_of", head="Köln", tail="Ann")
    story.tell("b", "Köln is home of Bo.", "relation", "home_of", head="Köln", tail="Bo")

    edges = told(settled(story.graph(), SCHEMA))

    assert {ends for ends, data in edges.items() if "conflict" in data} == {
        ("Bonn", "home_of", "Ann"),
        ("Köln", "home_of", "Ann"),
    }


def test_both_ends_of_a_symmetric_functional_relation_have_one_partner() -> None:
    story = Story()
    for document, one, other in (
        ("a", "Ann", "Bo"),
        ("b", "Bo", "Ann"),
        ("c", "Bo", "Cy"),
        ("d", "Cy", "Di"),
    ):
        story.tell(
            document, f"{one} married {other}.", "relation", "spouse_of", head=one, tail=other
        )

    graph = settled(story.graph(), SCHEMA, Policy("most-supported"))

    visible = [set(ends) - {"spouse_of"} for ends, data in told(graph).items() if data["shown"]]
    # Bo's second marriage is out, so that it is no reason against Cy's.
    assert visible == [{"Ann", "Bo"}, {"Cy", "Di"}] or visible == [{"Cy", "Di"}, {"Ann", "Bo"}]


def test_who_is_said_to_be_their_own_partner_contradicts_nobody() -> None:
    story = Story().tell("a", "Ann married Ann.", "relation", "spouse_of", head="Ann", tail="Ann")

    (edge,) = told(settled(story.graph(), SCHEMA)).values()

    assert "conflict" not in edge


def test_a_symmetric_relation_stated_in_both_directions_is_one_edge_after_merges() -> None:
    story = Story().tell("a", "Ann married Bo.", "relation", "spouse_of", head="Ann", tail="Bo")
    graph = story.graph()
    ((head, tail, data),) = graph.edges(data=True)
    graph.add_edge(tail, head, "r:other", **data)

    assert settled(graph, SCHEMA).number_of_edges() == 1


def test_denied_and_stated_by_as_many_is_shown_and_said_so() -> None:
    story = born(("a", "Bonn"))
    story.tell("b", "Ann was not born in Bonn.", "relation", "born_in", head="Ann", tail="Bonn")

    (edge,) = told(settled(story.graph(), SCHEMA, Policy("most-supported"))).values()

    (conflict,) = edge["conflict"]
    assert (edge["shown"], conflict["kind"]) == (True, "negation")
    assert conflict["why"] == "1 claim(s) say it, 1 say that it is not so"
    assert "the denial weighs as much" in conflict["decided"]


@pytest.mark.parametrize(
    ("policy", "visible"),
    [
        (Policy("all"), True),
        (Policy("most-supported"), False),
        (Policy("latest", origins={"a": Origin("2001", ""), "b": Origin("2000", "")}), True),
        (Policy("trusted", trusted=["b", "c"]), False),
    ],
    ids=lambda value: value.name if isinstance(value, Policy) else "",
)
def test_the_policy_weighs_a_denial_against_the_fact(policy: Policy, visible: bool) -> None:
    story = born(("a", "Bonn"))
    for document in ("b", "c"):
        story.tell(
            document, "Ann was not born in Bonn.", "relation", "born_in", head="Ann", tail="Bonn"
        )

    (edge,) = told(settled(story.graph(), SCHEMA, policy)).values()

    assert edge["shown"] is visible


def test_what_everybody_denies_is_hidden_and_contradicts_nothing() -> None:
    story = born(("a", "Bonn"))
    story.tell("b", "Ann was never born in Köln.", "relation", "born_in", head="Ann", tail="Köln")

    edges = told(settled(story.graph(), SCHEMA))

    denied = edges["Ann", "born_in", "Köln"]
    assert (denied["shown"], denied["qualified"]) == (False, ["negation"])
    assert denied["conflict"][0]["decided"] == "hidden: nothing says that it is so"
    assert "conflict" not in edges["Ann", "born_in", "Bonn"]


def test_what_a_denial_outweighs_is_no_rival_any_more() -> None:
    story = born(("a", "Bonn"), ("b", "Köln"))
    for document in ("c", "d"):
        story.tell(
            document, "Ann was not born in Bonn.", "relation", "born_in", head="Ann", tail="Bonn"
        )

    edges = told(settled(story.graph(), SCHEMA, Policy("most-supported")))

    denied = edges["Ann", "born_in", "Bonn"]
    assert (denied["shown"], [each["kind"] for each in denied["conflict"]]) == (False, ["negation"])
    assert "conflict" not in edges["Ann", "born_in", "Köln"]


def test_a_denial_for_another_time_is_no_contradiction() -> None:
    story = chiefs(("Ann", "since 2005"))
    story.tell(
        "x",
        "Ann was not chief of Acme in 2001.",
        "relation",
        "chief",
        head="Acme",
        tail="Ann",
        time="in 2001",
    )

    (edge,) = told(settled(story.graph(), SCHEMA)).values()

    assert "conflict" not in edge
    assert [valid["text"] for valid in edge["valid"]] == ["since 2005"]


def test_an_event_that_is_denied_is_hidden_with_its_roles() -> None:
    story = Story().tell(
        "a", "Acme did not buy Beta in 2003.", "event", "purchase",
        trigger="buy", buyer="Acme", target="Beta", date=("2003", "date"),
    )  # fmt: skip

    graph = settled(story.graph(), SCHEMA)

    (event,) = [data for _, data in graph.nodes(data=True) if data["kind"] == "event"]
    assert event["shown"] is False
    assert event["valid"][0]["start"] == "2003-01-01"
    assert [data["shown"] for data in told(graph).values()] == [False] * 3


def test_the_roles_of_an_event_that_is_outweighed_are_hidden_with_it() -> None:
    story = Story().tell(
        "a", "Acme bought Beta.", "event", "purchase", trigger="bought", buyer="Acme", target="Beta"
    )  # fmt: skip
    graph = story.graph()
    (event,) = [data for _, data in graph.nodes(data=True) if data["kind"] == "event"]
    cue = {"kind": "negation", "words": "not", "start": 0, "end": 3}
    (record,) = event["support"]
    event["support"] += [{**record, "document": document, "qualified": [cue]} for document in "bc"]

    edges = told(settled(graph, SCHEMA, Policy("most-supported")))

    assert [data["shown"] for data in edges.values()] == [False, False]


def test_what_all_claims_hedge_is_marked_so_and_shown() -> None:
    story = Story().tell("a", "Ann may lead Acme.", "relation", "leads", head="Ann", tail="Acme")
    (hedged,) = told(settled(story.graph(), SCHEMA)).values()
    story.tell("a", "Ann leads Acme.", "relation", "leads", head="Ann", tail="Acme")
    (plain,) = told(settled(story.graph(), SCHEMA)).values()

    assert hedged["qualified"] == ["modality"]
    assert "shown" not in hedged
    assert "qualified" not in plain


@pytest.mark.parametrize(
    ("type_", "marked"),
    [("person", False), ("agent", False), ("company", True), ("", False)],
)
def test_an_end_of_a_wrong_type_is_marked_and_left_to_a_person(type_: str, marked: bool) -> None:
    story = Story().tell(
        "a", "Ann leads Acme.", "relation", "leads", head=("Ann", type_), tail="Acme"
    )

    (edge,) = told(settled(story.graph(), SCHEMA)).values()

    assert ("conflict" in edge) is marked
    assert edge.get("shown", True)


def test_more_tails_than_a_schema_allows_contradict_each_other() -> None:
    schema = Schema(name="strict", relations=(RelationType(name="child_of", at_most=2),))
    story = Story()
    for document, parent in enumerate(("Bo", "Bo", "Bo", "Cy", "Cy", "Di")):
        story.tell(
            f"d{document}",
            f"Ann is a child of {parent}.",
            "relation",
            "child_of",
            head="Ann",
            tail=parent,
        )

    two = settled(story.graph(), schema, Policy("most-supported"))

    assert shown(two) == {"Bo", "Cy"}
    assert {data["conflict"][0]["kind"] for data in told(two).values()} == {"functional"}


def test_a_role_that_is_filled_once_with_two_fillers_contradicts_itself() -> None:
    story = Story().tell(
        "a", "Acme bought Beta in 2003, 2004.", "event", "purchase",
        trigger="bought", buyer="Acme", date=("2003", "date"),
    )  # fmt: skip
    graph = story.graph()
    event, date, data = next(
        (head, tail, data) for head, tail, data in graph.edges(data=True) if data["type"] == "date"
    )
    graph.add_node("e:other", **{**graph.nodes[date], "name": "2004"})
    graph.add_edge(event, "e:other", "r:other", **data)

    edges = told(settled(graph, SCHEMA))

    kinds = {ends[2]: [c["kind"] for c in data.get("conflict", ())] for ends, data in edges.items()}
    assert kinds == {"Acme": [], "2003": ["role"], "2004": ["role"]}


def test_an_asymmetric_relation_in_both_directions_contradicts_itself() -> None:
    schema = Schema(name="strict", relations=(RelationType(name="parent_of", asymmetric=True),))
    story = Story()
    for document, one, other in (("a", "Ann", "Bo"), ("b", "Bo", "Ann"), ("c", "Ann", "Bo")):
        story.tell(document, f"{one} begot {other}.", "relation", "parent_of", head=one, tail=other)

    graph = settled(story.graph(), schema, Policy("most-supported"))

    assert {ends: data["shown"] for ends, data in told(graph).items()} == {
        ("Ann", "parent_of", "Bo"): True,
        ("Bo", "parent_of", "Ann"): False,
    }


def test_both_directions_at_different_times_contradict_nothing() -> None:
    when = (Role(name="when"),)
    schema = Schema(
        name="strict", relations=(RelationType(name="leads", asymmetric=True, qualifiers=when),)
    )
    story = Story()
    for document, one, other, time in (("a", "Ann", "Bo", "1999"), ("b", "Bo", "Ann", "2005")):
        sentence = f"{one} led {other} in {time}."
        story.tell(document, sentence, "relation", "leads", head=one, tail=other, when=time)

    assert not any("conflict" in data for data in parts(settled(story.graph(), schema)))


def test_attributes_that_nobody_here_knows_are_kept() -> None:
    graph = born(("a", "Bonn")).graph()
    for data in parts(graph):
        data["merged"] = [{"why": "same"}]

    assert all(data["merged"] == [{"why": "same"}] for data in parts(settled(graph, SCHEMA)))


def crowd() -> Story:
    """A story with something of everything."""
    story = born(("a", "Bonn"), ("b", "Köln"), ("c", "Bonn"))
    story.tell("a", "Ann is the mother of Bo.", "relation", "parent_of", head="Ann", tail="Bo")
    story.tell("b", "Bo is a child of Ann.", "relation", "child_of", head="Bo", tail="Ann")
    story.tell("c", "Ann was not born in Bonn.", "relation", "born_in", head="Ann", tail="Bonn")
    story.tell(
        "b",
        "Cy was chief of Acme in 2003.",
        "relation",
        "chief",
        head="Acme",
        tail="Cy",
        time="2003",
    )
    story.tell(
        "c",
        "Bo was chief of Acme in 2003.",
        "relation",
        "chief",
        head="Acme",
        tail="Bo",
        time="2003",
    )
    for document, verb in (("a", "bought"), ("c", "did not buy")):
        story.tell(
            document, f"Acme {verb} Beta in 2003.", "event", "purchase",
            trigger=verb.split()[-1], buyer="Acme", target="Beta", date=("2003", "date"),
        )  # fmt: skip
    return story


POLICIES = [
    Policy(),
    Policy("latest", origins=DATED),
    Policy("most-supported"),
    Policy("trusted", trusted=["b"]),
]


@given(st.randoms(use_true_random=False), st.sampled_from(POLICIES))
def test_a_graph_put_together_in_any_order_gives_the_same_bytes(
    random: Random, policy: Policy
) -> None:
    graph = crowd().graph()
    nodes, edges = list(graph.nodes(data=True)), list(graph.edges(keys=True, data=True))
    random.shuffle(nodes)
    random.shuffle(edges)
    shuffled: KnowledgeGraph = nx.MultiDiGraph(**graph.graph)
    shuffled.add_nodes_from(nodes)
    shuffled.add_edges_from(edges)

    assert written(settled(shuffled, SCHEMA, policy)) == written(settled(graph, SCHEMA, policy))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_settling_again_changes_nothing_and_the_given_graph_stays(policy: Policy) -> None:
    graph = crowd().graph()
    before = written(graph)

    once = settled(graph, SCHEMA, policy)

    assert written(graph) == before
    assert written(settled(once, SCHEMA, policy)) == written(once)
    assert written(settled(once, SCHEMA)) == written(settled(graph, SCHEMA))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_nothing_is_deleted(policy: Policy) -> None:
    graph = crowd().graph()

    assert supports(settled(graph, SCHEMA, policy)) == supports(graph)


def supports(graph: KnowledgeGraph) -> set[tuple[str, str]]:
    return {(r["document"], r["claim"]) for data in parts(graph) for r in data["support"]}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@pytest.mark.parametrize("withdrawn", ["a", "b", "c"])
def test_a_withdrawn_document_takes_exactly_its_own_support(withdrawn: str, policy: Policy) -> None:
    story = crowd()
    whole = settled(story.graph(), SCHEMA, policy)

    rest = settled(story.graph(without=withdrawn), SCHEMA, policy)

    assert supports(rest) == {each for each in supports(whole) if each[0] != withdrawn}
    for place, data in told(whole).items():
        left = [record for record in data["support"] if record["document"] != withdrawn]
        assert told(rest).get(place, {"support": []})["support"] == left
    for node, data in whole.nodes(data=True):
        left = [record for record in data["support"] if record["document"] != withdrawn]
        assert (rest.nodes[node]["support"] if node in rest else []) == left


@pytest.mark.parametrize("withdrawn", ["a", "b", "c"])
def test_a_withdrawn_document_takes_its_own_support_from_a_merged_graph_too(withdrawn: str) -> None:
    story = crowd()
    story.tell("a", "Ann Lee leads Acme.", "relation", "leads", head="Ann Lee", tail="Acme")
    story.tell("b", "Ann Lee and Lee lead Acme.", "relation", "leads", head="Lee", tail="Acme")

    def merged(without: str = "") -> KnowledgeGraph:
        claims = [claim for claim in story.claims if claim.document_id != without]
        return settled(assemble(claims, story.documents, SCHEMA), SCHEMA, Policy("most-supported"))

    left = {each for each in supports(merged()) if each[0] != withdrawn}
    assert supports(merged(without=withdrawn)) == left


def test_the_conflict_goes_with_the_document_that_brought_it() -> None:
    story = born(("a", "Bonn"), ("b", "Köln"))

    assert written(settled(story.graph(without="b"), SCHEMA)) == written(
        born(("a", "Bonn")).graph()
    )


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=12)), max_size=5))
def test_hostile_names_and_times_are_settled_like_any_other(some: list[tuple[str, str]]) -> None:
    story = Story()
    for number, (name, time) in enumerate(some):
        text = f"Acme | {name} | {time} |"
        story.tell(f"d{number}", text, "relation", "chief", head="Acme", tail=name, time=time)

    graph = settled(story.graph(), SCHEMA, Policy("most-supported"))

    assert supports(graph) == supports(story.graph())


def test_very_many_tails_are_settled_in_one_group_with_a_short_reason() -> None:
    story = born(*((f"d{number}", f"Place{number}") for number in range(300)))

    graph = settled(story.graph(), SCHEMA, Policy("most-supported"))

    (group,) = {data["conflict"][0]["group"] for data in told(graph).values()}
    assert group.startswith("c:")
    assert all(len(data["conflict"][0]["why"]) < 200 for data in told(graph).values())
