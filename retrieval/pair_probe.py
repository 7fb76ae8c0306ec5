"""How two names of a passage may be related, by a linear probe that learns from a bank's pairs."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from questgraph.retrieval.embedders import Embedder, Vectors
from questgraph.retrieval.probe import NOTHING, Guess, Probe, embedded, hashed, thinned
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import HEAD, TAIL, Mention, Span

MOST_PASSAGES = 300
"""Passages that are learned from."""

NEGATIVES = 3
"""Pairs without a relation, for each pair that is learned from; they stand for all."""

BETWEEN = 120
"""Characters between two names that are looked at; of a longer stretch, its beginning."""


class Pair(NamedTuple):
    """Two names of a text."""

    text: str
    head: Mention
    """With a span into `text`, and a type where it is known."""

    tail: Mention


class PairProbe:
    """Tells the relations of pairs, and unrelated pairs from related ones.

    Args:
        passages: Labelled passages to learn from.
        embedder: Turns a pair and the words between it into a vector.

    Raises:
        ConfigError: When the passages do not have pairs with a relation and pairs without one.
    """

    def __init__(self, passages: Sequence[Labelled], embedder: Embedder) -> None:
        self._embedder = embedder
        lessons, _ = thinned(passages, MOST_PASSAGES)
        taught = [lesson for passage in lessons for lesson in _lesson(passage)]
        pairs, labels, weights = zip(*taught, strict=True) if taught else ((), (), ())
        self._probe = Probe(self._vectors(pairs), labels, weights)

    def rate(self, pairs: Sequence[Pair]) -> list[Guess]:
        """Return what relation each pair may have, from head to tail."""
        return self._probe(self._vectors(pairs)) if pairs else []

    def _vectors(self, pairs: Sequence[Pair]) -> Vectors:
        """Return features of shape (pairs, dimension): words, order and types, and distance."""
        told = embedded([_told(pair) for pair in pairs], self._embedder)
        sorts = hashed([_sorts(pair) for pair in pairs])
        apart = [[min(_gap(pair), BETWEEN) / BETWEEN] for pair in pairs]
        return np.hstack([told, sorts, np.array(apart, np.float32).reshape(-1, 1)])


def _lesson(passage: Labelled) -> Iterator[tuple[Pair, str, float]]:
    """Yield what a passage teaches, and how many pairs each of it stands for."""
    related = [
        (Pair(passage.text, claim.fillers(HEAD)[0], claim.fillers(TAIL)[0]), claim.type)
        for claim in passage.claims
        if claim.kind == "relation"
    ]
    told = {(_span(pair.head), _span(pair.tail)) for pair, _ in related}
    names = [claim.arguments[0].mention for claim in passage.claims if claim.kind == "entity"]
    pairs = [Pair(passage.text, *both) for both in permutations(names, 2)]
    others = [pair for pair in pairs if (_span(pair.head), _span(pair.tail)) not in told]
    kept, weight = thinned(others, NEGATIVES * (len(related) + 1))
    yield from ((pair, type_, 1.0) for pair, type_ in related)
    yield from ((pair, NOTHING, weight) for pair in kept)


def _told(pair: Pair) -> str:
    """Return a pair and the words between it, as GPT-RE prompts its encoder with the entities."""
    first, second = sorted((_span(pair.head), _span(pair.tail)))
    between = pair.text[first.end : max(first.end, second.start)][:BETWEEN]
    said = pair.text[slice(*first)], pair.text[slice(*second)]
    return f"{pair.head.text} and {pair.tail.text} in: {said[0]}{between}{said[1]}"


def _sorts(pair: Pair) -> list[str]:
    order = "head first" if _span(pair.head) < _span(pair.tail) else "tail first"
    both = f"{pair.head.type} {pair.tail.type}"
    return [order, f"head {pair.head.type}", f"tail {pair.tail.type}", both, f"{order} {both}"]


def _gap(pair: Pair) -> int:
    return _span(pair.head).distance(_span(pair.tail))


def _span(mention: Mention) -> Span:
    return mention.span or Span(0, 0)
