import json
from collections.abc import Iterable

import pytest

from questgraph.agents.recipes.proggen import PROGGEN
from questgraph.agents.state import State, outcome
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .bounds import assert_within
from .through import through

pytestmark = pytest.mark.anyio


def found(person: Iterable[str] = (), organization: Iterable[str] = ()) -> str:
    return json.dumps({"person": list(person), "organization": list(organization)})


def model(samples: list[str], *repairs: tuple[str, str]) -> ScriptedModel:
    """Return a model with an answer for each sample, and a repair for each name in a question."""
    answers = iter(repairs)

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        if "Copy every mention" in question:
            return samples[request.seed]
        number = sum(line[:2] in ("1.", "2.", "3.") for line in question.splitlines())
        said = [next(answers) for _ in range(number)]
        return json.dumps({"answers": [{"choice": c, "correction": t} for c, t in said]})

    return ScriptedModel(answer)


def asked(scripted: ScriptedModel) -> list[str]:
    return [q for r in scripted.requests if "Somebody marked" in (q := r.messages[-1].content)]


def told(state: State) -> set[tuple[str, str, str]]:
    return {(c.type, c.arguments[0].mention.text, c.verdict) for c in state["claims"]}


async def test_what_all_samples_say_is_not_asked_about(unit: Unit, schema: Schema) -> None:
    scripted = model([found(["Bo Ek"], ["Acme"])] * 3)

    state = await through(PROGGEN, scripted, unit, schema)

    assert told(state) == {("person", "Bo Ek", "unchecked"), ("organization", "Acme", "unchecked")}
    assert not asked(scripted)
    assert_within(PROGGEN, schema, state)


async def test_each_of_the_four_choices_does_what_it_says(unit: Unit, schema: Schema) -> None:
    samples = [found(["Bo Ek"]), found(["Ann", "Acme", "May", "Bo Ek"]), found(["Bo Ek"])]
    # The names come in order: Acme, Ann, May.
    scripted = model(samples, ("C", "organization"), ("B", "Ann Lee"), ("D", ""))

    state = await through(PROGGEN, scripted, unit, schema)

    assert told(state) == {
        ("person", "Bo Ek", "unchecked"),
        ("person", "Acme", "refuted"),
        ("organization", "Acme", "unchecked"),
        ("person", "Ann", "refuted"),
        ("person", "Ann Lee", "unchecked"),
        ("person", "May", "refuted"),
    }
    assert outcome(state).status == "done"
    assert_within(PROGGEN, schema, state)


async def test_a_name_that_is_right_is_confirmed(unit: Unit, schema: Schema) -> None:
    state = await through(
        PROGGEN, model([found(["Bo Ek"]), found(), found()], ("A", "")), unit, schema
    )

    (claim,) = state["claims"]
    assert (claim.verdict, claim.votes, claim.samples) == ("confirmed", 1, 3)
    assert state["turns"][claim.turns[-1]].stage == "repair"


async def test_a_question_is_about_three_names_of_one_type_at_most(
    unit: Unit, schema: Schema
) -> None:
    names = ["Ann Lee", "Bo Ek", "May", "Ann"]
    samples = [found(names, ["Acme"]), found(), found()]
    scripted = model(samples, *[("A", "")] * 5)

    state = await through(PROGGEN, scripted, unit, schema)

    questions = asked(scripted)
    assert [q.count('. "') for q in questions] == [1, 3, 1]
    assert [("as organization" in q, "as person" in q) for q in questions] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    assert all(request.temperature == 0 for request in scripted.requests[3:])
    assert_within(PROGGEN, schema, state)


async def test_a_name_of_two_types_is_in_doubt_though_all_samples_said_both(
    unit: Unit, schema: Schema
) -> None:
    scripted = model([found(["Acme"], ["Acme"])] * 3, ("A", ""), ("C", "organization"))

    state = await through(PROGGEN, scripted, unit, schema)

    assert told(state) == {("organization", "Acme", "confirmed"), ("person", "Acme", "refuted")}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (("B", "Cy Dee"), "not in the passage: 'Cy Dee'"),
        (("C", "planet"), "C, and yet 'planet'"),
        (("A", "Ann Lee"), "A, and yet 'Ann Lee'"),
    ],
)
async def test_a_contradiction_leaves_the_name_as_it_is_and_says_why(
    unit: Unit, schema: Schema, answer: tuple[str, str], why: str
) -> None:
    state = await through(
        PROGGEN, model([found(["Bo Ek"]), found(), found()], answer), unit, schema
    )

    (claim,) = state["claims"]
    assert claim.verdict == "unchecked"
    assert claim.admitted
    assert claim.reason == f"the answer contradicts itself: {why}"
    assert outcome(state).status == "done"


async def test_two_answers_that_turn_each_other_down_decide_nothing(
    unit: Unit, schema: Schema
) -> None:
    scripted = model([found(["Acme"], ["Acme"])] * 3, ("C", "person"), ("C", "organization"))

    state = await through(PROGGEN, scripted, unit, schema)

    assert {verdict for *_, verdict in told(state)} == {"unchecked"}


async def test_an_unreadable_repair_fails_the_unit_and_keeps_the_names(
    unit: Unit, schema: Schema
) -> None:
    def answer(request: Request) -> str:
        return found(["Bo Ek"]) if request.seed == 0 and len(request.messages) > 1 else "hm"

    state = await through(PROGGEN, ScriptedModel(answer), unit, schema)

    # A single readable sample agrees with itself.
    assert told(state) == {("person", "Bo Ek", "unchecked")}
    assert outcome(state).status == "failed"


async def test_a_passage_without_names_is_empty(unit: Unit, schema: Schema) -> None:
    state = await through(PROGGEN, model([found()] * 3), unit, schema)

    assert outcome(state).status == "empty"
    assert_within(PROGGEN, schema, state)
