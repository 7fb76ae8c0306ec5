"""Labelled passages as a run would cut them, each with the types that were looked for in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from questgraph.agents.evaluation.datasets import Dataset
from questgraph.agents.runs.plan import Plan
from questgraph.tools.codecs.parsing import fold
from questgraph.tools.labelled import Labelled, labelled_from
from questgraph.tools.records import HEAD, TAIL, Argument, Claim, Document, Mention, Span, within


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage of at most the size that a run asks about, and what is known of it."""

    dataset: Dataset
    passage: Labelled
    number: int
    """Which piece of its passage it is."""

    types: frozenset[str]
    """Names of the types of which everything is labelled that the passage says."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What sets the piece apart from all others; draws about it are seeded by it."""
        return self.dataset.name, self.passage.id, str(self.number)


def pieces(plan: Plan, dataset: Dataset, passages: Iterable[Labelled]) -> Iterator[Piece]:
    """Yield passages of a set as a run with `plan` cuts them."""
    for passage in passages:
        types = _labelled_types(dataset, passage)
        for number, unit in enumerate(plan.units(Document(passage.id, passage.text))):
            chunk = unit.chunk
            if chunk.text != passage.text:
                inside = within(
                    (_moved(c, passage, chunk.span) for c in passage.claims), chunk.span
                )
                yield Piece(dataset, labelled_from(chunk, inside), number, types)
            else:
                yield Piece(dataset, passage, number, types)


def _labelled_types(dataset: Dataset, passage: Labelled) -> frozenset[str]:
    """Return the types that a passage is labelled with exhaustively.

    A type of which a triple is known only in words, since the text spells it otherwise, is none of
    them: the right answer would be wrong by what is missing.
    """
    schema = dataset.parts.get(passage.part, dataset.schema)
    found = {
        _folded(c.fillers(HEAD)[0].text, c.type, c.fillers(TAIL)[0].text)
        for c in passage.claims
        if c.kind == "relation"
    }
    half = {triple[1] for triple in passage.triples if _folded(*triple) not in found}
    return frozenset(type_.name for type_ in schema.types()) - half


def _folded(*words: str) -> tuple[str, ...]:
    return tuple(map(fold, words))


def _moved(claim: Claim, passage: Labelled, span: Span) -> Claim:
    """Return a relation between clusters with mentions that stand in `span`, where there are any.

    It is labelled once, at the first mentions, and holds of all of them.
    """
    if claim.kind != "relation":
        return claim
    arguments = tuple(
        Argument(role, _mention_in(mention, passage, span)) for role, mention in claim.arguments
    )
    return replace(claim, arguments=arguments)


def _mention_in(mention: Mention, passage: Labelled, span: Span) -> Mention:
    if mention.span is None or span.holds(mention.span):
        return mention
    same = next((spans for spans in passage.clusters if mention.span in spans), ())
    inside = next((other for other in sorted(same) if span.holds(other)), None)
    if inside is None:
        return mention
    return replace(mention, text=passage.text[slice(*inside)], span=inside)
