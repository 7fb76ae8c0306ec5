from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from questgraph.tools.scoring.counts import Counts
from questgraph.tools.scoring.facts import fact_recall, in_words

FACTS = ["Ann works for Acme", "Bob lives in Bonn"]


def shared_words(facts: Sequence[str], statements: Sequence[str]) -> NDArray[np.float64]:
    """Return the share of each fact's words that each statement has."""
    bags = [set(statement.split()) for statement in statements]
    return np.array([[len(bag & set(f.split())) / len(f.split()) for bag in bags] for f in facts])


def test_facts_are_held_that_a_statement_is_close_enough_to() -> None:
    graph = [in_words(("Ann", "works_for", "Acme")), "Bob lives"]

    strict, loose = (fact_recall(FACTS, graph, shared_words, threshold=t) for t in (0.9, 0.5))

    assert strict == Counts(1, 2, 2)
    assert loose == Counts(2, 2, 2)


def test_one_statement_may_hold_two_facts() -> None:
    assert fact_recall(FACTS, [" ".join(FACTS)], shared_words, threshold=1.0).recall == 1.0


def test_an_empty_graph_holds_nothing_and_no_facts_ask_for_nothing() -> None:
    assert fact_recall(FACTS, [], shared_words, threshold=0.0) == Counts(0, 2, 2)
    assert fact_recall([], ["Ann works"], shared_words, threshold=0.0) == Counts(0, 0, 0)
