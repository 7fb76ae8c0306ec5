"""What every model promises, whoever answers behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from questgraph.tools.errors import ModelRefusedError
from questgraph.tools.gateway.ledger import Record
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import ChatModel, Message, Reply, Request
from questgraph.tools.models.endpoint import Endpoint
from questgraph.tools.models.langchain import LangChainModel
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.replay import ReplayModel
from questgraph.tools.models.scripted import ScriptedModel

pytestmark = pytest.mark.anyio

LONG = Request((Message("user", "tell me everything"),))
WRONG = Request((Message("user", "no such thing"),))


def question(number: int) -> Request:
    return Request((Message("system", "Echo."), Message("user", f"question {number}")))


def answer(request: Request) -> Reply | Exception:
    if request == WRONG:
        return ModelRefusedError("no")
    if request == LONG:
        return Reply("everyth", finish="length")
    return Reply(request.messages[-1].content.upper())


class ProviderError(Exception):
    """An error of a provider's own kind."""

    status_code = 400


class Fake(BaseChatModel):
    """A LangChain chat model that answers like the others."""

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        said = answer(Request((Message("user", str(messages[-1].content)),)))
        if isinstance(said, Exception):
            raise ProviderError(str(said))
        message = AIMessage(said.text, response_metadata={"finish_reason": said.finish})
        return ChatResult(generations=[ChatGeneration(message=message)])


@pytest.fixture(params=["scripted", "replay", "openai", "langchain"])
async def model(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ChatModel]:
    async with AsyncExitStack() as stack:
        made: ChatModel
        match request.param:
            case "scripted":
                made = ScriptedModel(answer)
            case "replay":
                async with SqliteLedger(tmp_path / "run.db") as ledger:
                    for asked in (*map(question, range(40)), LONG):
                        said = answer(asked)
                        assert isinstance(said, Reply)
                        await ledger.put(Record(asked.key("m"), "m", asked, said))
                made = ReplayModel(tmp_path / "run.db")
            case "openai":
                endpoint = await stack.enter_async_context(Endpoint(ScriptedModel(answer)))
                made = OpenAIModel("m", base_url=endpoint.url)
            case _:
                made = LangChainModel(Fake())
        yield await stack.enter_async_context(made)


async def test_many_questions_at_once_get_their_own_answers(model: ChatModel) -> None:
    replies = await asyncio.gather(*(model.complete(question(i)) for i in range(40)))

    assert [reply.text for reply in replies] == [f"QUESTION {i}" for i in range(40)]
    assert {reply.finish for reply in replies} == {"stop"}


async def test_a_reply_that_was_cut_off_says_so(model: ChatModel) -> None:
    assert (await model.complete(LONG)).finish == "length"


async def test_a_question_that_will_never_be_answered_is_refused(model: ChatModel) -> None:
    with pytest.raises(ModelRefusedError):
        await model.complete(WRONG)


async def test_it_has_a_name_and_room_for_a_call(model: ChatModel) -> None:
    assert model.name
    assert model.slots >= 1
