"""How events compare: by their triggers, and by what fills their roles."""

from collections.abc import Container, Iterator, Sequence

import regex

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim, Span
from questgraph.tools.scoring.counts import Counts, Tally
from questgraph.tools.scoring.head_words import head_word
from questgraph.tools.scoring.matching import credit
from questgraph.tools.scoring.sides import Filler, Side, place

TRIGGERS = "trigger"
"""What triggers are counted under where their types are not compared."""

# Where words are written without spaces, each character counts for one, as in DuEE.
_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\w--[\p{Han}]]+", regex.V1)


def trigger_spans(side: Side) -> Iterator[tuple[str, Span]]:
    """Yield where triggers are, whatever their type: the same place counts once."""
    return ((TRIGGERS, place(mention)) for _, mention in side.triggers())


def typed_triggers(side: Side) -> Iterator[tuple[str, Span]]:
    """Yield where triggers are, by event type: the same place and type count once."""
    return ((type_, place(mention)) for type_, mention in side.triggers())


def argument_spans(side: Side) -> Iterator[tuple[str, Span]]:
    """Yield where arguments are, by event type, whatever their role.

    Whose event it is, of several of a type, is not compared; the same place counts once.
    """
    return ((filler.event, place(filler.mention)) for filler in side.fillers())


def typed_arguments(side: Side) -> Iterator[tuple[str, Span]]:
    """Yield where arguments are, by event type and role: `Attack:Target`."""
    return ((_slot(filler), place(filler.mention)) for filler in side.fillers())


def argument_heads(side: Side) -> Iterator[tuple[str, Span]]:
    """Yield as `argument_spans` does, the head word for the whole phrase."""
    return ((type_, head_word(side.text, span)) for type_, span in argument_spans(side))


def typed_argument_heads(side: Side) -> Iterator[tuple[str, Span]]:
    """Yield as `typed_arguments` does, the head word for the whole phrase."""
    return ((slot, head_word(side.text, span)) for slot, span in typed_arguments(side))


def word_overlap(gold: Labelled, said: Sequence[Claim], symmetric: Container[str] = ()) -> Tally:
    """Give credit for the words that arguments of a role share, as the F1 of two bags of words.

    Each argument is compared with one of the other side, the most alike first. Equal wordings in a
    role of a type count once.
    """
    meant, ours = (_wordings(Side(gold.text, claims)) for claims in (gold.claims, said))
    return {
        slot: Counts(
            credit(wanted := sorted(meant.get(slot, ())), found := sorted(ours.get(slot, ())), _f1),
            said=len(found),
            meant=len(wanted),
        )
        for slot in sorted({*meant, *ours})
    }


def _slot(filler: Filler) -> str:
    return f"{filler.event}:{filler.role}"


def _wordings(side: Side) -> dict[str, set[tuple[str, ...]]]:
    wordings: dict[str, set[tuple[str, ...]]] = {}
    for filler in side.fillers():
        bag = tuple(sorted(_WORD.findall(side.words(filler.mention))))
        wordings.setdefault(_slot(filler), set()).add(bag)
    return wordings


def _f1(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Return the F1 of two bags of words; phrases without words are alike."""
    if not a and not b:
        return 1.0
    shared = sum(min(a.count(word), b.count(word)) for word in set(a))
    return 2 * shared / (len(a) + len(b))
