"""Actions become decisions, or say what to do instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.review import editing
from questgraph.graphs.assembly import assemble
from questgraph.graphs.decisions import Decision, decided, lost
from questgraph.tools.errors import ConfigError
from questgraph.tools.records import Argument, Claim, Document, Mention, Span

from .world import ACME, ANN, CLAIMS, DOCUMENTS, KNOWS, LOST, SCHEMA, TEXT, WORKS, relation

A = DOCUMENTS["a.txt"]


def names(*decisions: Decision) -> dict[str, str]:
    graph = assemble(CLAIMS, DOCUMENTS, SCHEMA, decisions=decisions)
    return {node["name"]: node["type"] for _, node in graph.nodes(data=True)}


def test_accepting_brings_a_refuted_claim_into_the_graph() -> None:
    (claim,) = decided([KNOWS], [editing.accepted(KNOWS, A)], DOCUMENTS)

    assert claim.admitted


def test_what_is_not_in_the_text_cannot_be_accepted_and_the_error_says_what_to_do() -> None:
    with pytest.raises(ConfigError, match="'Anne Leigh' is not in the text: show where it stands"):
        editing.accepted(LOST, A)


def test_a_span_that_is_shown_pins_what_was_lost() -> None:
    at = TEXT.index("Bo Ek")

    decision = editing.respanned(LOST, 0, Span(at, at + 5), A)

    assert decision.corrected is not None
    assert decision.corrected.grounded
    assert decision.words == ("Bo Ek",)
    assert list(lost([decision], DOCUMENTS)) == []


def test_one_part_of_a_relation_can_be_corrected() -> None:
    at = TEXT.index("Acme Corp")

    decision = editing.respanned(WORKS, 1, Span(at, at + 9), A)

    assert decision.words == ("Ann Lee", "Acme Corp")


def test_evidence_grows_to_hold_what_was_corrected() -> None:
    whole = Claim(
        "entity",
        "firm",
        ACME.arguments,
        document_id="a.txt",
        unit_id="a.txt#000000",
        evidence=Span(0, 23),
    )
    at = TEXT.index("Acme Corp")

    decision = editing.respanned(whole, 0, Span(at, at + 9), A)

    assert decision.corrected is not None
    assert decision.corrected.evidence == Span(0, at + 9)


@pytest.mark.parametrize(
    ("position", "span", "words"),
    [
        (7, Span(0, 3), "no such part"),
        (0, Span(3, 3), "nothing is selected"),
        (0, Span(0, 10_000), "nothing is selected"),
        (0, Span(-4, 3), "nothing is selected"),
        (0, Span(0, 7), "where it stands already"),
        (0, Span(7, 8), "only white space"),
    ],
)
def test_a_span_that_cannot_be_is_refused(position: int, span: Span, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        editing.respanned(ANN, position, span, A)


def test_a_corrected_entity_takes_along_what_else_names_it_in_the_graph() -> None:
    decision = editing.retyped(ACME, "person", A, SCHEMA)

    followed = editing.following(decision, CLAIMS, A)

    assert [each.claim for each in followed] == [WORKS]
    assert followed[0].reason == "follows the correction of 'Acme'"
    assert names(decision, *followed)["Ann Lee"] == "person"


def test_nothing_follows_the_correction_of_a_relation() -> None:
    decision = editing.retyped(WORKS, "knows", A, SCHEMA)

    assert editing.following(decision, CLAIMS, A) == []


def test_a_claim_that_was_turned_down_is_not_taken_along() -> None:
    decision = editing.retyped(ANN, "firm", A, SCHEMA)

    assert KNOWS not in [each.claim for each in editing.following(decision, CLAIMS, A)]


@pytest.mark.parametrize(
    ("claim", "type_", "words"),
    [
        (ANN, "mountain", "no type 'mountain'"),
        (ANN, "works_for", "no type"),
        (ANN, "person", "already"),
    ],
)
def test_a_type_that_cannot_be_is_refused(claim: Claim, type_: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        editing.retyped(claim, type_, A, SCHEMA)


def test_a_split_needs_some_documents_and_not_all() -> None:
    assert editing.split("e:1", ["b"], ["a", "b"]).documents == ("b",)
    for chosen in ([], ["a", "b"]):
        with pytest.raises(ConfigError, match="choose some of the documents"):
            editing.split("e:1", chosen, ["a", "b"])


def test_a_thing_is_not_merged_with_itself_or_parted_from_itself() -> None:
    for edit in (editing.merged, editing.parted):
        with pytest.raises(ConfigError):
            edit("e:1", "e:1")


@given(
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=60),
    st.integers(-3, 63),
    st.integers(-3, 63),
)
def test_any_span_of_any_text_is_stored_exactly_or_refused(text: str, start: int, end: int) -> None:
    document = Document("x", text)
    said = Claim(
        "entity",
        "person",
        (Argument("mention", Mention("somebody", type="person")),),
        document_id="x",
        unit_id="x#000000",
    )
    try:
        decision = editing.respanned(said, 0, Span(start, end), document)
    except ConfigError:
        return

    (kept,) = [c for c in decided([said], [decision], {"x": document}) if c.admitted]
    assert kept.arguments[0].mention.text == text[start:end]


def test_relations_are_corrected_without_touching_the_claim_itself() -> None:
    wrong = relation("knows", ANN, ACME)

    decision = editing.retyped(wrong, "works_for", A, SCHEMA)

    assert decision.claim == wrong
    assert decision.corrected is not None
    assert decision.corrected.type == "works_for"
