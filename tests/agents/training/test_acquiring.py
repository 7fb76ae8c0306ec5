"""Which passages of a run are worth judging next."""

from dataclasses import replace

import pytest

from questgraph.agents.synthesis.acquisition import acquisitions
from questgraph.agents.training.acquiring import worth_judging
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Chunk, Outcome, Result, Span, Unit

from .conftest import STAFF, passages

EVERY = tuple(passages("staff", 12))
FOUND = tuple(passage for passage in EVERY if passage.claims)


def result(passage: Labelled) -> Result:
    chunk = Chunk(passage.id, passage.text, span=Span(0, len(passage.text)), index=0)
    claims = tuple(replace(claim, document_id=passage.id) for claim in passage.claims)
    return Result(unit=Unit(chunk), outcome=Outcome("done"), claims=claims)


def judged(passage: Labelled) -> Labelled:
    return replace(passage, id=f"{passage.id}#0")


def worth(
    some: list[Result], acquire: str = "entropy", count: int = 20, seed: int = 0
) -> list[str]:
    units = worth_judging(
        some,
        [judged(passage) for passage in EVERY[:3]],
        STAFF,
        HashingEmbedder(),
        count=count,
        acquire=acquire,
        seed=seed,
    )
    return [unit.chunk.document_id for unit in units]


@pytest.mark.parametrize("acquire", sorted(acquisitions))
def test_every_passage_with_open_claims_is_named_once(acquire: str) -> None:
    named = worth([result(passage) for passage in EVERY], acquire)

    assert sorted(named) == sorted(p.id for p in FOUND if p not in EVERY[:3])


def test_passages_without_an_answer_are_asked_about_again_and_not_judged() -> None:
    failed = replace(result(FOUND[-1]), outcome=Outcome("failed", "no answer"))

    assert worth([failed]) == []


def test_as_many_as_are_wanted_are_named_and_the_same_ones_for_a_seed() -> None:
    some = [result(passage) for passage in EVERY]

    assert worth(some, count=0) == []
    assert len(worth(some, "random", count=2)) == 2
    assert worth(some, "random", seed=5) == worth(some, "random", seed=5)


def test_what_is_like_the_judged_passages_is_worth_less_than_what_is_not() -> None:
    (like, *_) = FOUND
    strange = Labelled("new", "Dose and route were varied in mice.", like.claims[:1])
    near = replace(like, id="near", text=f"{like.text} Again.")

    assert worth([result(near), result(strange)])[0] == "new"
