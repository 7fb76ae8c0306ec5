"""What lookups answered, in lines that a person reads.

Names and quotes come from documents: what a terminal would obey is shown, and not sent.
"""

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from questgraph.graphs.lookup import (
    Card,
    Fact,
    Found,
    Listed,
    Neighbour,
    Path,
    Quote,
    Thing,
)
from questgraph.tools.records import HEAD, TAIL

if TYPE_CHECKING:
    from questgraph.agents.asking.questions import Spoken

_INDENT = "    "


def lines(result: Card | Listed[Any]) -> Iterator[str]:
    """Yield an answer line by line."""
    if isinstance(result, Card):
        yield from _card(result)
        return
    if not result.items:
        yield "Nothing found."
    for item in result.items:
        yield from _item(item)
    yield from _rest(result)


def spoken_lines(spoken: "Spoken") -> Iterator[str]:
    """Yield what a model answered, then the facts that it cites."""
    yield printable(spoken.text) or "The graph does not say."
    for number, fact in spoken.facts.items():
        yield from fact_lines(fact, number)
    yield f"Looked up: {printable(', '.join(spoken.looked_up)) or 'nothing'}."


def fact_lines(fact: Fact, number: int = 0) -> Iterator[str]:
    """Yield a fact and, below it, the words that state it.

    Args:
        fact: The fact.
        number: What it is cited by; 0 for none.
    """
    yield f"[{number}] {_statement(fact)}" if number else _statement(fact)
    for conflict in fact.conflicts.items:
        yield f"{_INDENT}conflict: {printable(conflict)}"
    yield from (_INDENT + _quoted(quote) for quote in fact.evidence.items)
    yield from (_INDENT + line for line in _rest(fact.evidence, "quotes"))


def printable(text: str) -> str:
    r"""Return `text` on one line, with codes for all that is no visible character.

    >>> printable("a\x1b[31m\nb")
    'a\\x1b[31m b'
    """
    return "".join(map(_visible, " ".join(text.split())))


def _visible(character: str) -> str:
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    return character.encode("unicode_escape").decode() if hidden else character


def _item(item: Found | Neighbour | Path | Fact) -> Iterator[str]:
    match item:
        case Fact():
            yield from fact_lines(item)
        case Found():
            wording = f", as {printable(item.wording)!r}" if item.how == "alias" else ""
            yield f"{_thing(item.thing)}{wording}: {item.facts} facts, {item.thing.id}"
        case Neighbour():
            yield f"{item.distance}: {_thing(item.thing)}"
            yield from (_INDENT + line for line in fact_lines(item.via))
        case Path():
            things = [item.start, *(step.to for step in item.steps)]
            yield " - ".join(printable(thing.name) for thing in things)
            for step in item.steps:
                for fact in step.facts.items:
                    yield from (_INDENT + line for line in fact_lines(fact))
                yield from (_INDENT + line for line in _rest(step.facts))


def _card(card: Card) -> Iterator[str]:
    wider = f", a kind of {', '.join(map(printable, card.types[1:]))}" if card.types[1:] else ""
    yield f"{_thing(card.thing)}{wider}, {card.thing.id}"
    if card.aliases.items:
        yield f"also called: {', '.join(map(printable, card.aliases.items))}"
        yield from _rest(card.aliases, "names")
    for reason in card.merged.items:
        yield f"merged: {printable(reason)}"
    yield from _rest(card.merged, "merges")
    for title, facts in (("from it", card.out), ("to it", card.into), ("events", card.events)):
        if facts.items or facts.hidden:
            yield f"{title}:"
            for fact in facts.items:
                yield from (_INDENT + line for line in fact_lines(fact))
            yield from (_INDENT + line for line in _rest(facts))
    yield "mentions:"
    yield from (_INDENT + _quoted(quote) for quote in card.mentions.items)
    yield from (_INDENT + line for line in _rest(card.mentions, "mentions"))


def _statement(fact: Fact) -> str:
    parts = [(part.role, printable(part.thing.name)) for part in fact.parts.items]
    if [role for role, _ in parts] == [HEAD, TAIL]:
        told = f"{parts[0][1]} → {parts[1][1]}"
    else:
        told = ", ".join(f"{printable(role)}: {name}" for role, name in parts)
    more = [
        f"{printable(role)}: {', '.join(map(printable, wordings.items))}"
        for role, wordings in fact.qualifiers.items()
    ]
    more += [f"{time.start or '…'} to {time.end or '…'}" for time in fact.times.items]
    more += [] if fact.score is None else [f"score {fact.score:.2f}"]
    more += [] if fact.shown else ["hidden by the conflict policy"]
    left_out = list(_rest(fact.parts, "parts"))
    return f"{printable(fact.type)}: {told}" + "".join(f" ({each})" for each in more + left_out)


def _quoted(quote: Quote) -> str:
    cut = f" … {quote.cut} more characters" if quote.cut else ""
    score = "" if quote.score is None else f", score {quote.score:.2f}"
    place = f"{printable(quote.document)} {quote.start}-{quote.end}"
    return f"“{printable(quote.text)}”{cut} ({place}, {quote.verdict}{score})"


def _thing(thing: Thing) -> str:
    return f"{printable(thing.name)} ({printable(thing.type)})"


def _rest(some: Listed[Any], what: str = "") -> Iterator[str]:
    """Yield how much is left out, and why."""
    what = f" {what}" if what else ""
    if some.more or not some.exact:
        yield f"… and {some.more}{what} more{'' if some.exact else ', at least'}"
    if some.hidden:
        yield f"… and {some.hidden}{what} that the conflict policy hides: --hidden"
