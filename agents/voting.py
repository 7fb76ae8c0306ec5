"""What most samples of one question say."""

from collections.abc import Sequence
from typing import NamedTuple

from questgraph.tools.folding import fold
from questgraph.tools.records import Frame


class Elected(NamedTuple):
    """A frame that a vote kept."""

    frame: Frame

    samples: tuple[int, ...]
    """Numbers of the samples that said exactly this."""


def two_stage(samples: Sequence[Sequence[Frame]]) -> list[Elected]:
    """Return the entities that at least half of the samples name, each under one type.

    Two-stage majority voting (Xie et al. 2023): first a mention is kept that at least half of the
    samples name, whatever they call it; then its type is the one that most of these give it, the
    first that was said among equals. Samples that could not be read are to be left out before:
    they did not say that there is nothing.

    >>> ann = [Frame("entity", type_, (("mention", "Ann"),)) for type_ in ("person", "place")]
    >>> [(kept.frame.type, kept.samples) for kept in two_stage([ann[:1], ann[1:], ann[:1], []])]
    [('person', (0, 2))]
    """
    mentions: dict[str, dict[str, dict[int, Frame]]] = {}
    for number, frames in enumerate(samples):
        for frame in frames:
            name = fold(frame.fillers[0][1]).text
            mentions.setdefault(name, {}).setdefault(frame.type, {}).setdefault(number, frame)
    elected = []
    for types in mentions.values():
        namers = {number for said in types.values() for number in said}
        if 2 * len(namers) >= len(samples):
            said = max(types.values(), key=len)
            elected.append(Elected(next(iter(said.values())), tuple(said)))
    return elected
