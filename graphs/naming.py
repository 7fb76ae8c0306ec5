"""What claims name, and what the named things are called."""

from collections.abc import Iterable, Mapping, Sequence

from questgraph.graphs.resolution import UNTYPED, Name, is_description, is_pronoun
from questgraph.tools.records import HEAD, TAIL, TRIGGER, Claim, Document, Mention, Span, digest


def names_in(claims: Iterable[Claim], documents: Mapping[str, Document]) -> dict[Name, bool]:
    """Return what `claims` name, and whether naming it so makes a node.

    A trigger names nothing, and a qualifier has a node only where something else names the same.
    """
    named: dict[Name, bool] = {}
    for claim in claims:
        for (role, _), name in zip(claim.arguments, names_of(claim, documents), strict=True):
            if role != TRIGGER:
                qualifies = claim.kind == "relation" and role not in (HEAD, TAIL)
                named[name] = named.get(name, False) or not qualifies
    return named


def names_of(claim: Claim, documents: Mapping[str, Document]) -> list[Name]:
    """Return each argument of a claim as resolution sees it."""
    text = documents[claim.document_id].text

    def name(mention: Mention) -> Name:
        span = mention.span or Span(0, 0)
        type_ = claim.type if claim.kind == "entity" else mention.type
        return Name(type_ or UNTYPED, text[slice(*span)], claim.document_id, span)

    return [name(mention) for _, mention in claim.arguments]


def entity_id(type_: str, key: Sequence[str]) -> str:
    """Return the id of the node of what has this type and key."""
    return f"e:{digest(type_, *key)[:12]}"


def name_and_aliases(wordings: Mapping[str, int]) -> tuple[str, list[str]]:
    """Return the wording used most often, of those the longest, then the first; and the others.

    Pronouns and descriptions are no names where there is one.

    >>> name_and_aliases({"she": 3, "Ann": 1, "Ann Lee": 1})
    ('Ann Lee', ['Ann'])
    """
    names = [text for text in wordings if not (is_pronoun(text) or is_description(text))]
    best = min(names or wordings, key=lambda text: (-wordings[text], -len(text), text))
    return best, sorted(set(names or wordings) - {best})
