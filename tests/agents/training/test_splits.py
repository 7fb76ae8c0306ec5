"""What is held back of a training set is nowhere in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.evaluation.datasets import Dataset
from questgraph.agents.training.splits import (
    drawn_texts,
    named_types,
    seen_again,
    unseen_types,
    without_leaks,
)
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled
from questgraph.tools.schema import EntityType, Schema


def dataset(name: str, *types: str) -> Dataset:
    entities = tuple(EntityType(name=type_) for type_ in types)
    return Dataset(name=name, schema=Schema(name=name, entities=entities), passages=())


NEWS = dataset("news", "person", "place", "Work-of-Art", "firm")
LAW = dataset("law", "person", "court", "statute", "work_of_art")
SETS = {"news": NEWS, "law": LAW}


def test_a_type_that_is_held_back_of_one_set_is_held_back_of_all_by_its_folded_name() -> None:
    named = named_types(["news:work of art"], SETS)

    assert named == {"news": {"Work-of-Art"}}
    assert unseen_types(SETS.values(), named, share=0, seed=0) == {"workofart"}


@given(st.integers(0, 1000), st.sampled_from((0.0, 0.25, 0.5)))
def test_of_each_set_a_share_of_the_types_is_held_back_and_a_type_is_left(
    seed: int, share: float
) -> None:
    unseen = unseen_types(SETS.values(), {}, share=share, seed=seed)

    assert unseen == unseen_types(SETS.values(), {}, share=share, seed=seed)
    for some in SETS.values():
        held = seen_again(some, unseen)
        assert min(share * 4, 1) <= len(held) < 4


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("news", "write SET:TYPE,TYPE"),
        ("newz:person", "did you mean 'news'"),
        ("news:persom", "did you mean 'person'"),
    ],
)
def test_a_type_that_is_not_there_cannot_be_held_back(word: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        named_types([word], SETS)


def test_a_set_of_which_all_types_are_held_back_is_refused() -> None:
    named = named_types(["news:person,place,work of art,firm"], SETS)

    with pytest.raises(ConfigError, match="all types of news are held back"):
        unseen_types(SETS.values(), named, share=0, seed=0)


def test_types_that_training_knows_by_the_same_folded_name_are_told() -> None:
    assert seen_again(LAW, ["person", "workofart"]) == ["person", "work_of_art"]


@given(st.integers(0, 30), st.sampled_from((0.0, 0.1, 0.9)), st.text(max_size=5))
def test_texts_are_trained_on_or_held_back_and_never_all_held_back(
    count: int, share: float, seed: str
) -> None:
    passages = [Labelled(str(i), f"text {i}") for i in range(count)]

    train, held = drawn_texts(passages, share=share, seed=seed)

    assert sorted([*train, *held], key=lambda p: int(p.id)) == passages
    assert train or not passages
    assert bool(held) == (share > 0 and count > 1)


def test_a_passage_that_is_nearly_an_evaluated_one_is_taken_out_and_counted() -> None:
    passages = [Labelled("a", "Ann left Oslo in May."), Labelled("b", "Bo stayed in Rome.")]

    kept, dropped = without_leaks(passages, ["ann left Oslo in may!"])

    assert (kept, dropped) == ([passages[1]], 1)
