"""Neither one type nor the empty answer fills a training set."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.training.balance import Question, bounded_empty, bounded_types

types = st.frozensets(st.sampled_from("abcdef"))
questions = st.lists(
    st.builds(lambda asked, there: Question(asked | there, there), types, types), max_size=40
)
shares = st.sampled_from((0.05, 0.15, 0.5))


@given(questions, shares)
def test_no_type_is_answered_in_more_than_its_share(asked: list[Question], share: float) -> None:
    counts = Counter(type_ for question in asked for type_ in question.there)
    most = max(share * len(asked), 2 * sum(counts.values()) / max(len(counts), 1))

    kept = bounded_types(asked, share)

    left = Counter(type_ for question in kept if question for type_ in question.there)
    assert len(kept) == len(asked)
    assert all(count <= most for count in left.values())


@given(questions, shares)
def test_what_is_not_asked_any_more_is_not_answered_and_no_question_becomes_an_empty_one(
    asked: list[Question], share: float
) -> None:
    for before, after in zip(asked, bounded_types(asked, share), strict=True):
        if after:
            assert after.there == before.there & after.asked
            assert bool(after.there) == bool(before.there)
            assert before.asked - before.there <= after.asked


def test_a_frequent_type_gives_way_to_rare_ones() -> None:
    common = Question(frozenset("ab"), frozenset("a"))
    rare = [Question(frozenset({"a", str(i)}), frozenset({"a", str(i)})) for i in range(50)]

    kept = bounded_types([*[common] * 50, *rare], 0.2)

    assert kept[20:50] == [None] * 30
    assert kept[50:] == [Question(q.asked - {"a"}, q.there - {"a"}) for q in rare]


@given(st.integers(0, 60), st.data())
def test_empty_answers_keep_to_their_share(count: int, data: st.DataObject) -> None:
    empty = data.draw(st.sets(st.integers(0, max(count - 1, 0)), max_size=count))
    empty &= set(range(count))

    kept = bounded_empty(range(count), empty, 0.15)

    assert set(range(count)) - empty <= set(kept)
    assert len(empty & set(kept)) <= 0.15 * len(kept)
    assert kept == sorted(kept)
