"""What is held back from training: types, so that unseen ones are measured, and texts."""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from questgraph.agents.evaluation.datasets import Dataset
from questgraph.retrieval.duplicates import near_duplicates
from questgraph.tools.codecs.parsing import by_folded, fold
from questgraph.tools.errors import ConfigError, UnknownNameError
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import digest


class Kept(NamedTuple):
    """What is left of passages, and how many were taken out."""

    passages: list[Labelled]
    dropped: int


def named_types(words: Iterable[str], sets: Mapping[str, Dataset]) -> dict[str, set[str]]:
    """Return the types that a caller names as `set:type,type`, by set, as the sets spell them.

    Raises:
        ConfigError: When there is no such set or type.
    """
    found: dict[str, set[str]] = {}
    for word in words:
        name, colon, types = word.partition(":")
        if not colon:
            raise ConfigError(f"{word!r} names no types: write SET:TYPE,TYPE")
        if name not in sets:
            raise UnknownNameError("source", name, sets)
        known = by_folded(type_.name for type_ in sets[name].schema.types())
        for type_ in filter(None, map(str.strip, types.split(","))):
            if fold(type_) not in known:
                raise UnknownNameError(f"type of {name}", type_, known.values())
            found.setdefault(name, set()).add(known[fold(type_)])
    return found


def unseen_types(
    sets: Iterable[Dataset], named: Mapping[str, set[str]], *, share: float, seed: int
) -> frozenset[str]:
    """Return the folded names of the types that no training question asks about.

    A name that is held back of one set is held back of all: the same word means much the same
    everywhere.

    Args:
        sets: What is trained on.
        named: Types that a caller wants held back, by set.
        share: Of the types of each set that are held back, rounded down; what is missing of it is
            drawn, as long as every set keeps a type.
        seed: Of the draw.

    Raises:
        ConfigError: When a set would keep no type.
    """
    every = {dataset.name: frozenset(_folded(dataset)) for dataset in sets}
    unseen = {fold(type_) for types in named.values() for type_ in types}
    for name, types in every.items():
        left = sorted(types - unseen)
        wanted = int(share * len(types)) - (len(types) - len(left))
        for type_ in random.Random(digest(str(seed), name)).sample(left, len(left)):
            # Of another set it may be the last that is left.
            if wanted > 0 and all(others - unseen != {type_} for others in every.values()):
                unseen.add(type_)
                wanted -= 1
    for name, types in every.items():
        if types <= unseen:
            raise ConfigError(
                f"all types of {name} are held back: leave it out of the sources, or hold back"
                " fewer"
            )
    return frozenset(unseen)


def _folded(dataset: Dataset) -> list[str]:
    return [fold(type_.name) for type_ in dataset.schema.types()]


def seen_again(dataset: Dataset, trained: Iterable[str]) -> list[str]:
    """Return the types of a held-back set that training asks about under the same folded name."""
    known = set(trained)
    return [type_.name for type_ in dataset.schema.types() if fold(type_.name) in known]


def drawn_texts(
    passages: Sequence[Labelled], *, share: float, seed: str
) -> tuple[list[Labelled], list[Labelled]]:
    """Return the passages to train on, and the `share` of them that is held back, in their order.

    At least one is held back of a set that has two.
    """
    count = min(max(1, round(share * len(passages))), len(passages) - 1) if share else 0
    held = set(random.Random(digest(seed)).sample(range(len(passages)), max(count, 0)))
    numbered = list(enumerate(passages))
    return [p for i, p in numbered if i not in held], [p for i, p in numbered if i in held]


def without_leaks(passages: Sequence[Labelled], texts: Sequence[str]) -> Kept:
    """Return the passages that are no near duplicates of `texts`."""
    leaking = set(near_duplicates([passage.text for passage in passages], texts))
    return Kept([p for i, p in enumerate(passages) if i not in leaking], len(leaking))
