from collections import Counter
from itertools import pairwise

import pytest

from questgraph.agents.synthesis.sources import Triple
from questgraph.agents.synthesis.walks import walks

COMMON = [Triple(f"p{n}", "lives_in", f"c{n % 20}") for n in range(400)]
RARE = [
    Triple("c3", "twin_of", "c9"),
    Triple("p7", "mayor_of", "c7"),
    Triple("p8", "founded", "c8"),
]


def test_walks_cover_rare_relations() -> None:
    sets = walks(COMMON + RARE, count=12, longest=3, seed=0)

    taken = Counter(triple.relation for walk in sets for triple in walk)
    assert set(taken) == {"lives_in", "twin_of", "mayor_of", "founded"}
    assert len(sets) == 12


@pytest.mark.parametrize("seed", range(5))
def test_each_triple_of_a_walk_shares_an_end_with_those_before(seed: int) -> None:
    for walk in walks(COMMON + RARE, count=20, longest=4, seed=seed):
        seen = set(walk[0][::2][:2])
        for _, triple in pairwise(walk):
            assert {triple.head, triple.tail} & seen
            seen |= {triple.head, triple.tail}


def test_the_same_seed_walks_the_same_way_and_another_one_does_not() -> None:
    first, again, other = (walks(COMMON, count=9, longest=3, seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_a_small_graph_gives_each_of_its_sets_once() -> None:
    sets = walks(RARE[:1], count=10, longest=3, seed=0)

    assert sets == [tuple(RARE[:1])]
