"""The peers, each as its own documentation sets it up, `width` calls in flight.

Imports are inside: the peers are in an environment of their own, and none is to pay for another.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from asking import Ask, each
from task import ENTITIES, PASSAGE, RELATIONS, SIGNATURES


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
