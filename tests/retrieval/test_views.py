import pytest

from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.retrieval.mapping import Aliases, fit
from questgraph.retrieval.names import Names
from questgraph.retrieval.selection import Candidate, selections
from questgraph.retrieval.views import names_in_clauses, pair_marked, views
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.records import Span
from questgraph.tools.schema import EntityType, Schema


def passage(id_: str, text: str, *names: str, **further: object) -> Labelled:
    entities = [
        {"text": name, "type": "x", "start": (at := text.index(name)), "end": at + len(name)}
        for name in names
    ]
    return labelled({"id": id_, "text": text, "entities": entities, **further})


def ids(found: list[Labelled]) -> list[str]:
    return [demo.id for demo in found]


LEEDS, ANN = "Leeds lost again, to everybody's dismay.", "In spring, Ann Lee sang at the opera."
PASSAGES = [
    passage("leeds", LEEDS, "Leeds"),
    passage("ann", ANN, "Ann Lee"),
    passage("rain", "It rained in the morning and cleared up later."),
]


@pytest.fixture
def entities() -> Bank:
    return Bank.build(PASSAGES, HashingEmbedder(), view="entity")


def test_an_entity_is_compared_in_its_clause() -> None:
    assert views["entity"].of_demo(PASSAGES[1]) == ["Ann Lee in: Ann Lee sang at the opera."]
    assert views["entity"].of_demo(PASSAGES[2]) == [PASSAGES[2].text]


def test_a_clause_that_is_nothing_but_the_name_is_its_sentence() -> None:
    text = "They met Ann, Bo, and Cy. All was well."

    assert names_in_clauses(text, [Span(14, 16)]) == ["Bo in: They met Ann, Bo, and Cy."]


@pytest.mark.parametrize("head", [True, False])
def test_marks_stand_around_the_pair_in_whatever_order(head: bool) -> None:
    pair = [Span(0, 3), Span(10, 12)]

    (shown,) = pair_marked("Ann knows Bo", pair if head else pair[::-1])

    ann, bo = ("head", "tail") if head else ("tail", "head")
    assert shown == f"[{ann}] Ann [/{ann}] knows [{bo}] Bo [/{bo}]"


def test_the_names_that_the_bank_knows_share_the_demonstrations_evenly(entities: Bank) -> None:
    (found,) = entities.search(["Ann Lee cheered for Leeds, and for Leeds alone."], k=2)

    assert set(ids(found)) == {"leeds", "ann"}


def test_a_passage_without_known_names_is_compared_as_a_whole(entities: Bank) -> None:
    (found,) = entities.search(["It rained all through the morning."], k=1)

    assert ids(found) == ["rain"]


def test_what_is_asked_about_is_what_is_compared(entities: Bank) -> None:
    text = "Ann Lee cheered for Leeds again."

    (found,) = entities.search([text], k=1, about=[[Span(20, 25)]])

    assert ids(found) == ["leeds"]


def test_the_same_clause_in_another_passage_gives_nothing_away(entities: Bank) -> None:
    text = (
        "Snow fell on the hills, nobody minded; Leeds lost again, which surprised no expert at all."
    )

    (found,) = entities.search([text], k=1)

    assert ids(found) == ["leeds"]


def test_names_are_found_as_whole_words_and_short_ones_as_they_are_spelled() -> None:
    names = Names(["US", "valproic acid"])

    assert names.places("Valproic acid, not valproic acids, for us in the US.") == [
        Span(0, 13),
        Span(49, 51),
    ]


def test_of_the_nearest_those_with_the_highest_score_are_shown() -> None:
    vector = HashingEmbedder().embed(["x"])[0]
    scores = {"far": "1.00", "near": "0.60", "middle": "0.90", "unscored": ""}
    candidates = [
        Candidate(
            passage(id_, id_, notes={"score": scores[id_]} if scores[id_] else {}), like, vector
        )
        for id_, like in (("near", 0.9), ("middle", 0.8), ("unscored", 0.7), ("far", 0.6))
    ]

    chosen = selections["scored"](candidates, 3)

    assert [candidate.demo.id for candidate in chosen] == ["far", "unscored", "middle"]


def test_point_entities_stand_for_groups_of_mentions(entities: Bank) -> None:
    names = [f"Ann {letter}" for letter in "abcde"] + [f"River {letter}" for letter in "abcde"]
    many = Bank.build([passage("p", ", ".join(names), *names)], HashingEmbedder())

    points = many.points(2)["x"]

    assert {point.split()[0] for point in points} == {"Ann", "River"}
    assert many.points(2)["x"] == points
    assert entities.points(5)["x"] == ("Leeds", "Ann Lee")


def test_what_is_rejected_is_put_into_the_words_of_the_schema_too() -> None:
    rejected = {"entities": [{"text": "Leeds", "type": "X", "start": 0, "end": 5}]}
    schema = Schema(name="s", entities=(EntityType(name="town"),))

    (fitted,) = fit([passage("p", LEEDS, rejected=rejected)], schema, Aliases({"X": ["Town"]}))

    assert [claim.type for claim in fitted.rejected] == ["town"]
