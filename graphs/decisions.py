"""What people decided about claims and things, and how the graph follows.

A decision outranks the model and survives a new run: a claim is known by the characters it is about
and not by who said it, and what a person accepted or corrected stays in the graph although the
model no longer says so, as long as the document still has those words in that place. The last
decision about a claim, or about two things, counts; whoever undoes one leaves it out.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Literal

from questgraph.graphs.evidence import said_of
from questgraph.graphs.naming import entity_id
from questgraph.graphs.resolution import Identity, Name, Resolve
from questgraph.graphs.resolution.links import Link
from questgraph.tools.records import Claim, Document
from questgraph.tools.schema import Schema

Verb = Literal["accept", "reject", "correct", "merge", "part", "split"]
"""Of a claim: it is right, it is wrong, it is right in another form. Of two things: they are one,
they are two. Of one thing: what some documents call so is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's word."""

    verb: Verb
    claim: Claim | None = None
    """What was judged, as it was before."""

    corrected: Claim | None = None
    """What is right in its place."""

    words: tuple[str, ...] = ()
    """What the document says at each mention of what is to stand."""

    things: tuple[str, ...] = ()
    """Ids, without merges, of one thing (`split`) or of two."""

    documents: tuple[str, ...] = ()
    """Those in which it is another thing (`split`)."""

    reason: str = ""
    by: str = ""
    at: str = ""
    """When, in ISO 8601."""

    @property
    def about(self) -> Hashable:
        """What a later decision replaces this one on."""
        if self.claim:
            return said_of(self.claim, ())
        return ("split" if self.verb == "split" else "pair", *sorted(self.things))

    @property
    def stands(self) -> Claim | None:
        """The claim that is right by this decision."""
        return self.corrected if self.verb == "correct" else self.claim

    @property
    def told(self) -> str:
        """Who decided, and why, in words."""
        who = self.by or "a person"
        return f"{who}: {self.reason}" if self.reason else f"{who} said so"


def words_at(claim: Claim, document: Document) -> tuple[str, ...]:
    """Return what a document says at each mention of a claim."""
    return tuple(
        document.text[slice(*mention.span)] for _, mention in claim.arguments if mention.span
    )


def latest(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the last decision on everything, in the order they were made."""
    last: dict[Hashable, Decision] = {}
    for decision in decisions:
        last.pop(decision.about, None)
        last[decision.about] = decision
    return list(last.values())


def decided(
    claims: Iterable[Claim], decisions: Iterable[Decision], documents: Mapping[str, Document]
) -> list[Claim]:
    """Return claims as people judged them, with what they wrote in themselves.

    Args:
        claims: What was said.
        decisions: In the order they were made.
        documents: The texts by id, as they are now.
    """
    judged = {decision.about: decision for decision in latest(decisions) if decision.claim}
    found = [_judged(claim, judged.get(said_of(claim, ()))) for claim in claims]
    there = {said_of(claim, ()) for claim in found if claim.admitted}
    for decision in judged.values():
        claim = None if decision.verb == "reject" else _kept(decision, documents)
        if claim and said_of(claim, ()) not in there:
            found.append(claim)
            there.add(said_of(claim, ()))
    return found


def lost(decisions: Iterable[Decision], documents: Mapping[str, Document]) -> Iterator[Decision]:
    """Yield decisions that no longer hold, since the document has other words there."""
    for decision in latest(decisions):
        if decision.claim and decision.verb != "reject" and not _kept(decision, documents):
            yield decision


def links_of(decisions: Iterable[Decision]) -> Iterator[Link]:
    """Yield what people said about pairs of things."""
    for decision in latest(decisions):
        if decision.verb in ("merge", "part"):
            one, other = decision.things
            yield Link(one, other, decision.verb == "merge", decision.told, "person")


def splitting(resolve: Resolve, decisions: Sequence[Decision]) -> Resolve:
    """Return `resolve`, but for telling things apart where people split them."""
    splits = {d.things[0]: d for d in latest(decisions) if d.verb == "split"}
    if not splits:
        return resolve

    @wraps(resolve)
    def split(
        names: Collection[Name], schema: Schema, documents: Mapping[str, Document]
    ) -> dict[Name, Identity]:
        found = resolve(names, schema, documents)
        for name, identity in found.items():
            decision = splits.get(entity_id(identity.type, identity.key))
            if decision and name.document in decision.documents:
                key = (*identity.key, *decision.documents)
                found[name] = Identity(identity.type, key, decision.told)
        return found

    return split


def _judged(claim: Claim, decision: Decision | None) -> Claim:
    if not decision:
        return claim
    if decision.verb == "accept":
        return replace(claim, verdict="confirmed", reason=decision.told)
    reason = decision.told if decision.verb == "reject" else f"corrected, {decision.told}"
    return replace(claim, verdict="refuted", reason=reason)


def _kept(decision: Decision, documents: Mapping[str, Document]) -> Claim | None:
    """Return what a person holds to be right, where the document still says so."""
    claim = decision.stands
    if not claim or not (document := documents.get(claim.document_id)):
        return None
    if words_at(claim, document) != decision.words:
        return None
    return replace(claim, verdict="confirmed", reason=decision.told)
