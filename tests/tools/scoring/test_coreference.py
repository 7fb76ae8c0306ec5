import pytest
import scorch.scores
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.scoring.coreference import Agreement, Clusters, b_cubed, ceaf


def clusters(*words: str) -> list[frozenset[str]]:
    return [frozenset(word) for word in words]


def test_the_example_of_the_paper_is_scored_as_there() -> None:
    # Bagga and Baldwin 1998, figure 1 and response 1: precision 0.76 and 16/21.
    meant, said = clusters("12345", "67", "89abc"), clusters("12345", "6789abc")

    found = b_cubed(meant, said)

    assert round(found.precision, 2) == 0.76
    assert found.recall == 1.0


def test_documents_add_up() -> None:
    one, other = (b_cubed(clusters("ab"), said) for said in (clusters("ab"), clusters("a", "b")))

    both = one + other

    assert (both.precision, both.recall) == (1.0, 0.75)
    assert Agreement().f1 == 0.0


def test_a_mention_that_one_side_lacks_counts_against_the_other() -> None:
    found = b_cubed(clusters("ab"), clusters("ab", "c"))

    assert (round(found.precision, 3), found.recall) == (0.667, 1.0)
    assert ceaf(clusters("ab"), []).f1 == 0.0


def partitions(mentions: str) -> st.SearchStrategy[list[frozenset[str]]]:
    labels = st.lists(st.integers(0, 4), min_size=len(mentions), max_size=len(mentions))

    def grouped(numbers: list[int]) -> list[frozenset[str]]:
        groups: dict[int, set[str]] = {}
        for mention, number in zip(mentions, numbers, strict=True):
            groups.setdefault(number, set()).add(mention)
        return [frozenset(group) for group in groups.values()]

    return labels.map(grouped)


@given(partitions("abcdefgh"), partitions("abcdefgh"))
def test_both_measures_are_those_of_the_reference(meant: Clusters, said: Clusters) -> None:
    gold, response = [set(c) for c in meant], [set(c) for c in said]

    for ours, theirs in (
        (b_cubed(meant, said), scorch.scores.b_cubed(gold, response)),
        (ceaf(meant, said), scorch.scores.ceaf_e(gold, response)),
    ):
        recall, precision, f1 = theirs
        assert (ours.recall, ours.precision, ours.f1) == pytest.approx((recall, precision, f1))
