import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.graphs.exports import node_link
from questgraph.graphs.knowledge import build
from questgraph.tools.records import Argument, Claim, Document, Level, Mention, Span
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

SCHEMA = Schema(
    name="small",
    entities=(EntityType(name="person"), EntityType(name="organization")),
    relations=(
        RelationType(name="works_for"),
        RelationType(name="leads"),
        RelationType(name="knows", symmetric=True),
    ),
    events=(
        EventType(
            name="hire",
            trigger="verb",
            roles=(Role(name="who"), Role(name="firm", many=False)),
        ),
    ),
)
TEXT = (
    "Ann Lee works for the World Health Organization (WHO). Bo knows Ann Lee. "
    "WHO hired Bo. The World Health Organization is led by Ann Lee."
)
DOCUMENTS = {"d": Document("d", TEXT)}


def mention(text: str, nth: int = 0, type_: str = "", level: Level = "exact") -> Mention:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(text, start + 1)
    return Mention(text, type=type_, span=Span(start, start + len(text)), level=level)


def claim(kind: str, type_: str, *arguments: tuple[str, Mention], **fields: object) -> Claim:
    pinned = tuple(Argument(*argument) for argument in arguments)
    return Claim(kind, type_, pinned, document_id="d", unit_id="d#000000", **fields)  # type: ignore[arg-type]


ANN, BO = mention("Ann Lee", 0, "person"), mention("Bo", 0, "person")
LONG = mention("World Health Organization", 0, "organization")
SHORT = mention("WHO", 1, "organization")
CLAIMS = [
    claim("entity", "person", ("mention", ANN)),
    claim("entity", "person", ("mention", mention("Ann Lee", 1))),
    claim("entity", "person", ("mention", BO)),
    claim("entity", "organization", ("mention", LONG)),
    claim("entity", "organization", ("mention", mention("WHO", 0))),
    claim("entity", "organization", ("mention", SHORT)),
    claim("relation", "works_for", ("head", ANN), ("tail", LONG), turns=(1,)),
    claim(
        "relation",
        "leads",
        ("head", mention("Ann Lee", 2, "person")),
        ("tail", mention("The World Health Organization", 0, "organization")),
    ),
    claim("relation", "knows", ("head", BO), ("tail", mention("Ann Lee", 1, "person"))),
    claim("relation", "knows", ("head", ANN), ("tail", BO)),
    claim(
        "event",
        "hire",
        ("trigger", mention("hired")),
        ("who", mention("Bo", 1, "person")),
        ("firm", SHORT),
    ),
]


def named(name: str) -> str:
    graph = build(CLAIMS, DOCUMENTS, SCHEMA)
    return next(node for node, data in graph.nodes(data=True) if data["name"] == name)


def test_names_of_one_thing_are_one_node_with_aliases() -> None:
    graph = build(CLAIMS, DOCUMENTS, SCHEMA)

    names = {data["name"]: data["aliases"] for _, data in graph.nodes(data=True)}
    assert names == {
        "Ann Lee": [],
        "Bo": [],
        "WHO": ["The World Health Organization", "World Health Organization"],
        "hire: hired": [],
    }


def test_parallel_relations_stay_apart_and_equal_ones_share_an_edge() -> None:
    graph = build(CLAIMS, DOCUMENTS, SCHEMA)

    ann, who, bo = named("Ann Lee"), named("WHO"), named("Bo")
    assert {data["type"] for data in graph[ann][who].values()} == {"works_for", "leads"}
    knows = [data for *_, data in graph.edges(data=True) if data["type"] == "knows"]
    assert [len(data["support"]) for data in knows] == [2]
    assert graph.number_of_edges(ann, bo) + graph.number_of_edges(bo, ann) == 1


def test_an_event_is_a_node_with_an_edge_for_each_filler() -> None:
    graph = build(CLAIMS, DOCUMENTS, SCHEMA)

    event = named("hire: hired")
    roles = {data["type"]: filler for _, filler, data in graph.edges(event, data=True)}
    assert roles == {"who": named("Bo"), "firm": named("WHO")}


def test_every_node_and_edge_quotes_the_words_that_state_it() -> None:
    graph = build(CLAIMS, DOCUMENTS, SCHEMA)

    parts = [data for _, data in graph.nodes(data=True)]
    parts += [data for *_, data in graph.edges(data=True)]
    for data in parts:
        assert data["support"]
        for record in data["support"]:
            assert TEXT[record["start"] : record["end"]] == record["quote"]
            for said in record["mentions"]:
                assert TEXT[said["start"] : said["end"]] == said["text"]
                assert said["node"] in graph or said["role"] == "trigger"


def test_what_was_turned_down_or_is_not_in_the_text_stays_out() -> None:
    absent = Claim(
        "relation",
        "leads",
        (Argument("head", ANN), Argument("tail", Mention("X"))),
        document_id="d",
        unit_id="u",
    )
    refuted = claim("relation", "leads", ("head", BO), ("tail", LONG), verdict="refuted")

    graph = build([*CLAIMS[:4], absent, refuted], DOCUMENTS, SCHEMA)

    assert graph.number_of_edges() == 0


def test_a_filler_that_nobody_called_an_entity_is_a_thing() -> None:
    graph = build(
        [claim("relation", "knows", ("head", ANN), ("tail", mention("Bo")))], DOCUMENTS, SCHEMA
    )

    types = {data["name"]: data["type"] for _, data in graph.nodes(data=True)}
    assert types == {"Ann Lee": "person", "Bo": "thing"}


def test_homonyms_of_other_types_stay_apart() -> None:
    graph = build(
        [
            claim("entity", "person", ("mention", mention("Bo", 0))),
            claim("entity", "organization", ("mention", mention("Bo", 1))),
        ],
        DOCUMENTS,
        SCHEMA,
    )

    assert sorted(data["type"] for _, data in graph.nodes(data=True)) == ["organization", "person"]


def test_a_claim_from_overlapping_passages_counts_once() -> None:
    head, tail = CLAIMS[6].arguments
    spelt = Argument("head", replace(head.mention, text="ann lee", level="normalized"))
    again = replace(CLAIMS[6], arguments=(spelt, tail), unit_id="d#000001", verdict="confirmed")

    graph = build([*CLAIMS, again], DOCUMENTS, SCHEMA)

    (edge,) = [data for *_, data in graph.edges(data=True) if data["type"] == "works_for"]
    assert [record["verdict"] for record in edge["support"]] == ["confirmed"]


def test_a_filler_joins_the_entity_that_stands_where_it_stands() -> None:
    homonyms = [
        claim("entity", "person", ("mention", mention("Bo", 0))),
        claim("entity", "organization", ("mention", mention("Bo", 1))),
    ]
    untyped = claim("relation", "knows", ("head", ANN), ("tail", mention("Bo", 0)))

    graph = build([*homonyms, untyped], DOCUMENTS, SCHEMA)

    ((head, tail),) = graph.edges()
    assert {graph.nodes[end]["type"] for end in (head, tail)} == {"person"}
    assert len(graph) == 3


def test_what_only_a_relation_names_is_supported_by_the_relation() -> None:
    graph = build([CLAIMS[8]], DOCUMENTS, SCHEMA)

    for _, data in graph.nodes(data=True):
        assert [record["claim"] for record in data["support"]] == [CLAIMS[8].id]


def test_qualifiers_stand_on_the_edge_and_make_no_node() -> None:
    when = ("when", mention("Bo knows"))
    graph = build(
        [claim("relation", "knows", ("head", BO), when, ("tail", ANN))], DOCUMENTS, SCHEMA
    )

    ((*_, edge),) = graph.edges(data=True)
    assert edge["qualifiers"] == {"when": ["Bo knows"]}
    assert [m["node"] for m in edge["support"][0]["mentions"] if m["role"] == "when"] == [""]
    assert len(graph) == 2


HIRED = ("trigger", mention("hired"))
WHO = ("who", mention("Bo", 1, "person"))
FIRM = ("firm", SHORT)
OTHER_FIRM = ("firm", mention("World Health", 1, "organization"))


@pytest.mark.parametrize(
    ("told", "events"),
    [
        ([(HIRED, WHO), (HIRED, FIRM)], 1),
        ([(HIRED, WHO, FIRM), (HIRED, FIRM)], 1),
        ([(HIRED, FIRM), (HIRED, OTHER_FIRM)], 2),
        ([(WHO, FIRM), (WHO,)], 2),
    ],
    ids=["parts", "less", "contradiction", "no trigger"],
)
def test_claims_with_one_trigger_are_one_event_unless_they_contradict(
    told: list[tuple[tuple[str, Mention], ...]], events: int
) -> None:
    claims = [claim("event", "hire", *arguments) for arguments in told]

    graph = build(claims, DOCUMENTS, SCHEMA)

    assert [data["kind"] for _, data in graph.nodes(data=True)].count("event") == events


@pytest.mark.parametrize("kind", ["entity", "relation", "event"])
def test_a_claim_without_its_parts_stays_out_whoever_admits_it(kind: str) -> None:
    empty = claim(kind, "hire")
    absent = claim(kind, "hire", ("mention", Mention("X")), ("head", ANN), ("tail", BO))

    graph = build([empty, absent], DOCUMENTS, SCHEMA, admit=lambda claim: True)

    assert len(graph) == 0


def test_support_runs_in_the_order_of_the_text() -> None:
    graph = build(CLAIMS, DOCUMENTS, SCHEMA)

    parts = [data for _, data in graph.nodes(data=True)]
    parts += [data for *_, data in graph.edges(data=True)]
    for data in parts:
        places = [(r["document"], r["start"], r["claim"]) for r in data["support"]]
        assert places == sorted(set(places))


def test_the_name_is_the_wording_most_often_used_then_the_longest_then_the_first() -> None:
    wordings = [
        mention("World Health Organization", 0),
        mention("The World Health Organization", 0),
    ]
    graph = build(
        [claim("entity", "organization", ("mention", wording)) for wording in wordings],
        DOCUMENTS,
        SCHEMA,
    )

    ((_, data),) = graph.nodes(data=True)
    assert (data["name"], data["aliases"]) == (
        "The World Health Organization",
        ["World Health Organization"],
    )


JUDGED = [
    replace(one, unit_id=f"d#{unit:06d}", verdict=verdict, votes=votes)
    for one in CLAIMS
    for unit, verdict, votes in ((0, "unchecked", 1), (0, "sound", 1), (1, "sound", 2))
]


@given(st.permutations(JUDGED))
def test_the_order_of_claims_does_not_matter(claims: list[Claim]) -> None:
    expected = json.dumps(node_link(build(JUDGED, DOCUMENTS, SCHEMA)))

    assert json.dumps(node_link(build(claims, DOCUMENTS, SCHEMA))) == expected


@given(st.sets(st.sampled_from(CLAIMS)))
def test_ids_stay_when_more_is_claimed(some: set[Claim]) -> None:
    claims = [CLAIMS[0], CLAIMS[2], CLAIMS[8], *some]

    graph = build(claims, DOCUMENTS, SCHEMA)

    assert set(build([CLAIMS[0], CLAIMS[2], CLAIMS[8]], DOCUMENTS, SCHEMA)) <= set(graph)
