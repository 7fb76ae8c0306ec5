"""Asks a model about the doubts that rules leave about a run's things, and keeps what it says.

Rules have joined what is sure and left the rest apart. Pairs of things that are alike all the same
are put in batches, each with the sentences that name it; a pronoun or a description that may mean
several things is put with what stands before it. The links that come of it stay in the run,
where people outrank them and can take each of them back; the graph is built of them without asking
again.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, Unpack

from questgraph.agents.concurrency import together
from questgraph.agents.converse import about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.extraction import Extraction, run_file
from questgraph.agents.extractor import as_before
from questgraph.agents.options import Options, look_up
from questgraph.agents.review.links import StoredLinks
from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.store import RunStore
from questgraph.agents.state import Problem
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.resolution import lineages
from questgraph.graphs.resolution.alike import Near, doubtful_links
from questgraph.graphs.resolution.anaphora import Doubt, antecedents
from questgraph.graphs.resolution.links import Link, Thing
from questgraph.graphs.resolution.things import things_of
from questgraph.retrieval.embedders import open_embedder
from questgraph.retrieval.neighbours import neighbours
from questgraph.tools.codecs.base import Codec
from questgraph.tools.codecs.choice import NONE, Choice
from questgraph.tools.codecs.picks import Picks
from questgraph.tools.database import open_database
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import Document, Usage
from questgraph.tools.schema import Schema
from questgraph.tools.settings import Settings

T = TypeVar("T")

TOGETHER = 5
"""Pairs in one question: a small model loses the thread of more."""

LONGEST = 240
"""Characters of what is shown of a text for one name."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What came of the doubts."""

    links: tuple[Link, ...]
    """What was answered: one for each pair, and for each candidate of a pronoun."""

    problems: tuple[Problem, ...]
    """Questions without a usable answer: what they are about stays apart."""

    left: int
    """Doubts that were not asked about, for want of a larger `limit`."""

    usage: Usage


async def aresolve(
    folder: Path | str, *, limit: int | None = None, **options: Unpack[Options]
) -> Resolution:
    """Ask about the doubts of a run, the likeliest pairs first, and keep the answers in it.

    Args:
        folder: The run folder.
        limit: How many doubts to ask about at most.
        options: What is to be otherwise than in the run: the model, the budget.

    Raises:
        ConfigError: When the options are wrong; nothing was asked then.
        RunError: When there is no run in the folder.
    """
    file = run_file(folder)
    settings = options.get("settings") or Settings.read()
    with open_database(file) as database:
        store = RunStore(database)
        found = look_up({**as_before(store), "bank": None, "proposer": None, **options})
        extraction = Extraction(store, Path(folder), database)
        near = partial(neighbours, embedder=open_embedder(settings.embedder, settings))
        async with found.open(database) as engine:
            resolution = await answered(
                engine,
                extraction.base,
                extraction.documents,
                extraction.schema,
                near=near,
                limit=limit,
            )
        StoredLinks(database).replace(resolution.links)
    return resolution


def resolve(
    folder: Path | str, *, limit: int | None = None, **options: Unpack[Options]
) -> Resolution:
    """Do what `aresolve` does, for scripts that have no event loop.

    Raises:
        ConfigError: When the options are wrong; nothing was asked then.
        RunError: When there is no run in the folder.
    """
    return asyncio.run(aresolve(folder, limit=limit, **options))


async def answered(
    engine: Engine,
    base: KnowledgeGraph,
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    near: Near,
    limit: int | None = None,
) -> Resolution:
    """Ask about the doubts of a graph in which no thing is merged into another one.

    Args:
        engine: Whom to ask.
        base: The graph.
        documents: The texts by id.
        schema: Says which types agree.
        near: Finds names of alike meaning.
        limit: How many doubts to ask about at most.
    """
    things, lineage = things_of(base), lineages(schema)
    # Embedding and comparing take seconds, in which others could be answered.
    doubts = await asyncio.to_thread(doubtful_links, things, lineage, near=near)
    _, unclear = antecedents(things, documents, schema, lineage)
    said = unclear[:limit]
    asked = doubts[: None if limit is None else limit - len(said)]
    batches = [asked[i : i + TOGETHER] for i in range(0, len(asked), TOGETHER)]
    answers = await together(
        (
            *(_ask_whom(engine, doubt, documents) for doubt in said),
            *(_ask_pairs(engine, base, batch) for batch in batches),
        )
    )
    return Resolution(
        tuple(link for answer in answers for link in answer.links),
        tuple(answer.problem for answer in answers if answer.problem),
        len(unclear) + len(doubts) - len(said) - len(asked),
        sum((answer.usage for answer in answers), Usage()),
    )


@dataclass(frozen=True, slots=True)
class _Answered:
    links: tuple[Link, ...]
    problem: Problem | None
    usage: Usage


async def _ask_pairs(engine: Engine, base: KnowledgeGraph, doubts: Sequence[Link]) -> _Answered:
    """Put some pairs in one question."""
    codec = Picks(len(doubts))
    text = render("same.v1", pairs=[_shown(base, doubt) for doubt in doubts], how=codec.instruct())

    def links(picked: frozenset[int]) -> Iterator[Link]:
        for i, doubt in enumerate(doubts):
            reason = f"the model, asked: {doubt.reason}"
            yield doubt._replace(same=i in picked, by="model", reason=reason)

    return await _put(engine, text, codec, links, max_tokens=64)


async def _ask_whom(engine: Engine, doubt: Doubt, documents: Mapping[str, Document]) -> _Answered:
    """Ask what a pronoun or a description means."""
    names = [thing.names[0] for thing in doubt.candidates]
    codec = Choice((*names, NONE))
    text = documents[doubt.document].text[slice(*doubt.passage)]
    name = doubt.thing.names[0]
    question = render(
        "antecedent.v1",
        fenced=fenced(text),
        name=json.dumps(name, ensure_ascii=False),
        options=codec.lines,
        how=codec.instruct(),
    )

    def links(chosen: int) -> Iterator[Link]:
        for i, thing in enumerate(doubt.candidates):
            yield Link(doubt.thing.id, thing.id, i == chosen, _meaning(name, thing), "model")

    return await _put(engine, question, codec, links, max_tokens=16)


async def _put(
    engine: Engine,
    text: str,
    codec: Codec[T],
    links: Callable[[T], Iterable[Link]],
    *,
    max_tokens: int,
) -> _Answered:
    """Ask a question by itself; return the links that its answer makes."""
    answer = await converse(
        engine.gateway,
        [Message("user", text)],
        about(codec, (), text, max_tokens=max_tokens),
        stage="resolve",
    )
    usage = sum((turn.usage for turn in answer.turns), Usage())
    if answer.problem or answer.value is None:
        return _Answered((), answer.problem, usage)
    return _Answered(tuple(links(answer.value)), None, usage)


def _meaning(name: str, thing: Thing) -> str:
    return f"the model, asked whether {name!r} means {thing.names[0]!r}"


def _shown(base: KnowledgeGraph, doubt: Link) -> dict[str, str]:
    one, other = base.nodes[doubt.one], base.nodes[doubt.other]
    return {
        "type": one["type"],
        "one": json.dumps(one["name"], ensure_ascii=False),
        "one_says": json.dumps(_words(one), ensure_ascii=False),
        "other": json.dumps(other["name"], ensure_ascii=False),
        "other_says": json.dumps(_words(other), ensure_ascii=False),
    }


def _words(node: dict[str, Any]) -> str:
    """Return the sentence that first names a thing, cut around the name where it is long."""
    first = node["support"][0]
    quote, start = first["quote"], first["mentions"][0]["start"] - first["start"]
    cut = max(0, min(start - LONGEST // 2, len(quote) - LONGEST))
    return " ".join(quote[cut : cut + LONGEST].split())
