"""What trials are compared by, and how sure a comparison may be."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from questgraph.agents.evaluation.datasets import Dataset
from questgraph.agents.evaluation.predict import Prediction
from questgraph.agents.evaluation.scores import Scored
from questgraph.agents.training.trials import (
    calibrated,
    compared,
    figures,
    judged_by,
    main_metrics,
    overall,
)
from questgraph.tools.confidence import Judge
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim, Usage
from questgraph.tools.schema import RelationType, Schema

from .conftest import STAFF, entity, relation

TEXT = "Ann left Oslo for Acme."
ANN, OSLO, ACME = (
    entity(TEXT, word, type_)
    for word, type_ in (("Ann", "person"), ("Oslo", "place"), ("Acme", "firm"))
)
WORKS = relation(ANN, "works_for", ACME)
GOLD = Labelled("p", TEXT, (ANN, OSLO))


def dataset(*passages: Labelled, schema: Schema = STAFF) -> Dataset:
    return Dataset(name="staff", schema=schema, passages=passages)


def scored(*said: Sequence[Claim]) -> Scored:
    """Return answers about passages that all say that Ann left Oslo."""
    golds = [replace(GOLD, id=f"p{i}") for i in range(len(said))]
    return Scored(
        dataset=dataset(*golds),
        recipe="oneshot",
        model="none",
        bank="",
        predictions=[
            Prediction(gold=gold, claims=tuple(some), turns=(), usage=Usage(), complete=True)
            for gold, some in zip(golds, said, strict=True)
        ],
        metrics=("ner.span.strict", "re.boundary"),
    )


def test_what_was_accepted_or_rejected_is_what_is_measured() -> None:
    assert main_metrics(dataset(GOLD)) == ("ner.span.strict",)
    rejected = replace(GOLD, rejected=(ANN, ACME, WORKS))
    assert main_metrics(dataset(rejected)) == ("ner.span.strict", "re.boundary")
    assert main_metrics(dataset(Labelled("p", TEXT))) == ()


def test_ends_of_relations_are_not_measured_where_no_entities_are_asked_for() -> None:
    ends = Schema(name="work", relations=(RelationType(name="works_for"),))
    related = Labelled("p", TEXT, (ANN, ACME, WORKS))

    assert main_metrics(dataset(related, schema=ends)) == ("re.boundary",)


def test_all_kinds_of_claims_count_in_the_one_figure() -> None:
    found = overall(scored([ANN, WORKS], [ANN, OSLO]))

    assert (found.hits, found.said, found.meant) == (3, 4, 4)


@pytest.mark.parametrize(("passages", "least"), [(1, 1.0), (3, 0.25), (5, 0.0625), (6, 0.03125)])
def test_few_passages_cannot_make_sure(passages: int, least: float) -> None:
    ours, theirs = scored(*[[ANN, OSLO]] * passages), scored(*[[ANN]] * passages)

    found = compared(ours, theirs)

    assert found.difference.value > 0
    assert found.p_value == least


def test_passages_that_do_not_differ_make_nothing_surer() -> None:
    same = [[ANN]] * 20
    ours, theirs = scored([ANN, OSLO], [ANN, OSLO], *same), scored([ANN], [ANN], *same)

    assert compared(ours, theirs).p_value == 0.5


def test_nothing_said_in_either_is_no_difference() -> None:
    found = compared(scored([], []), scored([], []))

    assert found.difference.value == 0
    assert found.p_value == 1.0


def test_what_nobody_judged_is_told_from_what_was_rejected() -> None:
    said = scored([ANN, ACME])
    (one,) = said.predictions
    known = replace(one, gold=replace(one.gold, rejected=(ACME,)))

    assert figures(said)["unjudged"] == 1
    assert figures(replace(said, predictions=[known]))["unjudged"] == 0


def test_a_line_between_scores_is_taken_only_where_it_raises_f1() -> None:
    sure, unsure = replace(ANN, verdict="confirmed"), replace(ACME, verdict="unchecked")
    mixed = scored(*[[sure, unsure]] * 20)

    found = calibrated(mixed)

    assert found
    confidence, wanted = found
    kept = judged_by(mixed, Judge(confidence, confidence.threshold(wanted)))
    assert overall(kept).said == 20
    assert calibrated(scored(*[[ANN, OSLO]] * 20)) is None
    assert calibrated(scored([ANN])) is None
