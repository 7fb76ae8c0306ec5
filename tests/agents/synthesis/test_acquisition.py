import numpy as np
import pytest

from questgraph.agents.synthesis.acquisition import Pool, acquisitions
from questgraph.agents.synthesis.student import Probe, Remembering
from questgraph.retrieval.embedders import HashingEmbedder, Vectors


def pool(*probabilities: float) -> Pool:
    vectors = np.eye(len(probabilities), dtype=np.float32)
    return Pool(vectors, np.array([[p] for p in probabilities], dtype=np.float32), seed=0)


@pytest.mark.parametrize("name", ["entropy", "least-confidence"])
def test_the_passages_that_the_student_is_least_sure_of_come_first(name: str) -> None:
    assert acquisitions[name](pool(0.9, 0.5, 0.02, 0.4), 2) == [1, 3]


@pytest.mark.parametrize("name", list(acquisitions))
def test_as_many_different_passages_are_taken_as_are_wanted_and_there(name: str) -> None:
    some = acquisitions[name](pool(0.9, 0.5, 0.1, 0.4), 3)
    all_ = acquisitions[name](pool(0.9, 0.5, 0.1, 0.4), 9)

    assert len(set(some)) == 3
    assert sorted(all_) == [0, 1, 2, 3]
    assert some == acquisitions[name](pool(0.9, 0.5, 0.1, 0.4), 3)


def test_clusters_give_a_passage_each() -> None:
    texts = [f"{word} {word} {word} {n}" for word in ("cat", "train", "piano") for n in range(5)]
    vectors = HashingEmbedder().embed(texts)

    rows = acquisitions["kmeans"](Pool(vectors, vectors[:, :0], seed=3), 3)

    assert {texts[row].split()[0] for row in rows} == {"cat", "train", "piano"}


def test_the_student_learns_which_passages_have_a_type() -> None:
    embedder = HashingEmbedder()
    taught = [f"{'Acme hired' if n % 2 else 'rain fell on'} number {n}" for n in range(20)]
    present = np.array([[n % 2] for n in range(20)], dtype=np.float32)

    probe = Probe.fit(embedder.embed(taught), present)
    hired, rain = probe.probabilities(embedder.embed(["Acme hired Bo", "rain fell on us"]))

    assert hired[0] > 0.5 > rain[0]


def test_a_text_is_embedded_once() -> None:
    class Counting(HashingEmbedder):
        seen: list[str] = []  # noqa: RUF012

        def embed(self, texts: "list[str]") -> Vectors:  # type: ignore[override]
            self.seen += texts
            return super().embed(texts)

    embedder = Remembering(Counting())
    embedder.embed(["a", "b", "a"])
    vectors = embedder.embed(["b", "c"])

    assert Counting.seen == ["a", "b", "c"]
    assert np.array_equal(vectors, HashingEmbedder().embed(["b", "c"]))
