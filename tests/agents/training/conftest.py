"""Small labelled sets to make training sets of."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from questgraph.agents.extraction import RUN_FILE, Extraction
from questgraph.agents.runs.store import RunStore
from questgraph.tools.labelled import Labelled, write_labelled
from questgraph.tools.records import (
    Argument,
    Chunk,
    Claim,
    Document,
    Mention,
    Outcome,
    Result,
    Span,
    Unit,
)
from questgraph.tools.schema import EntityType, RelationType, Schema
from questgraph.tools.schema_sources import schema_to_yaml

NAMES = ("Ann", "Bo", "Cy", "Dee", "Eve", "Flo", "Gus", "Hal", "Ida", "Jon", "Kim", "Lou")
PLACES = ("Oslo", "Bergen", "Rome", "Paris", "Kyiv", "Lima", "Delhi", "Tokyo")
FIRMS = ("Acme", "Brisk", "Corax", "Dyna", "Ember")

STAFF = Schema(
    name="staff",
    entities=tuple(EntityType(name=name) for name in ("person", "place", "firm")),
    relations=(RelationType(name="works_for", head=("person",), tail=("firm",)),),
)

Folder = Callable[..., Path]


def entity(text: str, word: str, type_: str) -> Claim:
    at = text.index(word)
    mention = Mention(word, type=type_, span=Span(at, at + len(word)), level="exact")
    return Claim("entity", type_, (Argument("mention", mention),), document_id="", unit_id="")


def relation(head: Claim, type_: str, tail: Claim) -> Claim:
    ends = (
        Argument("head", head.arguments[0].mention),
        Argument("tail", tail.arguments[0].mention),
    )
    return Claim("relation", type_, ends, document_id="", unit_id="")


def place(claim: Claim) -> Span:
    """Return where an entity stands."""
    span = claim.arguments[0].mention.span
    assert span
    return span


def finished(folder: Path, document: Document, claims: Sequence[Claim]) -> Path:
    """Write a run over one document that found `claims`, and return its folder."""
    folder.mkdir()
    unit = Unit(Chunk(document.id, document.text, span=Span(0, len(document.text)), index=0))
    said = tuple(replace(c, document_id=document.id, verdict="sound") for c in claims)
    with RunStore(folder / RUN_FILE) as store:
        store.begin({"schema": schema_to_yaml(STAFF), "model": "none", "recipe": "staged"}, "same")
        store.add(0, document, [unit])
        store.save(Result(unit=unit, outcome=Outcome("done"), claims=said, turns=()))
        store.end()
    return folder


def claim_in(run: Path, number: int) -> Claim:
    """Return a claim of a run that `finished` wrote."""
    return Extraction.open(run).results[0].claims[number]


def passages(stem: str, count: int) -> Iterator[Labelled]:
    """Yield passages no two of which are nearly the same; each third has nothing in it."""
    for i in range(count):
        name, place = NAMES[i % len(NAMES)], PLACES[i % len(PLACES)]
        firm = FIRMS[i % len(FIRMS)]
        text = f"{stem} {i}: {name} left {place} {i} times for {firm} in spring {stem}{i}."
        who = entity(text, f" {name}"[1:], "person")
        at, works = entity(text, place, "place"), entity(text, firm, "firm")
        claims = () if i % 3 == 2 else (who, at, works, relation(who, "works_for", works))
        yield Labelled(f"{stem}{i}", text, claims)


META = {
    "licence": "MIT",
    "paper": "Somebody 2020",
    "redistribution": "allowed",
    "entity_types": [
        {"type": "person", "description": "A named human."},
        {"type": "place", "description": "Somewhere with a name."},
        {"type": "firm", "description": "A company."},
        {"type": "ship", "description": "What sails."},
    ],
    "relation_types": [{"type": "works_for", "description": "Head is paid by tail."}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return a function that writes a labelled set and returns its folder."""

    def folder(
        name: str,
        train: Sequence[Labelled] | None = None,
        dev: Sequence[Labelled] = (),
        **meta: object,
    ) -> Path:
        where = tmp_path / "sets" / name
        where.mkdir(parents=True)
        write_labelled(where / "train.jsonl", list(passages(name, 40)) if train is None else train)
        write_labelled(where / "dev.jsonl", dev)
        (where / "meta.json").write_text(json.dumps({"name": name, **META, **meta}))
        return where

    return folder
