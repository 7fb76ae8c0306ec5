"""Which judged passages are learned from, and which are held back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.training.judged import Judged, divided
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Chunk, Span, Unit

WORDS = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in "lmnrst"]


def judged(document: str, index: int, text: str = "", start: int | None = None) -> Judged:
    """Return a judged passage with words of its own."""
    number = sum(map(ord, document)) * 31 + index * 7
    words = text or " ".join(WORDS[(number + i * i) % len(WORDS)] + str(number) for i in range(8))
    at = index * 1000 if start is None else start
    chunk = Chunk(document, words, span=Span(at, at + len(words)), index=index)
    return Judged(Labelled(f"{document}#{index}", words), Unit(chunk))


def many(sizes: list[int]) -> list[Judged]:
    return [judged(f"d{d}", i) for d, size in enumerate(sizes) for i in range(size)]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=9), st.integers(0, 9), st.floats(0.1, 0.6))
def test_both_sides_have_passages_and_share_none(sizes: list[int], seed: int, share: float) -> None:
    some = many(sizes)
    if len(some) < 6:
        return

    parts = divided(some, share=share, seed=seed)

    learned, held = ({p.id for p in side} for side in (parts.learned, parts.held_back))
    assert len(learned) >= 2
    assert held
    assert not learned & held
    assert len(learned) + len(held) + parts.dropped == len(some)
    assert parts == divided(some, share=share, seed=seed)


def test_documents_are_held_back_whole_where_there_are_several() -> None:
    parts = divided(many([4, 4, 4, 4, 4]), share=0.4, seed=3)

    sides = [{p.id.partition("#")[0] for p in side} for side in (parts.learned, parts.held_back)]
    assert not sides[0] & sides[1]
    assert len(sides[1]) == 2


def test_of_one_document_neighbours_are_held_back_and_what_overlaps_them_is_on_no_side() -> None:
    some = [judged("d", i, start=i * 50) for i in range(12)]

    parts = divided(some, share=0.3, seed=0)

    numbers = [int(p.id.partition("#")[2]) for p in parts.held_back]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    assert 1 <= parts.dropped <= 2
    assert not {numbers[0] - 1, numbers[-1] + 1} & {
        int(p.id.partition("#")[2]) for p in parts.learned
    }


def test_what_is_nearly_held_back_is_not_learned_from() -> None:
    same = "the same long words stand in all of these passages"
    some = [judged(f"d{i}", 0) for i in range(8)] + [judged(f"e{i}", 0, same) for i in range(8)]

    parts = divided(some, share=0.4, seed=1)

    held = {p.text for p in parts.held_back}
    assert same in held
    assert same not in {p.text for p in parts.learned}


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9))
def test_sides_of_earlier_rounds_stand_and_new_documents_are_on_one(
    seed: int, other: int, size: int
) -> None:
    some = many([2] * 8 + [size] * 3)
    first = divided(some[:16], share=0.3, seed=seed)
    learned, held = ({p.id for p in side} for side in (first.learned, first.held_back))

    second = divided(some, share=0.3, seed=other, learned=learned, held_back=held)

    assert learned <= {p.id for p in second.learned}
    assert held <= {p.id for p in second.held_back}
    sides = [{p.id.partition("#")[0] for p in s} for s in (second.learned, second.held_back)]
    assert not sides[0] & sides[1]


def test_a_new_passage_of_a_known_document_goes_to_its_side() -> None:
    some = many([3] * 6)
    parts = divided(some, share=0.3, seed=0, learned={"d0#0"}, held_back={"d1#0"})

    assert {"d1#0", "d1#1", "d1#2"} <= {p.id for p in parts.held_back}
    assert {"d0#0", "d0#1", "d0#2"} <= {p.id for p in parts.learned}


def test_passages_that_are_all_alike_leave_nothing_to_learn_from() -> None:
    same = "the same long words stand in all of these passages"

    with pytest.raises(ConfigError, match="nothing is left to learn from"):
        divided([judged(f"d{i}", 0, same) for i in range(8)], share=0.3, seed=0)


def test_passages_that_were_all_learned_from_leave_nothing_to_measure_on() -> None:
    some = many([1] * 8)

    with pytest.raises(ConfigError, match="none is left to measure on"):
        divided(some, share=0.3, seed=0, learned={each.passage.id for each in some})
