import pytest

from questgraph.agents.recipes.gpt_ner import GPT_NER
from questgraph.agents.state import outcome
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .banks import bank, put_with
from .bounds import assert_within

pytestmark = pytest.mark.anyio

PEOPLE = "@@Ann Lee## works for Acme. Acme named @@Bo Ek## in May. Ann Lee left."
FIRMS = "Ann Lee works for @@Acme##. Acme named Bo Ek in @@May##. Ann Lee left."


def answering(request: Request) -> str:
    question = request.messages[-1].content
    if "Mark every person" in question:
        return PEOPLE
    if "Mark every organization" in question:
        return FIRMS
    return '{"answer":"no"}' if '"May"' in question else '{"answer":"yes"}'


def asked(model: ScriptedModel, question: str) -> Request:
    """Return the one request that ends with a question of these words."""
    (request,) = (r for r in model.requests if question in r.messages[-1].content)
    return request


async def test_each_type_is_copied_by_itself_and_each_name_verified(
    unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(answering)

    state = await put_with(bank("entity"), GPT_NER, model, unit, schema)

    told = {(c.type, c.arguments[0].mention.text, c.verdict) for c in state["claims"]}
    assert told == {
        ("person", "Ann Lee", "confirmed"),
        ("person", "Bo Ek", "confirmed"),
        ("organization", "Acme", "confirmed"),
        ("organization", "May", "refuted"),
    }
    assert [turn.stage for turn in state["turns"]] == ["ask"] * 2 + ["verify"] * 4
    assert outcome(state).status == "done"
    assert_within(GPT_NER, schema, state)


async def test_a_type_is_asked_about_as_if_there_were_no_other(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel(answering)

    await put_with(bank("entity"), GPT_NER, model, unit, schema)

    system = asked(model, "Mark every person").messages[0].content
    assert "A named human being." in system
    assert "organization" not in system


async def test_demonstrations_have_the_type_or_have_it_not(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel(answering)

    await put_with(bank("entity"), GPT_NER, model, unit, schema)

    messages = asked(model, "Mark every organization").messages
    shown = [m.content for m in messages if m.role == "assistant"]
    assert "@@Globex## made a loss in June." in shown
    assert "It rained all day, and nobody came." in shown
    # The same name stands in the passage: it is the most similar one.
    assert shown[-1] == "Cy Dee has worked for @@Acme## since spring."


async def test_a_name_is_verified_after_answered_questions_of_both_kinds(
    unit: Unit, schema: Schema
) -> None:
    model = ScriptedModel(answering)

    await put_with(bank("entity"), GPT_NER, model, unit, schema)

    request = asked(model, '"Ann Lee" is: person')
    pairs = list(zip(request.messages[::2], request.messages[1::2], strict=False))
    assert {answer.content for _, answer in pairs} == {'{"answer":"yes"}', '{"answer":"no"}'}
    for question, answer in pairs:
        person = any(name in question.content for name in ('"Cy Dee" is', '"Ida Wu" is', "Max Oh"))
        firm = any(name in question.content for name in ('"Acme" is', '"Globex" is'))
        assert (answer.content == '{"answer":"yes"}') == (person and not firm)


async def test_without_a_bank_it_asks_without_demonstrations(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel(answering)

    state = await put_with(None, GPT_NER, model, unit, schema)

    assert sorted(len(request.messages) for request in model.requests) == [1, 1, 1, 1, 2, 2]
    assert outcome(state).status == "done"


@pytest.mark.parametrize(
    ("answer", "status"), [("none", "empty"), ("I see no names in there, sorry to say.", "failed")]
)
async def test_nothing_marked_is_empty_and_no_copy_is_a_failure(
    unit: Unit, schema: Schema, answer: str, status: str
) -> None:
    state = await put_with(bank("entity"), GPT_NER, ScriptedModel(lambda _: answer), unit, schema)

    assert outcome(state).status == status
    assert state["claims"] == ()
    assert_within(GPT_NER, schema, state)
