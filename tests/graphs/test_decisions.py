"""People outrank everybody, survive a new run, and can take back what they said."""

import json
from dataclasses import replace

from questgraph.graphs.assembly import assemble
from questgraph.graphs.decisions import Decision, decided, lost, words_at
from questgraph.graphs.exports import node_link
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.records import Argument, Claim, Document, Mention, Span
from questgraph.tools.schema import EntityType, RelationType, Schema

SCHEMA = Schema(
    name="small",
    entities=(EntityType(name="person"), EntityType(name="firm")),
    relations=(RelationType(name="works_for"),),
)
TEXT = "Ann Lee works for Acme. J. Lee works for Acme."
DOCUMENTS = {"d": Document("d", TEXT), "e": Document("e", "Acme grew.")}


def entity(words: str, type_: str, document: str = "d") -> Claim:
    start = DOCUMENTS[document].text.index(words)
    mention = Mention(words, type=type_, span=Span(start, start + len(words)), level="exact")
    return Claim(
        "entity",
        type_,
        (Argument("mention", mention),),
        document_id=document,
        unit_id=f"{document}#0",
    )


ANN, LEE = entity("Ann Lee", "person"), entity("J. Lee", "person")
ACME, ELSEWHERE = entity("Acme", "firm"), entity("Acme", "firm", "e")
WORKS = Claim(
    "relation",
    "works_for",
    (
        Argument("head", ANN.arguments[0].mention),
        Argument("tail", ACME.arguments[0].mention),
    ),
    document_id="d",
    unit_id="d#0",
)
CLAIMS = [ANN, LEE, ACME, ELSEWHERE, WORKS]


def on(claim: Claim, verb: str, **fields: object) -> Decision:
    stands = fields.get("corrected", claim)
    assert isinstance(stands, Claim)
    words = words_at(stands, DOCUMENTS[stands.document_id])
    return Decision(verb=verb, claim=claim, words=words, **fields)  # type: ignore[arg-type]


def graph(*decisions: Decision, claims: list[Claim] | None = None) -> KnowledgeGraph:
    return assemble(claims or CLAIMS, DOCUMENTS, SCHEMA, decisions=decisions)


def dumped(graph: KnowledgeGraph) -> str:
    return json.dumps(node_link(graph))


def ids(graph: KnowledgeGraph) -> dict[str, str]:
    return {node["name"]: id_ for id_, node in graph.nodes(data=True)}


def test_what_a_person_rejects_leaves_the_graph_with_the_reason_in_the_claim() -> None:
    (claim,) = decided([WORKS], [on(WORKS, "reject", reason="a visitor", by="Kim")], DOCUMENTS)

    assert (claim.verdict, claim.reason) == ("refuted", "Kim: a visitor")
    assert not graph(on(WORKS, "reject")).edges


def test_what_a_person_accepts_is_in_the_graph_whatever_the_model_said_of_it() -> None:
    doubted = replace(WORKS, verdict="refuted", reason="no")

    (claim,) = decided([doubted], [on(doubted, "accept")], DOCUMENTS)

    assert claim.admitted


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    right = replace(
        WORKS, arguments=(Argument("head", LEE.arguments[0].mention), WORKS.arguments[1])
    )

    corrected = graph(on(WORKS, "correct", corrected=right))

    ((head, _),) = corrected.edges()
    assert corrected.nodes[head]["name"] == "J. Lee"


def test_decisions_survive_a_run_in_which_the_model_says_something_else() -> None:
    anew = [ANN, ACME]

    assert graph(on(WORKS, "accept"), claims=anew).number_of_edges() == 1
    assert (
        graph(on(WORKS, "reject"), claims=[*anew, replace(WORKS, votes=3)]).number_of_edges() == 0
    )


def test_a_claim_in_other_words_on_the_same_characters_is_the_same_claim() -> None:
    said = replace(ANN.arguments[0].mention, text="ann lee", level="normalized")
    again = replace(ANN, arguments=(Argument("mention", said),))

    (claim,) = decided([again], [on(ANN, "reject")], DOCUMENTS)

    assert not claim.admitted


def test_a_decision_about_words_that_the_document_no_longer_has_is_lost_and_told() -> None:
    accepted = on(WORKS, "accept")
    changed = {**DOCUMENTS, "d": Document("d", f"Now {TEXT}")}

    assert list(lost([accepted], DOCUMENTS)) == []
    assert list(lost([accepted], changed)) == [accepted]
    assert decided([], [accepted], changed) == []


def test_the_last_decision_counts() -> None:
    decisions = [on(WORKS, "reject"), on(WORKS, "accept")]

    assert graph(*decisions).number_of_edges() == 1
    assert graph(*reversed(decisions)).number_of_edges() == 0


def test_a_merge_by_a_person_joins_and_undone_it_is_as_if_it_had_never_been() -> None:
    before = graph()
    pair = (ids(before)["Ann Lee"], ids(before)["J. Lee"])

    merged = graph(Decision(verb="merge", things=pair, by="Kim", reason="same person"))

    assert "J. Lee" not in ids(merged) or "Ann Lee" not in ids(merged)
    assert [
        part["by"] for _, node in merged.nodes(data=True) for part in node.get("merged", ())
    ] == ["person"]
    assert dumped(graph()) == dumped(before)


def test_things_that_a_person_parted_stay_apart() -> None:
    before = graph()
    pair = (ids(before)["Ann Lee"], ids(before)["J. Lee"])

    parted = graph(
        Decision(verb="merge", things=pair), Decision(verb="part", things=tuple(reversed(pair)))
    )

    assert dumped(parted) == dumped(before)


def test_a_person_can_split_a_name_by_document() -> None:
    acme = ids(graph())["Acme"]

    split = graph(Decision(verb="split", things=(acme,), documents=("e",), reason="another Acme"))

    assert sorted(node["name"] for _, node in split.nodes(data=True)) == [
        "Acme",
        "Acme",
        "Ann Lee",
        "J. Lee",
    ]
