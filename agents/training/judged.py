"""The passages of a run that people judged: which to learn from, and which are held back."""

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from questgraph.agents.extraction import Extraction
from questgraph.agents.review.labelling import reviewed
from questgraph.agents.training.splits import without_leaks
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Unit, digest

LEAST, SIDE = 6, 2
"""Passages that have to be judged, and that are on either side, at least."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A passage that people judged, and the unit of the run that it was."""

    passage: Labelled
    unit: Unit

    @property
    def document(self) -> str:
        """Id of the document that the passage is of."""
        return self.unit.chunk.document_id


@dataclass(frozen=True, slots=True)
class Parts:
    """Judged passages on two sides, in reading order."""

    learned: tuple[Labelled, ...]
    held_back: tuple[Labelled, ...]
    dropped: int = 0
    """Passages on neither side: they share words with ones that are held back."""


def judged_in(extraction: Extraction) -> list[Judged]:
    """Return the passages of a run of which people judged every claim, in reading order."""
    decisions = extraction.decisions.standing()
    units = {result.unit.chunk.id: result.unit for result in extraction.results}
    found = reviewed(extraction.results, decisions, extraction.documents)
    return [Judged(passage, units[passage.id]) for passage in found]


def divided(
    judged: Sequence[Judged],
    *,
    share: float,
    seed: int,
    learned: Collection[str] = (),
    held_back: Collection[str] = (),
) -> Parts:
    """Return which passages to learn from, and which are held back.

    What was on one side in an earlier round stays there, and so do its document's other passages.
    Whole documents are drawn; where the first draw comes to too little, as of a single document,
    the passages that are held back follow each other. What shares words with a passage that is held
    back is not learned from.

    Args:
        judged: In reading order.
        share: About how many are held back.
        seed: Of the draw.
        learned: Ids of passages that earlier rounds learned from.
        held_back: Ids of those that they held back.

    Raises:
        ConfigError: When too few are judged, or nothing is left for one side.
    """
    if len(judged) < LEAST:
        raise ConfigError(
            f"people judged all claims of {len(judged)} passages, and {LEAST} are needed at least:"
            " judge more of them with `questgraph review`"
        )
    held = {each.passage.id for each in judged if each.passage.id in held_back}
    free = [each for each in judged if each.passage.id not in {*learned, *held_back}]
    wanted = min(max(SIDE, round(share * len(judged))), len(judged) - SIDE)
    sides = [_documents(judged, ids) for ids in (held_back, learned)]
    held |= {each.passage.id for each in free if each.document in sides[0] - sides[1]}
    fresh = [each for each in free if each.document not in sides[0] | sides[1]]
    # Those that are left for the other side, where it has too few so far.
    left = max(0, SIDE - (len(judged) - len(held) - len(fresh)))
    if held:
        held |= _whole(fresh, wanted - len(held), len(fresh) - left, seed)
    else:
        held = _drawn(fresh, wanted, len(fresh) - left, seed)
    if not held:
        raise ConfigError(
            "earlier rounds learned from all passages that are judged now, so none is left to"
            " measure on: judge more, or delete the rounds"
        )
    apart = _apart(judged, held)
    if len(apart) < SIDE:
        raise ConfigError(
            f"nothing is left to learn from: of {len(judged)} judged passages {len(held)} are held"
            " back, and the others share their words: judge passages of other documents"
        )
    kept = tuple(each.passage for each in judged if each.passage.id in held)
    return Parts(apart, kept, len(judged) - len(apart) - len(kept))


def _documents(judged: Iterable[Judged], ids: Collection[str]) -> set[str]:
    return {each.document for each in judged if each.passage.id in ids}


def _drawn(fresh: Sequence[Judged], wanted: int, most: int, seed: int) -> set[str]:
    """Return the ids of about as many passages as are wanted, and of no more than `most`."""
    whole = _whole(fresh, wanted, most, seed)
    if len(whole) * 2 >= wanted:
        return whole
    count = min(wanted, most)
    start = random.Random(digest(str(seed))).randrange(len(fresh) - count + 1)
    return {each.passage.id for each in fresh[start : start + count]}


def _whole(fresh: Sequence[Judged], wanted: int, most: int, seed: int) -> set[str]:
    """Return the ids of the passages of drawn documents, none of which holds far too many."""
    documents = [list(some) for _, some in groupby(fresh, key=lambda each: each.document)]
    random.Random(digest(str(seed))).shuffle(documents)
    drawn: set[str] = set()
    for document in documents:
        size, left = len(document), wanted - len(drawn)
        if left > 0 and size <= min(2 * left, most - len(drawn)):
            drawn |= {each.passage.id for each in document}
    return drawn


def _apart(judged: Sequence[Judged], held: Collection[str]) -> tuple[Labelled, ...]:
    """Return the passages that share no words with those that are held back."""
    shown = [each for each in judged if each.passage.id in held]
    others = [
        each.passage
        for each in judged
        if each.passage.id not in held and not any(_overlap(each, other) for other in shown)
    ]
    return tuple(without_leaks(others, [each.passage.text for each in shown]).passages)


def _overlap(one: Judged, other: Judged) -> bool:
    """Say whether two passages of a document share characters, as neighbours do."""
    same = one.document == other.document
    return same and one.unit.chunk.span.overlaps(other.unit.chunk.span)
