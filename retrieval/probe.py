"""Logistic regression over vectors of an embedder: a classifier that is learned in seconds."""

import threading
import warnings
import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import Embedder, Vectors
from questgraph.tools.errors import ConfigError, MissingPackageError
from questgraph.tools.labelled import Labelled

NOTHING = ""
"""Label of what is of no type."""

UNTAUGHT = "the bank labels nothing of the schema: give one that does"

KEPT = 4
"""Banks whose probes are kept in memory."""

BUCKETS = 256
"""Among which words are spread that are features by themselves."""

_STEPS = 100
_LOOSENESS = 3.0
"""Inverse strength of the penalty: vectors of length one need large weights."""

_DIGITS = 3
"""Of a probability: processors differ in the digits behind, and a run must not."""

T = TypeVar("T")


class Guess(NamedTuple):
    """What something may be."""

    types: tuple[str, ...]
    """The likeliest first."""

    scores: tuple[float, ...]
    """Their probabilities; what is missing to 1 is that of being nothing."""


class Probe:
    """Tells labels by vectors.

    Args:
        vectors: Of shape (examples, dimension).
        labels: Their labels, `NOTHING` among them.
        weights: How many examples each stands for.

    Raises:
        ConfigError: When there are no two labels to tell apart.
        MissingPackageError: When scikit-learn is not installed.
    """

    def __init__(self, vectors: Vectors, labels: Sequence[str], weights: Sequence[float]) -> None:
        if len(set(labels)) < 2:
            raise ConfigError(UNTAUGHT)
        self._model = _logistic_regression()
        with warnings.catch_warnings():
            # So many steps are enough, and the same on each machine; users cannot change it.
            warnings.filterwarnings("ignore", message="lbfgs failed to converge")
            self._model.fit(vectors, labels, sample_weight=weights)

    def __call__(self, vectors: Vectors) -> list[Guess]:
        """Return a guess for each row of `vectors`."""
        if not len(vectors):
            return []
        names = [str(name) for name in self._model.classes_]
        return [_guess(names, row) for row in self._model.predict_proba(vectors)]


def embedded(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Return the vectors of `texts`, of shape (texts, dimension); equal ones are embedded once."""
    distinct = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    vectors = embedder.embed(list(distinct))
    return vectors[[distinct[text] for text in texts]]


def hashed(features: Sequence[Sequence[str]]) -> Vectors:
    """Return which words each example has, of shape (examples, `BUCKETS`)."""
    vectors = np.zeros((len(features), BUCKETS), dtype=np.float32)
    for row, some in zip(vectors, features, strict=True):
        for word in some:
            row[zlib.crc32(word.encode("utf-8", "replace")) % BUCKETS] = 1
    return vectors


def thinned(items: Sequence[T], most: int) -> tuple[list[T], float]:
    """Return at most `most` of `items`, evenly spread, and how many items each stands for.

    >>> thinned("abcdefg", 4)
    (['a', 'c', 'e', 'g'], 1.75)
    """
    if not items:
        return [], 0.0
    kept = list(items[:: -(-len(items) // max(most, 1))])
    return kept, len(items) / len(kept)


def learned(make: Callable[[Sequence[Labelled], Embedder], T], bank: Bank) -> T:
    """Return what `make` makes of the passages of `bank`; the same thing each time.

    Raises:
        ConfigError: When the bank does not show what is to be learned.
    """
    with _LEARNING:
        key = (make, bank.digest)
        if key not in _LEARNED:
            _LEARNED[key] = make([demo for demo in bank.passages if demo], bank.embedder)
            for old in list(_LEARNED)[:-KEPT]:
                del _LEARNED[old]
        return _LEARNED[key]  # type: ignore[no-any-return]  # made by `make`


# Two passages that come first at the same time must not learn the same thing twice.
_LEARNING = threading.Lock()
_LEARNED: dict[tuple[Callable[..., Any], str], Any] = {}


def _guess(names: Sequence[str], row: Vectors) -> Guess:
    likely = sorted(zip(names, map(float, row), strict=True), key=lambda pair: (-pair[1], pair[0]))
    found = [(name, round(score, _DIGITS)) for name, score in likely if name != NOTHING]
    return Guess(tuple(name for name, _ in found), tuple(score for _, score in found))


def _logistic_regression() -> Any:
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingPackageError(
            "scikit-learn", "learning from a bank", "pip install scikit-learn"
        ) from error
    return LogisticRegression(C=_LOOSENESS, max_iter=_STEPS)
