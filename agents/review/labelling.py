"""What people decided, as labelled passages: to show to a model, and to compare with."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from questgraph.graphs.decisions import Decision, decided, latest
from questgraph.graphs.evidence import expressible, said_of
from questgraph.tools.labelled import Labelled, labelled_from, write_labelled
from questgraph.tools.records import Chunk, Claim, Document, Result, within
from questgraph.tools.schema import AnyType, Schema

GOLD, META = "dev.jsonl", "meta.json"


def labelled_from_decisions(
    results: Iterable[Result], decisions: Sequence[Decision], documents: Mapping[str, Document]
) -> Iterator[Labelled]:
    """Yield the passages of complete units, labelled as people judged them.

    What nobody judged counts as the model left it; what people rejected, or put something else in
    the place of, is among what is `rejected`.

    Args:
        results: Of the units.
        decisions: In the order they were made.
        documents: The texts by id.
    """
    by_document = _by_document(decisions)
    for result in results:
        if result.outcome.complete:
            some = by_document[result.unit.chunk.document_id]
            yield _labelled(result, some, documents)


def reviewed(
    results: Iterable[Result], decisions: Sequence[Decision], documents: Mapping[str, Document]
) -> Iterator[Labelled]:
    """Yield the passages of which people judged every claim that the model had admitted.

    What the model did not say is in them only where a person wrote it in.
    """
    by_document = _by_document(decisions)
    for result in results:
        some = by_document[result.unit.chunk.document_id]
        judged = {said_of(claim, ()) for decision in some for claim in _both(decision)}
        open_ = (c for c in result.claims if c.admitted and said_of(c, ()) not in judged)
        if result.outcome.complete and not any(open_) and _judges(some, result):
            yield _labelled(result, some, documents)


def write_gold(folder: Path, passages: Iterable[Labelled], schema: Schema) -> int:
    """Write passages as a labelled set that `questgraph eval` reads; return how many.

    Args:
        folder: It gets `dev.jsonl` and `meta.json`.
        passages: As `reviewed` has them.
        schema: The types that were looked for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = list(passages)
    write_labelled(folder / GOLD, kept)
    meta = {
        "name": schema.name,
        "entity_types": [_described(type_) for type_ in schema.entities],
        "relation_types": [_described(type_) for type_ in schema.relations],
        "event_types": [_described(type_) for type_ in schema.events],
        "symmetric_relations": [type_.name for type_ in schema.relations if type_.symmetric],
    }
    (folder / META).write_text(json.dumps(meta, ensure_ascii=False, indent=1), encoding="utf-8")
    return len(kept)


def _labelled(
    result: Result, decisions: Sequence[Decision], documents: Mapping[str, Document]
) -> Labelled:
    chunk = result.unit.chunk
    right = decided(result.claims, decisions, documents)
    wrong = [d.claim for d in decisions if d.claim and d.verb in ("reject", "correct")]
    passage = labelled_from(chunk, within(right, chunk.span))
    return replace(passage, rejected=_rejected(chunk, wrong))


def _rejected(chunk: Chunk, wrong: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return what is wrong in the words of the passage, with the entities that it needs."""
    inside = within((claim for claim in wrong if expressible(claim)), chunk.span)
    shown = [replace(claim, verdict="confirmed") for claim in inside]
    return labelled_from(chunk, shown).claims


def _judges(decisions: Iterable[Decision], result: Result) -> bool:
    """Say whether any of the decisions is about what stands in a passage."""
    claims = [claim for decision in decisions for claim in _both(decision)]
    said = {said_of(claim, ()) for claim in result.claims}
    return bool(within(claims, result.unit.chunk.span)) or any(
        said_of(claim, ()) in said for claim in claims
    )


def _both(decision: Decision) -> Iterator[Claim]:
    yield from (claim for claim in (decision.claim, decision.corrected) if claim)


def _by_document(decisions: Iterable[Decision]) -> Mapping[str, list[Decision]]:
    found: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in latest(decisions):
        if decision.claim:
            found[decision.claim.document_id].append(decision)
    return found


def _described(type_: AnyType) -> dict[str, str]:
    return {"type": type_.name, "description": type_.guideline}
