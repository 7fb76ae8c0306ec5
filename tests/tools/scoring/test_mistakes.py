from collections import Counter

import pytest
from hypothesis import given

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim
from questgraph.tools.scoring.counts import micro
from questgraph.tools.scoring.metrics import metrics
from questgraph.tools.scoring.mistakes import Mistake, mistakes

from .passages import SYMMETRIC, entity, event, mention, relation, scored, turned_down

TEXT = "Ann Lee married Bob Ray. Ann works for Acme Corp in Bonn since the war began."
ANN, BOB, ACME, BONN = (
    mention(TEXT, words) for words in ("Ann Lee", "Bob Ray", "Acme Corp", "Bonn")
)
MARRIED, WORKS = relation("MARRIED", ANN, BOB), relation("WORKS_FOR", ANN, ACME)
WAR = event("Attack", mention(TEXT, "war"), Place=BONN)


def passage(*claims: Claim) -> Labelled:
    return Labelled("p", TEXT, claims)


@pytest.mark.parametrize(
    ("gold", "said", "flaw"),
    [
        (entity(TEXT, "Bonn", "LOC"), entity(TEXT, "Bonn", "ORG"), "wrong type"),
        (entity(TEXT, "Acme Corp"), entity(TEXT, "Corp in"), "wrong boundary"),
        (WORKS, relation("OWNS", ANN, ACME), "wrong type"),
        (WORKS, relation("WORKS_FOR", ACME, ANN), "wrong direction"),
        (WORKS, relation("WORKS_FOR", mention(TEXT, "Ann"), ACME), "wrong boundary"),
        (MARRIED, relation("KNOWS", BOB, ANN), "wrong type"),
        (MARRIED, relation("MARRIED", BOB, mention(TEXT, "Lee")), "wrong boundary"),
        (WAR, event("Attack", mention(TEXT, "war"), Place=ACME), "wrong arguments"),
        (WAR, event("Trial", mention(TEXT, "war"), Place=BONN), "wrong type"),
        (WAR, event("Attack", mention(TEXT, "the war"), Place=BONN), "wrong boundary"),
        (WAR, event("Attack", None, Place=BONN, Agent=ANN), "wrong arguments"),
    ],
)
def test_a_near_miss_is_one_mistake(gold: Claim, said: Claim, flaw: str) -> None:
    assert mistakes(passage(gold), [said], SYMMETRIC) == [Mistake(flaw, gold, said)]


@pytest.mark.parametrize(
    ("gold", "said"),
    [
        (entity(TEXT, "Bonn", "LOC"), entity(TEXT, "Acme Corp", "LOC")),
        (entity(TEXT, "Acme Corp", "ORG"), entity(TEXT, "Acme", "PER")),
        (WORKS, relation("WORKS_FOR", BOB, BONN)),
        (WAR, event("Attack", mention(TEXT, "began"), Place=BONN)),
    ],
)
def test_what_is_off_in_place_and_type_is_spurious_and_leaves_gold_missing(
    gold: Claim, said: Claim
) -> None:
    found = mistakes(passage(gold), [said])

    assert found == [Mistake("spurious", None, said), Mistake("missing", gold, None)]


@pytest.mark.parametrize("claim", [entity(TEXT, "Bonn"), MARRIED, WORKS, WAR])
def test_what_is_right_is_no_mistake(claim: Claim) -> None:
    assert mistakes(passage(claim), [claim, claim]) == []


def test_symmetric_relations_are_right_from_either_end() -> None:
    said = relation("MARRIED", BOB, ANN)

    assert mistakes(passage(MARRIED), [said], SYMMETRIC) == []
    assert mistakes(passage(MARRIED), [said]) == [Mistake("wrong direction", MARRIED, said)]


def test_a_symmetric_relation_is_wrong_once_whichever_end_it_is_said_from() -> None:
    said = [MARRIED, relation("MARRIED", BOB, ANN)]

    assert [m.flaw for m in mistakes(passage(), said, SYMMETRIC)] == ["spurious"]
    assert [m.flaw for m in mistakes(passage(), said)] == ["spurious", "spurious"]


def test_relations_between_entities_may_name_any_mention() -> None:
    again = mention(TEXT, "Ann", nth=1)
    gold = Labelled("p", TEXT, (WORKS,), clusters=((ANN.span, again.span), (ACME.span,)))

    assert mistakes(gold, [relation("WORKS_FOR", again, ACME)]) == []
    said = relation("OWNS", again, ACME)
    assert mistakes(gold, [said]) == [Mistake("wrong type", WORKS, said)]


def test_words_that_are_not_in_the_text_are_ungrounded() -> None:
    made_up = relation("MARRIED", ANN, mention(TEXT, "Zoe"))

    assert mistakes(passage(), [made_up]) == [Mistake("ungrounded", None, made_up)]


def test_claims_that_were_turned_down_are_no_mistakes() -> None:
    assert mistakes(passage(), [turned_down(WORKS)]) == []


def test_an_exact_place_goes_before_one_that_overlaps() -> None:
    gold = entity(TEXT, "Ann Lee", "PER")
    shorter, mistyped = entity(TEXT, "Lee", "PER"), entity(TEXT, "Ann Lee", "ORG")

    found = mistakes(passage(gold), [shorter, mistyped])

    assert found == [Mistake("wrong type", gold, mistyped), Mistake("spurious", None, shorter)]


def test_what_is_right_already_was_not_meant_by_anything_else() -> None:
    gold = entity(TEXT, "Ann Lee")

    assert mistakes(passage(gold), [gold, entity(TEXT, "Lee")]) == [
        Mistake("spurious", None, entity(TEXT, "Lee"))
    ]


@given(scored())
def test_every_wrong_or_missing_claim_is_in_one_mistake(case: tuple[Labelled, list[Claim]]) -> None:
    gold, said = case

    found = [m for m in mistakes(gold, said) if (m.gold or m.said).kind == "entity"]

    counts = micro(metrics["ner.span.strict"].tally(gold, said))
    assert sum(m.said is not None for m in found) == counts.said - counts.hits
    assert sum(m.gold is not None for m in found) == counts.meant - counts.hits


@given(scored())
def test_every_wrong_relation_is_in_one_mistake(case: tuple[Labelled, list[Claim]]) -> None:
    gold, said = case

    found = mistakes(gold, said, SYMMETRIC)

    relations = [m for m in found if (m.gold or m.said).kind == "relation"]
    counts = micro(metrics["re.boundary"].tally(gold, said, SYMMETRIC))
    assert sum(m.said is not None for m in relations) == counts.said - counts.hits
    assert sum(m.gold is not None for m in relations) == counts.meant - counts.hits


@given(scored())
def test_the_order_of_claims_does_not_change_how_many_mistakes_there_are(
    case: tuple[Labelled, list[Claim]],
) -> None:
    gold, said = case

    ours, others = (mistakes(gold, each) for each in (said, said[::-1]))

    assert Counter(m.flaw for m in ours) == Counter(m.flaw for m in others)
