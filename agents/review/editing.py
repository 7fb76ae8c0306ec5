"""What a person does on the page -> decisions. Pure; what cannot be done says what can be."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from questgraph.graphs.decisions import Decision, words_at
from questgraph.graphs.evidence import hull
from questgraph.tools.errors import ConfigError
from questgraph.tools.records import Argument, Claim, Document, Mention, Span
from questgraph.tools.schema import Schema


def accepted(claim: Claim, document: Document) -> Decision:
    """Return the decision that a claim is right.

    Raises:
        ConfigError: When some of its words are not in the document.
    """
    for _, mention in claim.arguments:
        if not mention.span:
            raise ConfigError(f"{mention.text!r} is not in the text: show where it stands (S)")
    return Decision(verb="accept", claim=claim, words=words_at(claim, document))


def rejected(claim: Claim) -> Decision:
    """Return the decision that a claim is wrong."""
    return Decision(verb="reject", claim=claim)


def retyped(claim: Claim, type_: str, document: Document, schema: Schema) -> Decision:
    """Return the decision that a claim is right but for its type.

    Raises:
        ConfigError: When the schema has no such type of this kind, or it is the one it has.
    """
    if type_ not in {known.name for known in schema.types(claim.kind)}:
        raise ConfigError(f"there is no type {type_!r} of this kind: choose one of the list")
    if type_ == claim.type:
        raise ConfigError(f"the type is {type_!r} already: choose another one, or accept it (A)")
    arguments = claim.arguments
    if claim.kind == "entity":
        arguments = tuple(Argument(role, replace(m, type=type_)) for role, m in arguments)
    return _corrected(claim, replace(claim, type=type_, arguments=arguments), document)


def respanned(claim: Claim, position: int, span: Span, document: Document) -> Decision:
    """Return the decision that a claim is right, but that a part of it stands elsewhere.

    Args:
        claim: What was said.
        position: Of the argument, from 0.
        span: Characters of the document.
        document: The one that it was read from.

    Raises:
        ConfigError: When there is no such part, or no such place.
    """
    if not 0 <= position < len(claim.arguments):
        raise ConfigError("the claim has no such part: choose one by its number")
    if not 0 <= span.start < span.end <= len(document.text):
        raise ConfigError("nothing is selected: select some words of the document")
    role, old = claim.arguments[position]
    if span == old.span:
        raise ConfigError("this is where it stands already: select other words, or accept it (A)")
    words = document.text[slice(*span)]
    if not words.strip():
        raise ConfigError("only white space is selected: select some words of the document")
    mention = Mention(words, type=old.type, span=span, level="exact")
    arguments = list(claim.arguments)
    arguments[position] = Argument(role, mention)
    return _corrected(claim, replace(claim, arguments=tuple(arguments)), document)


def following(decision: Decision, claims: Iterable[Claim], document: Document) -> list[Decision]:
    """Return the same correction for what else in the graph names these characters so.

    An entity that is corrected alone would leave relations behind that still name the old one.

    Args:
        decision: Of an entity; nothing follows any other.
        claims: Those of its document.
        document: The text of it.
    """
    if not decision.claim or not decision.corrected or decision.claim.kind != "entity":
        return []
    old, new = decision.claim.arguments[0].mention, decision.corrected.arguments[0].mention
    return [
        replace(
            _corrected(claim, _with(claim, old, new), document),
            reason=f"follows the correction of {old.text!r}",
        )
        for claim in claims
        if claim.kind != "entity" and claim.admitted and _names(claim, old)
    ]


def merged(one: str, other: str) -> Decision:
    """Return the decision that two things are one.

    Raises:
        ConfigError: When they are the same node.
    """
    if one == other:
        raise ConfigError("this is one thing already: choose another one to merge it with")
    return Decision(verb="merge", things=(one, other))


def parted(one: str, other: str) -> Decision:
    """Return the decision that two things are two.

    Raises:
        ConfigError: When they are the same node.
    """
    if one == other:
        raise ConfigError("a thing cannot be parted from itself: split it by document")
    return Decision(verb="part", things=(one, other))


def split(thing: str, documents: Collection[str], all_documents: Sequence[str]) -> Decision:
    """Return the decision that what some documents call so is another thing.

    Args:
        thing: The id.
        documents: Those in which it is another one.
        all_documents: Those that name it at all.

    Raises:
        ConfigError: When it would be none of them, or all.
    """
    chosen = tuple(id_ for id_ in all_documents if id_ in documents)
    if not chosen or len(chosen) == len(all_documents):
        raise ConfigError("choose some of the documents, not none and not all of them")
    return Decision(verb="split", things=(thing,), documents=chosen)


def _corrected(claim: Claim, right: Claim, document: Document) -> Decision:
    for _, mention in right.arguments:
        if not mention.span:
            raise ConfigError(f"{mention.text!r} is not in the text: show where it stands (S)")
    around, evidence = hull(right), right.evidence
    if evidence:
        evidence = Span(min(evidence.start, around.start), max(evidence.end, around.end))
    right = replace(right, evidence=evidence)
    return Decision(verb="correct", claim=claim, corrected=right, words=words_at(right, document))


def _names(claim: Claim, mention: Mention) -> bool:
    return any(m.span == mention.span and m.type == mention.type for _, m in claim.arguments)


def _with(claim: Claim, old: Mention, new: Mention) -> Claim:
    arguments = tuple(
        Argument(role, new if (m.span, m.type) == (old.span, old.type) else m)
        for role, m in claim.arguments
    )
    return replace(claim, arguments=arguments)
