"""The public face: material in, a folder with a labelled set out.

Each function takes the options of `extract`, asks through the ledger in the folder, so that the
same call continues what was stopped, and returns the summary that it leaves there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Unpack

from questgraph.agents.options import Options, look_up
from questgraph.agents.options import plan as look_up_plan
from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.interrupts import interruptible
from questgraph.agents.runs.progress import Progress
from questgraph.agents.synthesis import annotate as annotating
from questgraph.agents.synthesis import entda as editing
from questgraph.agents.synthesis import retrieve as finding
from questgraph.agents.synthesis import star as structuring
from questgraph.agents.synthesis import synthie as verbalising
from questgraph.agents.synthesis.acquisition import acquisitions
from questgraph.agents.synthesis.answers import Lists
from questgraph.agents.synthesis.attributes import attributes
from questgraph.agents.synthesis.chats import chats, write_chats
from questgraph.agents.synthesis.harvest import Dropped, Harvest
from questgraph.agents.synthesis.output import CALLS, Summary, write
from questgraph.agents.synthesis.sources import Source
from questgraph.agents.synthesis.writing import Writer
from questgraph.retrieval.embedders import open_embedder
from questgraph.tools.database import open_database
from questgraph.tools.documents import Inputs, load
from questgraph.tools.errors import DocumentError
from questgraph.tools.records import Document
from questgraph.tools.settings import Settings

Make = Callable[[Engine], Awaitable[Harvest]]


def annotate(
    inputs: Inputs,
    out: Path,
    *,
    limit: int = 100,
    per_round: int = 20,
    acquire: str = "entropy",
    seed: int = 0,
    **options: Unpack[Options],
) -> Summary:
    """Have a recipe annotate the passages of documents that teach the most (LLMaAA).

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
    """
    _ = acquisitions[acquire]
    settings = options.get("settings") or Settings.read()
    embedder = open_embedder(settings.embedder, settings)
    documents, unreadable = _documents(inputs)

    async def make(engine: Engine) -> Harvest:
        found = await annotating.annotate(
            engine,
            documents,
            embedder,
            budget=limit,
            per_round=per_round,
            acquire=acquire,
            seed=seed,
        )
        return unreadable + found

    return _synthesize(make, out, {"strategy": f"annotate, {acquire}", "seed": seed}, options)


def retrieve(
    source: Path,
    inputs: Inputs,
    out: Path,
    *,
    limit: int | None = None,
    window: int = 1,
    each: int = 5,
    **options: Unpack[Options],
) -> Summary:
    """Find passages of documents that say the triples of a source.

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
    """
    options = _with_schema(source, options)
    triples = Source(source).triples(look_up_plan(options).schema)
    documents, unreadable = _documents(inputs)

    async def make(engine: Engine) -> Harvest:
        writer = Writer.of(engine)
        found = await finding.retrieve(
            writer, triples, documents, limit=limit, window=window, each=each
        )
        return unreadable + found

    return _synthesize(make, out, {"strategy": "retrieve", "triples": len(triples)}, options)


def synthie(
    source: Path,
    out: Path,
    *,
    limit: int = 100,
    longest: int = 3,
    seed: int = 0,
    diverse: bool = False,
    **options: Unpack[Options],
) -> Summary:
    """Write passages for sets of triples of a source (SynthIE).

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
    """
    options = _with_schema(source, options)
    triples = Source(source).triples(look_up_plan(options).schema)

    def write_all(writer: Writer, dimensions: Lists) -> Awaitable[Harvest]:
        return verbalising.synthie(
            writer, triples, count=limit, longest=longest, seed=seed, dimensions=dimensions
        )

    return _written(write_all, out, "synthie", options, seed=seed, diverse=diverse)


def star(
    out: Path,
    *,
    limit: int = 100,
    rounds: int = 2,
    seed: int = 0,
    diverse: bool = False,
    **options: Unpack[Options],
) -> Summary:
    """Write passages about events and relations of the schema, structure first (STAR).

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
    """

    def write_all(writer: Writer, dimensions: Lists) -> Awaitable[Harvest]:
        return structuring.star(
            writer, count=limit, rounds=rounds, seed=seed, dimensions=dimensions
        )

    return _written(write_all, out, "star", options, seed=seed, diverse=diverse)


def entda(
    source: Path,
    out: Path,
    *,
    limit: int = 100,
    operations: Sequence[str] = (),
    seed: int = 0,
    diverse: bool = False,
    **options: Unpack[Options],
) -> Summary:
    """Write passages for edited entity lists of a labelled set (EnTDA).

    Raises:
        ConfigError: When the call is wrong; nothing was asked then.
    """
    options = _with_schema(source, options)
    passages = Source(source).passages(look_up_plan(options).schema)
    for operation in operations:
        _ = editing.edits[operation]

    def write_all(writer: Writer, dimensions: Lists) -> Awaitable[Harvest]:
        return editing.entda(
            writer, passages, count=limit, operations=operations, seed=seed, dimensions=dimensions
        )

    return _written(write_all, out, "entda", options, seed=seed, diverse=diverse)


def export(source: Path, out: Path, *, limit: int | None = None, **options: Unpack[Options]) -> int:
    """Write labelled passages as the dialogues of a recipe, for fine-tuning; return how many.

    Raises:
        ConfigError: When the call is wrong.
    """
    plan = look_up_plan(_with_schema(source, options))
    passages = Source(source).passages(plan.schema)
    return write_chats(out, chats(plan, passages[:limit]))


def _written(
    write_all: Callable[[Writer, Lists], Awaitable[Harvest]],
    out: Path,
    strategy: str,
    options: Options,
    *,
    seed: int,
    diverse: bool,
) -> Summary:
    """Have passages written, in ways that the model names first where they are to be diverse."""

    async def make(engine: Engine) -> Harvest:
        writer = Writer.of(engine)
        return await write_all(writer, await attributes(writer) if diverse else {})

    return _synthesize(make, out, {"strategy": strategy, "seed": seed}, options)


def _synthesize(make: Make, out: Path, made: dict[str, object], options: Options) -> Summary:
    """Open the engine, make a harvest, and write it.

    Ctrl-C once finishes what is at the endpoint and writes what there is; twice stops at once.
    """
    found = look_up(options)
    out.mkdir(parents=True, exist_ok=True)

    async def main() -> tuple[Harvest, dict[str, object]]:
        with open_database(out / CALLS) as database, interruptible() as watch:
            async with found.open(database) as engine:
                watch(Progress(gateway=engine.gateway))
                harvest = await make(engine)
                spending = await engine.gateway.ledger.spending()
                told = {"model": found.model.name, "spent": asdict(spending.total)}
                return harvest, made | told

    harvest, told = asyncio.run(main())
    return write(out, harvest, found.plan.schema, told)


def _with_schema(source: Path, options: Options) -> Options:
    """Return options with the schema that the source brings along, where none is given."""
    if options.get("schema") is not None:
        return options
    return {**options, "schema": Source(source).schema()}


def _documents(inputs: Inputs) -> tuple[list[Document], Harvest]:
    """Return the documents that `inputs` hold, and what was none of them as dropped."""
    documents: list[Document] = []
    unreadable: list[Dropped] = []
    for found in load(inputs):
        if isinstance(found, DocumentError):
            unreadable.append(Dropped(found.source, "no document", found.problem))
        else:
            documents.append(found)
    return documents, Harvest(tuple(unreadable))
