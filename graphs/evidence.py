"""Where and how a claim was said, as plain data; and which claims say the same."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Any

from questgraph.tools.quoting import quote
from questgraph.tools.records import HEAD, MENTION, TAIL, Claim, Document, Kind, Span, Verdict
from questgraph.tools.schema import Schema

Evidence = dict[str, Any]
"""What `evidence_of` returns: JSON types only. Parts of a graph share records: do not change them.
"""

_NEEDED: Mapping[Kind, frozenset[str]] = {
    "entity": frozenset({MENTION}),
    "relation": frozenset({HEAD, TAIL}),
    "event": frozenset(),
}

_TRUST: tuple[Verdict, ...] = (
    *("confirmed", "sound", "unchecked"),
    *("unlikely", "refuted", "invalid"),
)


def evidence_of(claim: Claim, document: Document, nodes: Iterable[str]) -> Evidence:
    """Return where and how a grounded claim was said.

    Keys: `claim`, `document`, `start`, `end`, `quote` (the sentences), `mentions` (each with
    `role`, `text` as it stands there, `said` by the model, `start`, `end`, `level`, `node`),
    `verdict`, `reason`, `votes`, `unit`, `turns`; `score` where claims are scored.

    Args:
        claim: What was said.
        document: Where.
        nodes: For each argument, the id of the node that it names; empty for none.
    """
    around = claim.evidence or hull(claim)
    spans = [mention.span for _, mention in claim.arguments if mention.span]
    return {
        "claim": claim.id,
        "document": claim.document_id,
        **around._asdict(),
        "quote": quote(document.text, around, spans),
        "mentions": [
            {
                "role": role,
                "text": document.text[slice(*mention.span)],
                "said": mention.text,
                "start": mention.span.start,
                "end": mention.span.end,
                "level": mention.level,
                "node": node,
            }
            for (role, mention), node in zip(claim.arguments, nodes, strict=True)
            if mention.span
        ],
        "verdict": claim.verdict,
        "reason": claim.reason,
        "votes": claim.votes,
        "unit": claim.unit_id,
        "turns": list(claim.turns),
        **({} if claim.score is None else {"score": claim.score}),
    }


def score_of(support: Iterable[Evidence]) -> dict[str, float]:
    """Return the highest `score` of what supports a part of a graph; nothing without scores."""
    scores = [record["score"] for record in support if "score" in record]
    return {"score": max(scores)} if scores else {}


def in_order(records: Iterable[Evidence]) -> list[Evidence]:
    """Return `records` once each, in the order of the text."""
    by_place = {(each["document"], each["start"], each["claim"]): each for each in records}
    return [by_place[place] for place in sorted(by_place)]


def entering(
    claims: Iterable[Claim],
    schema: Schema,
    admit: Callable[[Claim], bool] = lambda claim: claim.admitted,
) -> list[Claim]:
    """Return the claims that make the graph, in the order of the text."""
    return distinct((c for c in claims if expressible(c) and admit(c)), symmetric_in(schema))


def symmetric_in(schema: Schema) -> set[str]:
    """Return the relations of which head and tail may be swapped."""
    return {relation.name for relation in schema.relations if relation.symmetric}


def expressible(claim: Claim) -> bool:
    """Say whether a claim has a place in the text and the parts that its kind needs."""
    roles = {role for role, _ in claim.arguments}
    return bool(roles) and claim.grounded and roles >= _NEEDED[claim.kind]


def distinct(claims: Iterable[Claim], symmetric: Collection[str]) -> list[Claim]:
    """Return claims that say the same of the same characters once, in the order of the text.

    Passages that overlap repeat claims; the one to believe most stands for all.

    Args:
        claims: Expressible ones, in any order.
        symmetric: Relations of which head and tail may be swapped.
    """
    best: dict[Hashable, Claim] = {}
    for claim in sorted(claims, key=_trust):
        best.setdefault(said_of(claim, symmetric), claim)
    return sorted(best.values(), key=_place)


def said_of(claim: Claim, symmetric: Collection[str]) -> Hashable:
    """Return what is claimed of which characters: the same for all who say so.

    What is not in the text is known by its wording.
    """
    swapped = {TAIL: HEAD} if claim.type in symmetric else {}
    parts = sorted(
        (swapped.get(role, role), mention.span or (), "" if mention.span else mention.text)
        for role, mention in claim.arguments
    )
    return claim.document_id, claim.kind, claim.type, tuple(parts)


def hull(claim: Claim) -> Span:
    """Return the characters from the first mention to the last."""
    spans = [mention.span for _, mention in claim.arguments if mention.span]
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _trust(claim: Claim) -> tuple[Any, ...]:
    """Sort the best first; every field takes part, so that no tie is left to the order given."""
    types = [mention.type for _, mention in claim.arguments]
    levels = [mention.level for _, mention in claim.arguments]
    return (
        _TRUST.index(claim.verdict),
        -(claim.score or 0.0),
        -claim.votes,
        claim.unit_id,
        claim.id,
        claim.samples,
        claim.reason,
        claim.turns,
        claim.evidence or hull(claim),
        types,
        levels,
    )


def _place(claim: Claim) -> tuple[Any, ...]:
    return claim.document_id, hull(claim), claim.kind, claim.type, claim.id
