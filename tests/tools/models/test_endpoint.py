"""The test endpoint and the OpenAI client against each other, with everything that goes wrong."""

import pytest

from questgraph.tools.errors import ModelError
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.ledger import Ledger
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.models.base import Message, Request
from questgraph.tools.models.endpoint import Endpoint, Faults
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.scripted import ScriptedModel

pytestmark = pytest.mark.anyio


def numbered(request: Request) -> str:
    return request.messages[-1].content[::-1]


async def test_faults_cost_tries_and_no_answers() -> None:
    faults = Faults(busy=0.1, broken=0.1, dropped=0.1, halved=0.1, garbled=0.1, seed=3)
    retries = Retries(tries=30, base=0.001)
    async with (
        Endpoint(ScriptedModel(numbered), faults=faults) as endpoint,
        OpenAIModel("test", base_url=endpoint.url) as model,
        Ledger(":memory:") as ledger,
    ):
        gateway = Gateway(model, ledger, retries=retries)
        questions = [Request((Message("user", f"question {i}"),)) for i in range(60)]
        answers = [(await gateway.ask(question)).reply.text for question in questions]

    assert answers == [f"question {i}"[::-1] for i in range(60)]
    assert sum(endpoint.asked.values()) > 60


async def test_an_endpoint_that_is_not_there_is_an_error_that_says_so() -> None:
    async with OpenAIModel("test", base_url="http://127.0.0.1:9/v1") as model:
        with pytest.raises(ModelError, match="is the endpoint up"):
            await model.complete(Request((Message("user", "?"),)))
