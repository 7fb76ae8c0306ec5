"""What holds for every metric."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim
from questgraph.tools.scoring.counts import Counts, Tally, micro
from questgraph.tools.scoring.metrics import metrics

from .passages import SYMMETRIC, entity, event, mention, relation, scored, turned_down

Case = tuple[Labelled, list[Claim]]

SPURIOUS = " Zoe met Zed"
"""Words that no gold claim is about."""

every_case = given(case=scored())
few = settings(max_examples=50)


def tallies(gold: Labelled, said: Sequence[Claim]) -> dict[str, Tally]:
    return {name: metric.tally(gold, said, SYMMETRIC) for name, metric in metrics.items()}


def counts(gold: Labelled, said: Sequence[Claim]) -> dict[str, Counts]:
    return {name: micro(tally) for name, tally in tallies(gold, said).items()}


@few
@every_case
def test_gold_against_itself_is_perfect(case: Case) -> None:
    gold, _ = case

    found = tallies(gold, gold.claims)

    for name, tally in found.items():
        assert all(c.hits == c.said == c.meant for c in tally.values()), name


@few
@every_case
def test_neither_order_nor_repeats_of_claims_matter(case: Case) -> None:
    gold, said = case
    other = replace(gold, claims=gold.claims[::-1] * 2)

    assert tallies(other, [*reversed(said), *said]) == tallies(gold, said)


@few
@every_case
def test_no_more_is_right_than_was_said_or_meant(case: Case) -> None:
    gold, said = case

    found = tallies(gold, said)

    for name, tally in found.items():
        assert all(0 <= c.hits <= min(c.said, c.meant) + 1e-9 for c in tally.values()), name


@few
@every_case
def test_spurious_claims_never_raise_precision_or_change_recall(case: Case) -> None:
    gold, said = replace(case[0], text=case[0].text + SPURIOUS), case[1]
    zoe, met, zed = (mention(gold.text, word) for word in ("Zoe", "met", "Zed"))
    spurious = [
        entity(gold.text, "Zoe"),
        relation("WORKS_FOR", zoe, zed),
        event("Trial", met, Agent=zoe),
    ]

    before, after = counts(gold, said), counts(gold, said + spurious)

    for name in metrics:
        assert after[name].precision <= before[name].precision, name
        assert after[name].recall == pytest.approx(before[name].recall), name


@few
@every_case
def test_adding_what_is_right_finds_all(case: Case) -> None:
    gold, said = case

    found = counts(gold, [*said, *gold.claims])

    # There a name has one type, so what is wrong can take the place of what is right.
    del found["ner.string.single"]
    assert all(c.hits == c.meant for c in found.values())


@few
@every_case
def test_claims_that_were_turned_down_do_not_count(case: Case) -> None:
    gold, said = case

    found = counts(gold, [turned_down(claim) for claim in said])

    assert all(c == (0, 0, c.meant) for c in found.values())


def test_claims_about_words_that_are_not_there_do_not_count() -> None:
    gold = Labelled("p", "Ann works.", (entity("Ann works.", "Ann"),))

    found = metrics["ner.span.strict"].tally(gold, [entity(gold.text, "Zoe")])

    assert found == {"PER": Counts(0, 0, 1)}


def test_every_metric_says_what_it_compares() -> None:
    assert all(metric.summary and metric.name == name for name, metric in metrics.items())
    assert {metric.task for metric in metrics.values()} == {"entity", "relation", "event", "graph"}
