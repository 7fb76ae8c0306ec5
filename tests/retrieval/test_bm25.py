from hypothesis import given
from hypothesis import strategies as some

from questgraph.retrieval.bm25 import Bm25, words


def test_a_rare_word_counts_for_more_than_one_that_stands_everywhere() -> None:
    bm25 = Bm25(["the cat sat", "the dog sat", "the whale sat", "the whale ran far"])

    scores = bm25.scores("The cat sat on the mat")

    assert max(scores) == scores[0]
    assert scores[1] == scores[2]


def test_of_two_texts_with_a_word_the_shorter_one_fits_better() -> None:
    short, long = Bm25(["whale here", "whale here and very much else besides"]).scores("whale")

    assert short > long > 0


@given(some.lists(some.text(max_size=30), max_size=6), some.text(max_size=30))
def test_only_texts_that_share_a_word_score(texts: list[str], query: str) -> None:
    scores = Bm25(texts).scores(query)

    wanted = set(words(query))
    assert [score > 0 for score in scores] == [bool(wanted & set(words(t))) for t in texts]
