"""What the page shows of items and decisions, as plain data for its templates.

Everything is bounded: a claim may span a million characters.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from questgraph.agents.review.desk import Desk
from questgraph.agents.review.log import Entry
from questgraph.agents.review.queue import Item, clipped, key_of, pair_key
from questgraph.graphs.decisions import Decision
from questgraph.graphs.viewer.page import segments
from questgraph.tools.records import MENTION, Claim, Document, Span, Turn

AROUND, MOST = 1_500, 8_000
"""Characters of a document before and after a claim, and shown at once at most."""

ROWS = 50
"""Decisions in the list at most."""

ANSWER = 20_000
"""Characters of a question or an answer at most."""

VERBS: Mapping[str, str] = {
    "accept": "accepted",
    "reject": "rejected",
    "correct": "corrected",
    "merge": "merged",
    "part": "kept apart",
    "split": "split",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a document, all marked alike."""

    text: str
    start: int
    roles: tuple[int, ...]
    """Numbers of the arguments that these characters are part of, from 1."""

    evidence: bool


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a document, in pieces."""

    document: str
    start: int
    end: int
    length: int
    pieces: tuple[Piece, ...]

    @property
    def earlier(self) -> int | None:
        """Where to look for what stands before; `None` at the beginning."""
        return max(0, self.start - MOST) if self.start else None

    @property
    def later(self) -> int | None:
        """Where to look for what stands behind; `None` at the end."""
        return self.end if self.end < self.length else None


def window(document: Document, claim: Claim, at: int | None = None) -> Window:
    """Return the part of a document with a claim, its mentions and its evidence marked.

    Args:
        document: The one that the claim is about.
        claim: What is marked.
        at: Where to begin; a little before the claim when left out.
    """
    length = len(document.text)
    spans = [mention.span for _, mention in claim.arguments if mention.span]
    spans += [claim.evidence] if claim.evidence else []
    if at is None:
        start = max(0, min((span.start for span in spans), default=0) - AROUND)
        last = max((span.end for span in spans), default=0)
        end = min(length, last + AROUND, start + MOST)
    else:
        start = min(max(at, 0), length)
        end = min(length, start + MOST)
    marks = [(f"{n}", m.span) for n, (_, m) in enumerate(claim.arguments, 1) if m.span]
    marks += [("", claim.evidence)] if claim.evidence else []
    shown = list(_inside(marks, Span(start, end)))
    pieces = tuple(
        Piece(text, from_ + start, tuple(sorted(int(m) for m in names if m)), "" in names)
        for text, names, from_ in segments(document.text[start:end], shown)
    )
    return Window(document.id, start, end, length, pieces)


def title(claim: Claim, document: Document | None) -> str:
    """Return a claim in one line, in the words of its document."""
    words = {role: clipped(_words(m.span, m.text, document), 60) for role, m in claim.arguments}
    match claim.kind:
        case "entity":
            return f"{words.get(MENTION, '')} ({claim.type})"
        case "relation":
            return f"{words.get('head', '?')} → {claim.type} → {words.get('tail', '?')}"
        case _:
            return f"{claim.type}: {', '.join(words.values())}"


def item_title(item: Item, documents: Mapping[str, Document]) -> str:
    """Return an item in one line."""
    if item.claim:
        return title(item.claim, documents.get(item.claim.document_id))
    assert item.pair, "it is a claim or a pair"
    one, other = (clipped(name, 60) for name in item.pair.names)
    return f"{one} = {other}?"


def parts(claim: Claim, desk: Desk) -> list[dict[str, Any]]:
    """Return the arguments of a claim: number, role, wording, type, level and node."""
    document = desk.documents.get(claim.document_id)
    return [
        {
            "number": number,
            "role": role,
            "text": clipped(_words(mention.span, mention.text, document), 300),
            "said": clipped(mention.text, 300),
            "type": mention.type,
            "level": mention.level,
            "start": mention.span.start if mention.span else None,
            "end": mention.span.end if mention.span else None,
            "node": desk.now.appraiser.node(claim, mention),
        }
        for number, (role, mention) in enumerate(claim.arguments, 1)
    ]


def dialogue(claim: Claim, turns: Sequence[Turn]) -> list[dict[str, str]]:
    """Return the questions and answers behind a claim."""
    return [
        {
            "stage": turns[i].stage,
            "question": clipped(turns[i].question, ANSWER),
            "answer": clipped(turns[i].answer, ANSWER),
        }
        for i in claim.turns
        if i < len(turns)
    ]


def item_key(decision: Decision) -> str:
    """Return the key of the item that a decision is about; nothing for a split."""
    if decision.claim:
        return key_of(decision.claim)
    return "" if decision.verb == "split" else pair_key(decision.things)


def history(entries: Sequence[Entry], desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield what was done, the last first: what was done in one go is one action."""
    newest = reversed(entries)
    for _, group in islice(groupby(newest, key=lambda e: (e.decision.at, e.undone)), ROWS):
        done = list(group)
        first = done[-1]
        yield {
            "entry": first.id,
            "undone": first.undone,
            "what": told(first.decision, desk),
            "more": len(done) - 1,
            "by": first.decision.by,
            "at": first.decision.at[:19].replace("T", " "),
            "reason": clipped(first.decision.reason, 200),
            "key": item_key(first.decision),
        }


def told(decision: Decision, desk: Desk) -> str:
    """Return what a person decided, in one line."""
    verb = VERBS[decision.verb]
    if not decision.claim:
        names = " and ".join(repr(clipped(desk.name(id_), 60)) for id_ in decision.things)
        return f"{verb}: {names}"
    document = desk.documents.get(decision.claim.document_id)
    text = f"{verb}: {title(decision.claim, document)}"
    if decision.corrected:
        text += f" is now {title(decision.corrected, document)}"
    return text


def _words(span: Span | None, said: str, document: Document | None) -> str:
    return document.text[slice(*span)] if span and document else said


def _inside(marks: Iterable[tuple[str, Span]], shown: Span) -> Iterator[tuple[int, int, str]]:
    """Yield marks as far as they lie within what is shown, counted from its beginning."""
    for name, span in marks:
        start, end = max(span.start, shown.start), min(span.end, shown.end)
        if start < end:
            yield start - shown.start, end - shown.start, name
