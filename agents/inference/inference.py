"""Documents in, a draft of a schema out: extract, define, canonicalise.

Zhang and Soh 2024, "Extract, Define, Canonicalize: An LLM-based Framework for Knowledge Graph
Construction" (EDC), and Bai et al. 2025, "AutoSchemaKG". The model states facts in words of its
own, defines each word that it used for a type or relation, and phrases whose definitions are alike
become one type, where the model says that they mean the same.

Differences: definitions are asked for once for each phrase and not once for each passage; a phrase
is compared with those that are used more, so the result does not depend on the order of the
documents; a fact whose names do not stand in the passage counts for nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict, TypeVar, Unpack

from questgraph.agents.converse import Answer
from questgraph.agents.inference.answers import Statement
from questgraph.agents.inference.asking import Asker
from questgraph.agents.inference.draft import Draft, draft
from questgraph.agents.inference.drafts import check_replaceable, write_draft
from questgraph.agents.inference.merging import near, roots
from questgraph.agents.inference.phrases import Phrase, PhraseKind, phrases_in
from questgraph.agents.options import Options, look_up
from questgraph.agents.runs.interrupts import interruptible
from questgraph.agents.runs.progress import Progress
from questgraph.agents.state import Problem
from questgraph.agents.synthesis.harvest import in_order, width
from questgraph.retrieval.embedders import Embedder, open_embedder
from questgraph.tools.chunking import split
from questgraph.tools.database import open_database
from questgraph.tools.documents import Inputs, load
from questgraph.tools.errors import ConfigError, DocumentError, NotAskedError
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.grounding import locate
from questgraph.tools.records import Chunk, Document, digest
from questgraph.tools.settings import Settings

TOGETHER = 8
"""Phrases that are defined in one question."""

KINDS: tuple[PhraseKind, ...] = ("entity", "relation")

T = TypeVar("T")
R = TypeVar("R")


class Summary(TypedDict):
    """What came of it."""

    complete: bool
    """Whether every passage and phrase was answered about."""

    passages: int
    statements: int
    entities: int
    relations: int
    problems: list[str]
    """What has no usable answer, and why; inputs that are no documents."""

    put_off: int
    """Questions that were not asked, since the command was stopped."""


def infer(
    inputs: Inputs, out: Path | str, *, limit: int | None = None, **options: Unpack[Options]
) -> Summary:
    """Draft a schema from documents and write it to `out`, as YAML to be edited.

    The same call goes on where it was stopped, by the ledger that lies beside `out`.

    Args:
        inputs: As `extract` takes them.
        out: The YAML file. One that was edited is not replaced.
        limit: Passages to read at most, drawn evenly from all documents.
        options: How to question, see `Options`; schema, recipe and bank do not matter.

    Raises:
        ConfigError: When the call is wrong or there is nothing to read; nothing was asked then.
    """
    out = Path(out)
    check_replaceable(out)
    found = look_up({**options, "bank": None})
    settings = options.get("settings") or Settings.read()
    documents, unreadable = _documents(inputs)
    passages = _passages(documents, found.plan.chunk_size, limit)
    if not passages:
        raise ConfigError("there is no text to infer a schema from: give documents")

    async def main() -> Procedure:
        with open_database(out.with_suffix(".calls.db")) as database, interruptible() as watch:
            async with found.open(database) as engine:
                watch(Progress(gateway=engine.gateway))
                embedder = open_embedder(settings.embedder, settings)
                procedure = Procedure(engine.gateway, embedder, list(unreadable))
                await procedure.run(passages, out.stem)
                return procedure

    out.parent.mkdir(parents=True, exist_ok=True)
    procedure = asyncio.run(main())
    drafted, summary = procedure.drafted, procedure.summary(len(passages))
    if drafted:
        write_draft(out, drafted, summary["problems"], put_off=procedure.put_off)
    return summary


@dataclass(slots=True)
class Procedure:
    """The three steps, and what is missing after each."""

    gateway: Gateway
    embedder: Embedder
    problems: list[str] = field(default_factory=list)
    put_off: int = 0
    statements: int = 0
    drafted: Draft | None = None
    """`None` when no fact was found."""

    async def run(self, passages: Sequence[Chunk], name: str) -> None:
        """Draft a schema called `name` from passages."""
        asker = Asker(self.gateway)

        async def read(passage: Chunk) -> Answer[list[Statement]]:
            return await asker.statements(passage.text)

        answers = await self._each(read, passages, [chunk.document_id for chunk in passages])
        said = [
            (chunk.document_id, statement)
            for chunk, found in zip(passages, answers, strict=True)
            for statement in found or ()
            if _stands_in(statement, chunk.text)
        ]
        self.statements = len(set(said))
        phrases = phrases_in(said)
        definitions = {kind: await self._define(asker, phrases, kind) for kind in KINDS}
        joined = {
            kind: await self._merge(asker, phrases, kind, definitions[kind]) for kind in KINDS
        }
        if phrases:
            self.drafted = draft(phrases, joined, definitions, name)

    def summary(self, passages: int) -> Summary:
        """Return what came of it."""
        schema = self.drafted.schema if self.drafted else None
        return Summary(
            complete=not self.problems and not self.put_off,
            passages=passages,
            statements=self.statements,
            entities=len(schema.entities) if schema else 0,
            relations=len(schema.relations) if schema else 0,
            problems=self.problems,
            put_off=self.put_off,
        )

    async def _define(
        self, asker: Asker, phrases: Sequence[Phrase], kind: PhraseKind
    ) -> dict[str, str]:
        """Ask what the phrases of a kind mean; one without an answer has no definition."""
        some = sorted((p for p in phrases if p.kind == kind), key=lambda p: p.form)
        batches = [some[start : start + TOGETHER] for start in range(0, len(some), TOGETHER)]
        names = [f"{batch[0].form} … {batch[-1].form}" for batch in batches]
        found: dict[str, str] = {}
        for each in await self._each(asker.definitions, batches, names):
            found |= each or {}
        return found

    async def _merge(
        self,
        asker: Asker,
        phrases: Sequence[Phrase],
        kind: PhraseKind,
        definitions: dict[str, str],
    ) -> dict[str, str]:
        """Return for each phrase of a kind the one that stands for it."""
        some = [phrase for phrase in phrases if phrase.kind == kind]
        if not some:
            return {}
        texts = [f"{phrase.form}: {definitions.get(phrase.form, '')}" for phrase in some]
        # Embedding takes its time, in which others could be answered.
        found = near(some, await asyncio.to_thread(self.embedder.embed, texts))
        joined = {each.phrase.form: each.candidates[0].form for each in found if each.sure}
        doubtful = [each for each in found if not each.sure]
        names = [each.phrase.form for each in doubtful]
        choices = await self._each(lambda each: asker.same(each, definitions), doubtful, names)
        for each, choice in zip(doubtful, choices, strict=True):
            if choice is not None and choice < len(each.candidates):
                joined[each.phrase.form] = each.candidates[choice].form
        return roots(joined, [phrase.form for phrase in some])

    async def _each(
        self, ask: Callable[[T], Awaitable[Answer[R]]], tasks: Sequence[T], names: Sequence[str]
    ) -> list[R | None]:
        """Return what was answered about each task; note what was not."""

        async def answered(task: T) -> Answer[R] | None:
            try:
                return await ask(task)
            except NotAskedError:
                return None

        answers = await in_order(answered, tasks, width=width(self.gateway))
        for name, answer in zip(names, answers, strict=True):
            if answer is None:
                self.put_off += 1
            elif answer.problem:
                self.problems.append(_told(name, answer.problem))
        return [answer.value if answer else None for answer in answers]


def _told(name: str, problem: Problem) -> str:
    return f"{problem.stage}, {name}: {problem.status}: {problem.reason}"


def _stands_in(statement: Statement, text: str) -> bool:
    return bool(locate(statement.head, text)) and bool(locate(statement.tail, text))


def _documents(inputs: Inputs) -> tuple[list[Document], list[str]]:
    documents: list[Document] = []
    unreadable: list[str] = []
    for found in load(inputs):
        if isinstance(found, DocumentError):
            unreadable.append(str(found))
        else:
            documents.append(found)
    return documents, unreadable


def _passages(documents: Sequence[Document], size: int, limit: int | None) -> list[Chunk]:
    """Return passages in an order that is by chance, but does not depend on that of documents."""
    chunks = [chunk for each in documents for chunk in split(each, size=size, overlap=0)]
    order = {chunk: digest(chunk.document_id, chunk.text, str(chunk.index)) for chunk in chunks}
    return sorted(chunks, key=lambda chunk: order[chunk])[:limit]
