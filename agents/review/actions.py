"""What a form of the page asks for -> decisions."""

from collections.abc import Mapping
from typing import TypeAlias

from questgraph.agents.review import editing, things
from questgraph.agents.review.desk import Desk
from questgraph.agents.review.queue import Item, Pair
from questgraph.graphs.decisions import Decision
from questgraph.tools.errors import UnknownNameError
from questgraph.tools.records import Claim, Span

Form: TypeAlias = Mapping[str, list[str]]

LONGEST = 2_000
"""Characters of a reason at most."""


def on_item(item: Item, action: str, form: Form, desk: Desk) -> list[Decision]:
    """Return what a person decides about an item.

    Raises:
        ConfigError: When it cannot be done; says what can.
    """
    if item.pair:
        return [_on_pair(item.pair, action)]
    assert item.claim, "it is a claim or a pair"
    return _on_claim(item.claim, action, form, desk)


def on_thing(node: str, action: str, form: Form, desk: Desk) -> Decision:
    """Return what a person decides about a node.

    Raises:
        ConfigError: When it cannot be done; says what can.
    """
    match action:
        case "merge":
            return editing.merged(node, desk.known(one(form, "other")))
        case "part":
            return editing.parted(node, desk.known(one(form, "other")))
        case "split":
            named = list(things.documents_of(node, desk))
            numbers = [number(text, -1) for text in form.get("document", ())]
            chosen = {named[i] for i in numbers if 0 <= i < len(named)}
            return editing.split(node, chosen, named)
        case _:
            raise UnknownNameError("action", action, ["merge", "part", "split"])


def reason(form: Form) -> str:
    """Return why, in a person's words."""
    return one(form, "reason")[:LONGEST].strip()


def one(form: Form, name: str) -> str:
    """Return a field; empty when it is not there."""
    return form.get(name, [""])[0]


def number(text: str | None, default: int) -> int:
    """Return the number that a text is, if it is one."""
    try:
        return int(text or "")
    except ValueError:
        return default


def _on_pair(pair: Pair, action: str) -> Decision:
    match action:
        case "merge":
            return editing.merged(*pair.things)
        case "part":
            return editing.parted(*pair.things)
        case _:
            raise UnknownNameError("action", action, ["merge", "part"])


def _on_claim(claim: Claim, action: str, form: Form, desk: Desk) -> list[Decision]:
    document = desk.documents[claim.document_id]
    match action:
        case "accept":
            return [editing.accepted(claim, document)]
        case "reject":
            return [editing.rejected(claim)]
        case "type":
            decision = editing.retyped(claim, one(form, "type"), document, desk.schema)
        case "span":
            span = Span(number(one(form, "start"), 0), number(one(form, "end"), 0))
            position = number(one(form, "part"), 0) - 1
            decision = editing.respanned(claim, position, span, document)
        case _:
            raise UnknownNameError("action", action, ["accept", "reject", "span", "type"])
    if not one(form, "follow"):
        return [decision]
    around = desk.by_document.get(claim.document_id, ())
    return [decision, *editing.following(decision, around, document)]
