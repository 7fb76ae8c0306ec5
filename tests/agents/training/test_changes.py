"""What judged passages teach, one thing at a time."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.training.changes import learned_bank
from questgraph.agents.training.judged import Parts
from questgraph.agents.training.rounds import Setup
from questgraph.agents.training.trials import Way
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.labelled import Labelled

from .conftest import passages

EVERY = tuple(passages("staff", 12))
OLD = (Labelled("old", "Nobody met anybody."), Labelled("older", "It rained on the hills."))


def taught(bank: Bank | None, parts: Parts) -> tuple[Labelled | None, ...]:
    change = learned_bank(
        Way(bank, None), parts, HashingEmbedder(), view="sentence", place="improved/round-1"
    )
    found = change.asking(Way(None, None)).bank
    assert found
    assert change.kept(Setup()).bank == "improved/round-1/bank"
    return found.passages


@given(st.sets(st.integers(0, 11), min_size=1, max_size=10))
def test_a_bank_that_has_what_is_held_back_is_learned_without_it(held: set[int]) -> None:
    shouted = [replace(p, id=f"old{p.id}", text=p.text.upper(), claims=()) for p in EVERY]
    bank = Bank.build([*OLD, *shouted], HashingEmbedder())
    sides = [tuple(p for i, p in enumerate(EVERY) if (i in held) is side) for side in (False, True)]

    found = taught(bank, Parts(*sides))

    assert found == (*OLD, *sides[0])


def test_without_a_bank_what_was_learned_is_all_there_is() -> None:
    assert taught(None, Parts(EVERY[:9], EVERY[9:])) == EVERY[:9]


def test_a_learned_bank_is_saved_beside_the_round(tmp_path: Path) -> None:
    parts = Parts(EVERY[:9], EVERY[9:])
    change = learned_bank(
        Way(None, None), parts, HashingEmbedder(), view="masked", place="improved/round-1"
    )

    change.save(tmp_path)

    bank = Bank.open(tmp_path / "bank", HashingEmbedder())
    assert (bank.view, len(bank)) == ("masked", 9)
