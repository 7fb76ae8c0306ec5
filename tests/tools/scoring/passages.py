"""Small passages and claims about them."""

from dataclasses import replace

from hypothesis import strategies as st

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import (
    HEAD,
    MENTION,
    TAIL,
    TRIGGER,
    Argument,
    Claim,
    Kind,
    Level,
    Mention,
    Span,
)
from questgraph.tools.scoring.counts import Counts, Tally, micro, total
from questgraph.tools.scoring.metrics import metrics

SYMMETRIC = frozenset({"MARRIED"})

_TYPES = st.sampled_from(["PER", "ORG"])
_RELATIONS = st.sampled_from(["WORKS_FOR", "MARRIED"])
_EVENTS = st.sampled_from(["Attack", "Trial"])
_ROLES = st.sampled_from(["Agent", "Place"])
_WORDS = ("Ann", "of", "Acme", "Bob", "in", "Ann", "Acme", "Bonn")


def mention(text: str, words: str, type_: str = "", *, nth: int = 0) -> Mention:
    """Return the `nth` place where a text has the words; a mention of nothing where it has not."""
    start = -1
    for _ in range(nth + 1):
        start = text.find(words, start + 1)
    if start < 0:
        return Mention(words, type=type_)
    return Mention(words, type=type_, span=Span(start, start + len(words)), level="exact")


def entity(text: str, words: str, type_: str = "PER", *, nth: int = 0) -> Claim:
    return _claim("entity", type_, (MENTION, mention(text, words, type_, nth=nth)))


def relation(type_: str, head: Mention, tail: Mention) -> Claim:
    return _claim("relation", type_, (HEAD, head), (TAIL, tail))


def event(type_: str, trigger: Mention | None, **arguments: Mention) -> Claim:
    triggers = [(TRIGGER, trigger)] if trigger else []
    return _claim("event", type_, *triggers, *arguments.items())


def turned_down(claim: Claim) -> Claim:
    return replace(claim, verdict="refuted")


def said_as(claim: Claim, level: Level) -> Claim:
    found = [Argument(role, replace(m, level=level)) for role, m in claim.arguments]
    return replace(claim, arguments=tuple(found))


def tally(metric: str, gold: Labelled, *said: Claim, symmetric: bool = False) -> Tally:
    return metrics[metric].tally(gold, said, SYMMETRIC if symmetric else ())


def score(metric: str, gold: Labelled, *said: Claim, symmetric: bool = False) -> Counts:
    return micro(total([tally(metric, gold, *said, symmetric=symmetric)]))


@st.composite
def texts(draw: st.DrawFn) -> str:
    return " ".join(draw(st.lists(st.sampled_from(_WORDS), min_size=2, max_size=9)))


@st.composite
def claims_about(draw: st.DrawFn, text: str) -> list[Claim]:
    """Entities, relations and events with random places in a text, repeats among them."""
    words = text.split()
    starts = [sum(len(word) + 1 for word in words[:i]) for i in range(len(words))]

    def place(type_: str = "") -> Mention:
        first = draw(st.integers(0, len(words) - 1))
        last = draw(st.integers(first, min(first + 2, len(words) - 1)))
        span = Span(starts[first], starts[last] + len(words[last]))
        return Mention(text[slice(*span)], type=type_, span=span, level="exact")

    def one(kind: Kind) -> Claim:
        match kind:
            case "entity":
                type_ = draw(_TYPES)
                return _claim(kind, type_, (MENTION, place(type_)))
            case "relation":
                return relation(draw(_RELATIONS), place(draw(_TYPES)), place(draw(_TYPES)))
            case _:
                filled = {draw(_ROLES): place() for _ in range(draw(st.integers(0, 2)))}
                return event(draw(_EVENTS), place() if draw(st.booleans()) else None, **filled)

    kinds: list[Kind] = draw(st.lists(st.sampled_from(["entity", "relation", "event"]), max_size=8))
    return [one(kind) for kind in kinds]


@st.composite
def scored(draw: st.DrawFn) -> tuple[Labelled, list[Claim]]:
    """A labelled passage and what was said of it, with some of the gold claims among that."""
    text = draw(texts())
    gold, said = draw(claims_about(text)), draw(claims_about(text))
    copied = draw(st.lists(st.sampled_from(gold), max_size=6)) if gold else []
    return Labelled("p", text, tuple(gold)), draw(st.permutations(said + copied))


def _claim(kind: Kind, type_: str, *arguments: tuple[str, Mention]) -> Claim:
    filled = tuple(Argument(role, filler) for role, filler in arguments)
    return Claim(kind, type_, filled, document_id="p", unit_id="p#0")
