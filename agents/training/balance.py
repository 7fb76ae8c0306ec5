"""No type, and not the empty answer, may fill a training set: a model would learn to say it always.

What is bounded is dropped or not asked in the order of the examples, so shuffled ones are thinned
evenly.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple, TypeVar

E = TypeVar("E")


class Question(NamedTuple):
    """What an example is to ask, and which of it the passage has."""

    asked: frozenset[str]
    there: frozenset[str]


def bounded_types(questions: Sequence[Question], share: float) -> list[Question | None]:
    """Return questions in which no type is answered in more than a share of them.

    A type that is beyond it is not asked any more; a question that was about nothing else that the
    passage has is dropped (`None`), and does not become one with an empty answer. Where there are
    few types, each may have twice the mean share: all could be in every passage.
    """
    counts = Counter(type_ for question in questions for type_ in question.there)
    most = max(share * len(questions), 2 * sum(counts.values()) / max(len(counts), 1))
    taken: Counter[str] = Counter()
    kept: list[Question | None] = []
    for question in questions:
        full = {type_ for type_ in question.there if taken[type_] + 1 > most}
        left = Question(question.asked - full, question.there - full)
        if question.there and not left.there:
            kept.append(None)
            continue
        taken.update(left.there)
        kept.append(left)
    return kept


def bounded_empty(examples: Sequence[E], empty: Collection[int], share: float) -> list[E]:
    """Return examples of which at most a share have an empty answer.

    Args:
        examples: In any order.
        empty: The numbers of those with an empty answer.
        share: Below 1.
    """
    left = int(share / (1 - share) * (len(examples) - len(empty)))
    kept = []
    for i, example in enumerate(examples):
        if i in empty:
            left -= 1
            if left < 0:
                continue
        kept.append(example)
    return kept
