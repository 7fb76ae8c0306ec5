from collections.abc import Awaitable, Callable

import pytest

from questgraph.agents.recipes.uniner import UNINER
from questgraph.agents.state import State, outcome
from questgraph.tools.codecs.mentions import Mentions
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.schema import EntityType, Schema

from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]


async def test_each_type_is_a_conversation_after_an_acknowledgement(
    put: Put, schema: Schema
) -> None:
    model = ScriptedModel({"type person": '["Ann Lee","Bo Ek"]', "type organization": '["Acme"]'})

    state = await put(UNINER, model)

    for request in model.requests:
        assert [m.role for m in request.messages] == ["system", "user", "assistant", "user"]
        assert request.messages[2].content == "I have read the text."
        assert "Acme named" not in request.messages[3].content
    assert {(c.type, c.arguments[0].mention.text) for c in state["claims"]} == {
        ("person", "Ann Lee"),
        ("person", "Bo Ek"),
        ("organization", "Acme"),
    }
    assert_within(UNINER, schema, state)


async def test_empty_lists_make_an_empty_unit_and_prose_a_failed_one(put: Put) -> None:
    nothing = await put(UNINER, ScriptedModel(lambda request: "[]"))
    unreadable = await put(UNINER, ScriptedModel(lambda request: "I see some."))

    assert outcome(nothing).status == "empty"
    assert outcome(unreadable).status == "failed"


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ('["Ann","Bo","Ann"]', ["Ann", "Bo"]),
        ('Sure: ["Ann"].', ["Ann"]),
        ('"Ann"', ["Ann"]),
        ("[]", []),
        ("None", []),
        ('["none"]', []),
    ],
)
def test_a_list_of_mentions_is_read(answer: str, texts: list[str]) -> None:
    frames = Mentions().read(answer, [EntityType(name="person")])

    assert [frame.fillers[0][1] for frame in frames] == texts


@pytest.mark.parametrize("answer", ["", "Ann and Bo", '{"person":["Ann"]}', "[1]"])
def test_anything_else_gets_a_complaint(answer: str) -> None:
    with pytest.raises(AnswerError, match="JSON"):
        Mentions().read(answer, [EntityType(name="person")])
