"""One contender of the overhead benchmark, in a process and an environment of its own.

    OPENAI_BASE_URL=http://…/openai/v1 OPENAI_API_KEY=none python overhead_contenders.py openai 300

Every contender is set up as its documentation shows it, except that it may have `WIDTH` calls in
flight, and gets the same passages. Prints the processor time of the part after the warm-up.
"""

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from overhead_task import ENTITIES, FACTS, PASSAGE, RELATIONS, SIGNATURES, passages

WIDTH = 32
WARM_UP = 64
PACKAGES = (
    "questgraph",
    "openai",
    "langchain-experimental",
    "langchain-openai",
    "langextract",
    "neo4j-graphrag",
)

Ask = Callable[[Sequence[str]], Awaitable[int]]
"""Puts passages to the endpoint; returns how many facts came out of each."""


@asynccontextmanager
async def bare(*, aiohttp: bool) -> AsyncIterator[Ask]:
    """The SDK alone: sends and receives, reads nothing. On aiohttp it is the floor."""
    import openai

    types = ", ".join([*ENTITIES, *RELATIONS])
    transport = openai.DefaultAioHttpClient() if aiohttp else None

    async with openai.AsyncOpenAI(http_client=transport) as client:

        async def one(passage: str) -> None:
            await client.chat.completions.create(
                model="instant",
                messages=[
                    {"role": "system", "content": f"Answer with JSON. Types: {types}."},
                    {"role": "user", "content": passage},
                ],
            )

        async def ask(texts: Sequence[str]) -> int:
            await _each(one, texts)
            return FACTS

        yield ask


@asynccontextmanager
async def langchain() -> AsyncIterator[Ask]:
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
        return min(await _each(one, texts))

    yield ask


@asynccontextmanager
async def neo4j_graphrag() -> AsyncIterator[Ask]:
    """The extractor of neo4j-graphrag, as its pipeline for knowledge graphs uses it."""
    from neo4j_graphrag.components.entity_relation_extractor import LLMEntityRelationExtractor
    from neo4j_graphrag.components.schema import GraphSchema
    from neo4j_graphrag.components.types import TextChunk, TextChunks
    from neo4j_graphrag.llm import OpenAILLM

    json_object = {"temperature": 0, "response_format": {"type": "json_object"}}
    extractor = LLMEntityRelationExtractor(
        OpenAILLM("instant", model_params=json_object),
        create_lexical_graph=False,
        max_concurrency=WIDTH,
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
async def langextract() -> AsyncIterator[Ask]:
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
            batch_length=WIDTH,
            max_workers=WIDTH,
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
async def questgraph_path(recipe: str, *, keep: bool = False) -> AsyncIterator[Ask]:
    """Questgraph from documents to claims that are grounded and checked.

    With `keep` also a run folder: every call stored on disk, the graph, its page and exports.
    """
    import questgraph
    from questgraph.tools.gateway.limits import Limits

    relations = {name: {"head": head, "tail": tail} for name, (head, tail) in SIGNATURES.items()}
    schema = questgraph.load_schema({"entities": list(ENTITIES), "relations": relations})

    async def ask(texts: Sequence[str]) -> int:
        with tempfile.TemporaryDirectory() as folder:
            extraction = await questgraph.aextract(
                [questgraph.Document(f"{i:06d}", text) for i, text in enumerate(texts)],
                out=folder if keep else None,
                schema=schema,
                recipe=recipe,
                model="openai:instant",
                bank=None,
                limits=Limits(concurrency=WIDTH),
            )
            admitted = [sum(c.admitted for c in result.claims) for result in extraction.results]
            extraction.close()
        return min(admitted)

    yield ask


async def _each(one: Callable[[str], Awaitable], texts: Sequence[str]) -> list:
    """Put all texts to `one`, `WIDTH` at a time."""
    room = asyncio.Semaphore(WIDTH)

    async def in_turn(text: str) -> object:
        async with room:
            return await one(text)

    return await asyncio.gather(*map(in_turn, texts))


CONTENDERS: dict[str, Callable[[], AbstractAsyncContextManager[Ask]]] = {
    "openai": partial(bare, aiohttp=False),
    "openai-aiohttp": partial(bare, aiohttp=True),
    "langchain": langchain,
    "neo4j-graphrag": neo4j_graphrag,
    "langextract": langextract,
    "questgraph-oneshot": partial(questgraph_path, "oneshot"),
    "questgraph-staged": partial(questgraph_path, "staged"),
    "questgraph-run": partial(questgraph_path, "staged", keep=True),
}


async def measure(name: str, count: int) -> dict[str, object]:
    """Return what it took to put `count` passages to the endpoint."""
    async with CONTENDERS[name]() as ask:
        await ask(passages(0, WARM_UP))
        texts, before = passages(WARM_UP, count), calls()
        wall, processor = time.perf_counter(), time.process_time()
        found = await ask(texts)
        processor, wall = time.process_time() - processor, time.perf_counter() - wall
    if found < FACTS:
        raise SystemExit(f"{name} read {found} of {FACTS} facts: its answer is not in its form")
    return {
        "passages": count,
        "calls": calls() - before,
        "processor_seconds": round(processor, 4),
        "wall_seconds": round(wall, 4),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "versions": versions(),
    }


def calls() -> int:
    """Return how many calls the endpoint got from this contender."""
    url = os.environ["OPENAI_BASE_URL"].replace("/v1", "/calls")
    with urllib.request.urlopen(url) as answer:
        return int(answer.read())


def versions() -> dict[str, str]:
    """Return the versions of those packages that are installed here."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(asyncio.run(measure(sys.argv[1], int(sys.argv[2])))))
