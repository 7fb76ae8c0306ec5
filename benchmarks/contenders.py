"""Who is measured: each contender as its own documentation sets it up, `width` calls in flight.

Imports are inside: a contender's libraries are in its own environment, and are not to be paid for
by the others.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from task import ENTITIES, FACTS, PASSAGE, RELATIONS, SIGNATURES

Ask = Callable[[Sequence[str]], Awaitable[int]]
"""Puts passages to the endpoint; returns how many facts came out of each."""

Open = Callable[[int], AbstractAsyncContextManager[Ask]]
"""Sets a contender up for so many calls in flight."""

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
async def langchain(width: int) -> AsyncIterator[Ask]:
    """LangChain's `LLMGraphTransformer`, with the types and signatures it allows."""
    from langchain_core.documents import Document
    from langchain_experimental.graph_transformers import LLMGraphTransformer
    from langchain_openai import ChatOpenAI

    transformer = LLMGraphTransformer(
        ChatOpenAI(model="instant", temperature=0),
        allowed_nodes=list(ENTITIES),
        allowed_relationships=[(head, name, tail) for name, (head, tail) in SIGNATURES.items()],
    )

    async def one(passage: str) -> int:
        [graph] = await transformer.aconvert_to_graph_documents([Document(page_content=passage)])
        return len(graph.nodes) + len(graph.relationships)

    async def ask(texts: Sequence[str]) -> int:
        return min(await each(one, texts, width))

    yield ask


@asynccontextmanager
async def neo4j_graphrag(width: int) -> AsyncIterator[Ask]:
    """The extractor of neo4j-graphrag, as its pipeline for knowledge graphs uses it."""
    from neo4j_graphrag.components.entity_relation_extractor import LLMEntityRelationExtractor
    from neo4j_graphrag.components.schema import GraphSchema
    from neo4j_graphrag.components.types import TextChunk, TextChunks
    from neo4j_graphrag.llm import OpenAILLM

    json_object = {"temperature": 0, "response_format": {"type": "json_object"}}
    extractor = LLMEntityRelationExtractor(
        OpenAILLM("instant", model_params=json_object),
        create_lexical_graph=False,
        max_concurrency=width,
    )
    schema = GraphSchema(
        node_types=list(ENTITIES),
        relationship_types=list(RELATIONS),
        patterns=[(head, name, tail) for name, (head, tail) in SIGNATURES.items()],
    )

    async def ask(texts: Sequence[str]) -> int:
        chunks = [TextChunk(text=text, index=index) for index, text in enumerate(texts)]
        graph = await extractor.run(TextChunks(chunks=chunks), schema=schema)
        return (len(graph.nodes) + len(graph.relationships)) // len(texts)

    yield ask


@asynccontextmanager
async def langextract(width: int) -> AsyncIterator[Ask]:
    """Langextract with its OpenAI provider and one example; it aligns each answer with the text."""
    import langextract as lx

    found = lx.data.Extraction
    example = lx.data.ExampleData(
        text="Ann Lee has worked for Acme in Oslo since 1999.",
        extractions=[
            found("person", "Ann Lee"),
            found("works_for", "has worked for Acme", attributes={"head": "Ann Lee"}),
            found("organization", "Acme"),
            found("place", "Oslo"),
            found("date", "1999"),
        ],
    )

    def extract(texts: Sequence[str]) -> int:
        documents = lx.extract(
            [lx.data.Document(text) for text in texts],
            prompt_description=f"Extract {', '.join([*ENTITIES, *RELATIONS])}.",
            examples=[example],
            model_id="gpt-4o-mini",  # chooses the provider
            api_key=os.environ["OPENAI_API_KEY"],
            language_model_params={"base_url": os.environ["OPENAI_BASE_URL"]},
            max_char_buffer=2 * len(PASSAGE),
            batch_length=width,
            max_workers=width,
            show_progress=False,
        )
        return min(
            sum(found.char_interval is not None for found in document.extractions)
            for document in documents
        )

    async def ask(texts: Sequence[str]) -> int:
        return await asyncio.to_thread(extract, texts)

    yield ask


@asynccontextmanager
async def kg_gen(width: int) -> AsyncIterator[Ask]:
    """`KGGen` in a pool of threads: its own, for the chunks of one text, has no width to set."""
    with tempfile.TemporaryDirectory() as cache, ThreadPoolExecutor(width) as pool:
        # A cache of its own, or every round after the first would be answered from it.
        os.environ["DSPY_CACHEDIR"] = cache
        os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
        from kg_gen import KGGen

        generator = KGGen(
            model="openai/instant",
            api_key=os.environ["OPENAI_API_KEY"],
            api_base=os.environ["OPENAI_BASE_URL"],
        )

        def one(passage: str) -> int:
            graph = generator.generate(passage)
            return len(graph.entities) + len(graph.relations)

        async def ask(texts: Sequence[str]) -> int:
            loop = asyncio.get_running_loop()
            found = [loop.run_in_executor(pool, one, text) for text in texts]
            return min(await asyncio.gather(*found))

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


async def each(one: Callable[[str], Awaitable], texts: Sequence[str], width: int) -> list:
    """Put all texts to `one`, `width` at a time."""
    room = asyncio.Semaphore(width)

    async def in_turn(text: str) -> object:
        async with room:
            return await one(text)

    return await asyncio.gather(*map(in_turn, texts))


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
    "questgraph-staged": Contender(
        does="dialogue: prompt, parse, ground, vote, verify, ask for more",
        open=partial(questgraph_path, recipe="staged"),
    ),
    "questgraph-staged-kept": Contender(
        does="dialogue, everything kept on disk",
        open=partial(questgraph_path, recipe="staged", keep="calls"),
    ),
    "questgraph-run": Contender(
        does="the same, with the graph, its page and exports",
        open=partial(questgraph_path, recipe="staged", keep="exports"),
    ),
}
