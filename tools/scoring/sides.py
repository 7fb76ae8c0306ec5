"""What a side, gold or model, says of a passage, in the terms in which metrics compare it."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeVar

from questgraph.tools.folding import fold
from questgraph.tools.records import HEAD, MENTION, TAIL, TRIGGER, Claim, Kind, Mention, Span

T = TypeVar("T", Span, str, tuple[Span, str])

_AROUND = " \t\n.,;:!?'\"()[]{}"


class Ends(NamedTuple):
    """A relation and the two mentions that it holds between."""

    type: str
    head: Mention
    tail: Mention


class Filler(NamedTuple):
    """An argument of an event."""

    event: str
    role: str
    mention: Mention


@dataclass(frozen=True, slots=True)
class Side:
    """The claims of a side about a passage; those that were not admitted do not count."""

    text: str
    claims: Sequence[Claim]

    symmetric: Container[str] = ()
    """Relations of which head and tail may be swapped."""

    def entities(self) -> Iterator[tuple[str, Mention]]:
        """Yield each entity that is claimed: its type and where the text names it."""
        for claim in self._claims("entity"):
            yield from ((claim.type, mention) for mention in claim.fillers(MENTION))

    def relations(self) -> Iterator[Ends]:
        """Yield each relation that is claimed; qualifiers are not compared."""
        for claim in self._claims("relation"):
            for head, tail in zip(claim.fillers(HEAD), claim.fillers(TAIL), strict=False):
                yield Ends(claim.type, head, tail)

    def triggers(self) -> Iterator[tuple[str, Mention]]:
        """Yield the type and the trigger of each event that has one."""
        for claim in self._claims("event"):
            yield from ((claim.type, mention) for mention in claim.fillers(TRIGGER))

    def fillers(self) -> Iterator[Filler]:
        """Yield each argument of each event, without the trigger."""
        for claim in self._claims("event"):
            for role, mention in claim.arguments:
                if role != TRIGGER:
                    yield Filler(claim.type, role, mention)

    def words(self, mention: Mention) -> str:
        """Return what the text says at a mention, normalised.

        Not the model's wording, whose slips in spelling the grounder has seen through.
        """
        return normal(self.text[slice(*place(mention))])

    def pair(self, type_: str, head: T, tail: T) -> tuple[T, T]:
        """Return the ends of a relation in the order in which they compare."""
        swap = type_ in self.symmetric and tail < head
        return (tail, head) if swap else (head, tail)

    def _claims(self, kind: Kind) -> Iterator[Claim]:
        return (claim for claim in self.claims if claim.kind == kind and claim.admitted)


def place(mention: Mention) -> Span:
    """Return where an admitted claim has a mention.

    Raises:
        ValueError: When it was not found in the text.
    """
    if mention.span is None:
        raise ValueError(f"{mention.text!r} was not found in the text")
    return mention.span


@lru_cache(maxsize=65536)
def normal(words: str) -> str:
    r"""Return words without what writers vary: case, accents, white space, `_`, signs around them.

    >>> normal(" “Member_of\nParliament”, ")
    'member of parliament'
    """
    folded = fold(words.replace("_", " ")).text
    return folded.strip(_AROUND) or folded
