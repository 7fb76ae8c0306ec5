"""A small run to review, written as a run writes it, without asking any model."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from questgraph.agents.extraction import RUN_FILE, Extraction
from questgraph.agents.runs.store import RunStore
from questgraph.tools.records import (
    Argument,
    Chunk,
    Claim,
    Document,
    Kind,
    Mention,
    Outcome,
    Result,
    Span,
    Turn,
    Unit,
    Verdict,
)
from questgraph.tools.schema import EntityType, RelationType, Schema
from questgraph.tools.schema_sources import schema_to_yaml

SCHEMA = Schema(
    name="staff",
    entities=(EntityType(name="person", guideline="A human."), EntityType(name="firm")),
    relations=(RelationType(name="works_for"), RelationType(name="knows", symmetric=True)),
)

TEXT = "Ann Lee works for Acme. Bo Ek knows Ann Lee. Acme Corp grew."
OTHER = "Acme is also a mountain. Dee Ray works for Acme."
DOCUMENTS = {"a.txt": Document("a.txt", TEXT), "b.txt": Document("b.txt", OTHER)}


def mention(words: str, type_: str, document: Document, nth: int = 0) -> Mention:
    """Return a mention of the nth occurrence of words; absent when they are not there."""
    at = -1
    for _ in range(nth + 1):
        at = document.text.find(words, at + 1)
    if at < 0:
        return Mention(words, type=type_)
    return Mention(words, type=type_, span=Span(at, at + len(words)), level="exact")


def claim(
    kind: Kind,
    type_: str,
    parts: Mapping[str, Mention],
    document: str,
    *,
    verdict: Verdict = "sound",
    score: float | None = None,
    reason: str = "",
) -> Claim:
    arguments = tuple(Argument(role, part) for role, part in parts.items())
    return Claim(
        kind,
        type_,
        arguments,
        document_id=document,
        unit_id=f"{document}#000000",
        verdict=verdict,
        score=score,
        reason=reason,
        turns=(0,),
    )


def entity(words: str, type_: str, document: str = "a.txt", nth: int = 0, **more: object) -> Claim:
    found = mention(words, type_, DOCUMENTS[document], nth)
    return claim("entity", type_, {"mention": found}, document, **more)  # type: ignore[arg-type]


def relation(type_: str, head: Claim, tail: Claim, **more: object) -> Claim:
    ends = {"head": head.arguments[0].mention, "tail": tail.arguments[0].mention}
    return claim("relation", type_, ends, head.document_id, **more)  # type: ignore[arg-type]


ANN = entity("Ann Lee", "person")
BO = entity("Bo Ek", "person", verdict="unchecked")
ACME = entity("Acme", "firm")
CORP = entity("Acme Corp", "firm")
DEE = entity("Dee Ray", "person", "b.txt")
ACME_B = entity("Acme", "firm", "b.txt")
WORKS = relation("works_for", ANN, ACME)
KNOWS = relation("knows", BO, ANN, verdict="refuted", reason="the text does not say so")
WORKS_B = relation("works_for", DEE, ACME_B)
LOST = entity("Anne Leigh", "person")
CLAIMS = (ANN, BO, ACME, CORP, WORKS, KNOWS, LOST, DEE, ACME_B, WORKS_B)


def results_of(
    claims: Iterable[Claim] = CLAIMS,
    documents: Mapping[str, Document] = DOCUMENTS,
    turns: Sequence[Turn] = (Turn("ask", "Who works where?", "Ann Lee works for Acme."),),
) -> list[Result]:
    """Return one unit for each document, with its claims."""
    some = list(claims)
    return [
        Result(
            unit=Unit(Chunk(id_, document.text, span=Span(0, len(document.text)), index=0)),
            outcome=Outcome("done"),
            claims=tuple(each for each in some if each.document_id == id_),
            turns=tuple(turns),
        )
        for id_, document in documents.items()
    ]


def make_run(
    folder: Path,
    results: Iterable[Result] | None = None,
    documents: Mapping[str, Document] = DOCUMENTS,
    schema: Schema = SCHEMA,
) -> Path:
    """Write a finished run into a folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    results = results_of(documents=documents) if results is None else list(results)
    with RunStore(folder / RUN_FILE) as store:
        facts = {"schema": schema_to_yaml(schema), "model": "none", "recipe": "staged"}
        store.begin(facts, "same")
        for position, document in enumerate(documents.values()):
            units = [r.unit for r in results if r.unit.chunk.document_id == document.id]
            store.add(position, document, units)
        for result in results:
            store.save(result)
        store.end()
    return folder


def open_run(folder: Path) -> Extraction:
    return Extraction.open(make_run(folder))
