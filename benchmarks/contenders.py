"""Who is measured, and what each of them does.

Imports are inside: a contender's libraries are in its own environment, and are not to be paid for
by the others.
"""

import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from asking import Ask, Open, each
from peers import kg_gen, langchain, langextract, neo4j_graphrag
from task import ENTITIES, FACTS, RELATIONS, SIGNATURES

Keep = Literal["nothing", "calls", "exports"]
"""What questgraph leaves on disk: the calls and what was found, or the graph's page as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """Somebody who is measured."""

    does: str
    """What is done for each passage, in a few words for the table."""

    open: Open
    peer: bool = False
    """Whether it lives in the peers' environment."""


@asynccontextmanager
async def aiohttp(width: int) -> AsyncIterator[Ask]:
    """The HTTP client alone: what any Python client on asyncio pays."""
    from aiohttp import ClientSession, TCPConnector

    url = f"{os.environ['OPENAI_BASE_URL']}/chat/completions"
    async with ClientSession(connector=TCPConnector(limit=width)) as session:

        async def one(passage: str) -> None:
            async with session.post(url, json={"model": "instant", **question(passage)}) as reply:
                await reply.json()

        async def ask(texts: Sequence[str]) -> int:
            await each(one, texts, width)
            return FACTS

        yield ask


@asynccontextmanager
async def bare(width: int, *, on_aiohttp: bool) -> AsyncIterator[Ask]:
    """The SDK alone: sends and receives, reads nothing. On aiohttp it is the floor."""
    import openai

    transport = openai.DefaultAioHttpClient() if on_aiohttp else None
    async with openai.AsyncOpenAI(http_client=transport) as client:

        async def one(passage: str) -> None:
            await client.chat.completions.create(model="instant", **question(passage))  # type: ignore[call-overload]  # plain data in place of its types

        async def ask(texts: Sequence[str]) -> int:
            await each(one, texts, width)
            return FACTS

        yield ask


@asynccontextmanager
async def questgraph_path(width: int, recipe: str, keep: Keep = "nothing") -> AsyncIterator[Ask]:
    """Questgraph from documents to claims that are grounded and checked."""
    import questgraph
    from questgraph.agents.extraction import PAGE
    from questgraph.agents.runs.progress import Progress
    from questgraph.tools.gateway.limits import Limits

    relations = {name: {"head": head, "tail": tail} for name, (head, tail) in SIGNATURES.items()}
    schema = questgraph.load_schema({"entities": list(ENTITIES), "relations": relations})

    async def ask(texts: Sequence[str]) -> int:
        seen: list[Progress] = []
        with tempfile.TemporaryDirectory() as folder:
            extraction = await questgraph.aextract(
                [questgraph.Document(f"{i:06d}", text) for i, text in enumerate(texts)],
                out=None if keep == "nothing" else folder,
                on_progress=seen.append,
                schema=schema,
                recipe=recipe,
                model="openai:instant",
                bank=None,
                limits=Limits(concurrency=width),
            )
            if keep == "exports" and not (Path(folder) / PAGE).exists():
                extraction.write(folder)
            extraction.close()
        return seen[-1].claims // len(texts)

    yield ask


def question(passage: str) -> dict[str, object]:
    """Return what the bare clients ask about a passage."""
    types = ", ".join([*ENTITIES, *RELATIONS])
    return {
        "messages": [
            {"role": "system", "content": f"Answer with JSON. Types: {types}."},
            {"role": "user", "content": passage},
        ]
    }


CONTENDERS = {
    "aiohttp": Contender(does="HTTP alone", open=aiohttp),
    "openai-aiohttp": Contender(
        does="the SDK alone, on aiohttp", open=partial(bare, on_aiohttp=True)
    ),
    "openai": Contender(does="the SDK alone, as it comes", open=partial(bare, on_aiohttp=False)),
    "neo4j-graphrag": Contender(does="extractor: prompt, parse", open=neo4j_graphrag, peer=True),
    "langchain": Contender(
        does="LLMGraphTransformer: prompt, structured output", open=langchain, peer=True
    ),
    "langextract": Contender(
        does="prompt, parse, align with the text", open=langextract, peer=True
    ),
    "kg-gen": Contender(
        does="entities, then relations: prompt, parse; no spans", open=kg_gen, peer=True
    ),
    "questgraph-oneshot": Contender(
        does="one question: prompt, parse, ground, check the schema",
        open=partial(questgraph_path, recipe="oneshot"),
    ),
    "questgraph-oneshot-kept": Contender(
        does="one question, everything kept on disk",
        open=partial(questgraph_path, recipe="oneshot", keep="calls"),
    ),
    "questgraph-multi-turn": Contender(
        does="dialogue: prompt, parse, ground, vote, verify, ask for more",
        open=partial(questgraph_path, recipe="multi-turn"),
    ),
    "questgraph-multi-turn-kept": Contender(
        does="dialogue, everything kept on disk",
        open=partial(questgraph_path, recipe="multi-turn", keep="calls"),
    ),
    "questgraph-run": Contender(
        does="the same, with the graph, its page and exports",
        open=partial(questgraph_path, recipe="multi-turn", keep="exports"),
    ),
}
