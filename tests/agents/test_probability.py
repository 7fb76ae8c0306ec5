"""How likely a model found its words, from the endpoint to the claim."""

import math
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from questgraph.agents.extractor import aextract
from questgraph.agents.options import Options
from questgraph.agents.stages.vote import join
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Reply
from questgraph.tools.models.endpoint import Endpoint
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.replay import ReplayModel
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.models.tokens import Token
from questgraph.tools.records import MENTION, Argument, Claim, Document, Mention, Span

pytestmark = pytest.mark.anyio

DOCUMENT = Document("d", "Ann met Bob.")


def answered(*pieces: tuple[str, float]) -> Reply:
    text, tokens = "", list[Token]()
    for piece, probability in pieces:
        text += piece
        tokens.append(Token(len(text), round(math.log(probability), 4)))
    return Reply(text, tokens=tuple(tokens))


ANSWER = answered(('{"person":["', 0.9), ("Ann", 0.8), ('","', 0.9), ("Bob", 0.4), ('"]}', 0.9))


@pytest.fixture
async def model() -> AsyncIterator[OpenAIModel]:
    async with Endpoint(ScriptedModel(lambda _: ANSWER)) as endpoint:
        yield OpenAIModel("m", base_url=endpoint.url)


def options(model: OpenAIModel | ReplayModel, **more: bool) -> Options:
    return Options(recipe="oneshot", model=model, bank=None, logprobs=more.get("logprobs", False))


def probabilities(claims: Sequence[Claim]) -> dict[str, float | None]:
    return {
        claim.arguments[0].mention.text: claim.probability and round(claim.probability, 2)
        for claim in claims
    }


async def test_claims_know_how_likely_their_words_were_when_that_is_asked(
    model: OpenAIModel, tmp_path: Path
) -> None:
    extraction = await aextract(DOCUMENT, out=tmp_path, **options(model, logprobs=True))

    assert probabilities(extraction.claims) == {"Ann": 0.8, "Bob": 0.4}


async def test_nothing_is_known_where_nobody_asks(model: OpenAIModel) -> None:
    extraction = await aextract(DOCUMENT, **options(model))

    assert probabilities(extraction.claims) == {"Ann": None, "Bob": None}


@pytest.mark.parametrize("dumped", [False, True])
async def test_recording_tells_it_again(model: OpenAIModel, tmp_path: Path, dumped: bool) -> None:
    await aextract(DOCUMENT, out=tmp_path, **options(model, logprobs=True))
    recording = tmp_path / "run.db"
    if dumped:
        recording = tmp_path / "calls.jsonl"
        async with SqliteLedger(tmp_path / "run.db") as ledger:
            ledger.dump(recording)

    again = await aextract(DOCUMENT, **options(ReplayModel(recording), logprobs=True))

    assert probabilities(again.claims) == {"Ann": 0.8, "Bob": 0.4}


def claim(probability: float | None) -> Claim:
    mention = Mention("Ann", span=Span(0, 3), level="exact")
    return Claim(
        "entity",
        "person",
        (Argument(MENTION, mention),),
        document_id="d",
        unit_id="d#0",
        samples=3,
        probability=probability,
    )


def test_claim_that_was_said_several_ways_is_as_likely_as_their_mean() -> None:
    assert [c.probability for c in join([claim(0.9), claim(None), claim(0.5)])] == [0.7]
    assert [c.probability for c in join([claim(None), claim(None)])] == [None]
