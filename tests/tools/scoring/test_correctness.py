"""Which single claims are right."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim
from questgraph.tools.scoring.correctness import is_right
from questgraph.tools.scoring.counts import micro
from questgraph.tools.scoring.metrics import metrics

from .passages import entity, event, mention, relation, turned_down

TEXT = "Ann of Acme met Bob of Acme in Bonn."
ANN, ACME, BOB = (mention(TEXT, words) for words in ("Ann", "Acme", "Bob"))
GOLD = Labelled(
    "p",
    TEXT,
    claims=(
        entity(TEXT, "Ann"),
        relation("WORKS_FOR", ANN, ACME),
        relation("MARRIED", ANN, BOB),
        event("Trial", mention(TEXT, "met"), Agent=ANN),
    ),
)
MAIN = ("ner.span.strict", "re.boundary", "ee.trg.c", "ee.arg.c")


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        (entity(TEXT, "Ann"), True),
        (turned_down(entity(TEXT, "Ann")), True),
        (entity(TEXT, "Bob"), False),
        (entity(TEXT, "Ann", "ORG"), False),
        (entity(TEXT, "Nobody"), None),
        (relation("WORKS_FOR", ANN, ACME), True),
        (relation("WORKS_FOR", ACME, ANN), False),
        (relation("MARRIED", BOB, ANN), True),
        (event("Trial", mention(TEXT, "met"), Agent=ANN), True),
        (event("Trial", mention(TEXT, "met"), Agent=BOB), False),
        (event("Trial", None, Agent=ANN), True),
    ],
)
def test_claim_is_right_when_the_metrics_of_its_kind_say_so(
    claim: Claim, right: bool | None
) -> None:
    assert is_right(GOLD, claim, MAIN, {"MARRIED"}) is right


def test_nobody_can_tell_of_a_kind_without_a_metric() -> None:
    assert is_right(GOLD, entity(TEXT, "Ann"), ("re.boundary",)) is None


def test_nobody_can_tell_of_a_pair_that_was_not_asked_about() -> None:
    claim = relation("WORKS_FOR", BOB, ACME)

    assert is_right(GOLD, claim, ("re.class.noNA",)) is None


@given(st.lists(st.tuples(st.sampled_from(TEXT.split()), st.sampled_from(["PER", "ORG"]))))
def test_as_many_claims_are_right_as_the_metric_counts_hits(said: list[tuple[str, str]]) -> None:
    claims = [entity(TEXT, words, type_) for words, type_ in dict.fromkeys(said)]
    claims = list({(c.type, c.arguments[0].mention.span): c for c in claims}.values())
    name = "ner.span.strict"

    right = [is_right(GOLD, replace(claim), [name]) for claim in claims]

    assert right.count(True) == micro(metrics[name].tally(GOLD, claims)).hits
