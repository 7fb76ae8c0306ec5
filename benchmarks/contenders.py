"""One contender of `overhead.py`: questions passages and prints the processor seconds it took.

python contenders.py NAME PASSAGES
"""

import asyncio
import logging
import os
import sys
import time
import warnings

IN_FLIGHT = 32
TEXT = (
    "In {year} Acme named Ann Lee its head of research. Ann Lee works for Acme since May. "
    "The company makes tools for people who read a lot, and the board was pleased with her."
)


def passages(number: int) -> list[str]:
    """Return passages that differ, so that no cache serves them."""
    return [TEXT.format(year=1900 + i) for i in range(number)]


async def questgraph(recipe: str, texts: list[str]) -> float:
    """Question the passages by the whole path: machine, gateway, ledger on disk, grounding."""
    from questgraph.agents.options import engine
    from questgraph.agents.runs.run import run
    from questgraph.agents.runs.store import RunStore
    from questgraph.tools.models.openai import OpenAIModel
    from questgraph.tools.records import Document

    url = os.environ["OPENAI_BASE_URL"]
    model = OpenAIModel("test", base_url=url, api_key="none", slots=IN_FLIGHT)
    documents = [Document(str(i), text) for i, text in enumerate(texts)]
    with RunStore("run.db") as store:
        async with engine({"model": model, "recipe": recipe, "bank": None}, "run.db") as opened:
            store.begin(opened.facts())
            await opened.read(Document("warm up", TEXT))
            begun = time.process_time()
            async for result in run(opened, documents, store):
                assert result.outcome.status == "done", result.outcome
            return time.process_time() - begun


async def sdk(texts: list[str], client: object = None) -> float:
    """Ask for each passage in a bare loop, 32 at once."""
    from openai import AsyncOpenAI

    gate = asyncio.Semaphore(IN_FLIGHT)
    async with AsyncOpenAI(max_retries=0, http_client=client) as openai:

        async def ask(text: str) -> None:
            async with gate:
                prompt = f"Which of the types occur? {text}"
                messages = [{"role": "user", "content": prompt}]
                await openai.chat.completions.create(model="test", messages=messages)

        await ask("warm up")
        begun = time.process_time()
        await asyncio.gather(*map(ask, texts * 4))
        return time.process_time() - begun


async def langchain_transformer(texts: list[str]) -> float:
    """LangChain's graph transformer; its own asynchronous path has no limit, so 32 at a time."""
    from langchain_core.documents import Document
    from langchain_experimental.graph_transformers import LLMGraphTransformer
    from langchain_openai import ChatOpenAI

    transformer = LLMGraphTransformer(ChatOpenAI(model="test", max_retries=0))
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def ask(text: str) -> None:
        async with gate:
            (graph,) = await transformer.aconvert_to_graph_documents([Document(text)])
            assert graph.nodes

    await ask("warm up")
    begun = time.process_time()
    await asyncio.gather(*map(ask, texts))
    return time.process_time() - begun


async def langextract(texts: list[str]) -> float:
    """Langextract with its OpenAI provider, 32 workers."""
    import langextract as lx

    logging.disable(logging.CRITICAL)
    shown = [
        lx.data.ExampleData(
            text="Bo Ek joined Orbit.",
            extractions=[
                lx.data.Extraction(extraction_class="person", extraction_text="Bo Ek"),
                lx.data.Extraction(extraction_class="organization", extraction_text="Orbit"),
            ],
        )
    ]
    config = lx.factory.ModelConfig(
        model_id="gpt-4o",
        provider="OpenAILanguageModel",
        provider_kwargs={
            "base_url": os.environ["OPENAI_BASE_URL"],
            "api_key": "none",
            "max_workers": IN_FLIGHT,
        },
    )

    def ask(some: list[str]) -> None:
        lx.extract(
            text_or_documents=[lx.data.Document(text=text) for text in some],
            prompt_description="Extract people and organizations.",
            examples=shown,
            config=config,
            max_workers=IN_FLIGHT,
            batch_length=IN_FLIGHT,
            show_progress=False,
        )

    ask(["warm up"])
    begun = time.process_time()
    ask(texts)
    return time.process_time() - begun


async def neo4j_graphrag(texts: list[str]) -> float:
    """neo4j-graphrag's extractor, 32 at once."""
    from neo4j_graphrag.experimental.components.entity_relation_extractor import (
        LLMEntityRelationExtractor,
    )
    from neo4j_graphrag.experimental.components.types import TextChunk, TextChunks
    from neo4j_graphrag.llm import OpenAILLM

    extractor = LLMEntityRelationExtractor(
        llm=OpenAILLM(model_name="test"), max_concurrency=IN_FLIGHT
    )

    async def ask(some: list[str]) -> None:
        chunks = [TextChunk(text=text, index=i) for i, text in enumerate(some)]
        graph = await extractor.run(chunks=TextChunks(chunks=chunks))
        assert graph.nodes

    await ask(["warm up"])
    begun = time.process_time()
    await ask(texts)
    return time.process_time() - begun


async def main() -> None:
    """Run the contender that is named."""
    name, texts = sys.argv[1], passages(int(sys.argv[2]))
    warnings.simplefilter("ignore")
    if name.startswith("questgraph_"):
        seconds = await questgraph(name.removeprefix("questgraph_"), texts)
    elif name == "sdk_aiohttp":
        from openai import DefaultAioHttpClient

        seconds = await sdk(texts, DefaultAioHttpClient())
    else:
        seconds = await globals()[name](texts)
    print(seconds)


asyncio.run(main())
