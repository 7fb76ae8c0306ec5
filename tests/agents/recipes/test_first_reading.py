"""A small language model as the first reader: the large one sees only what that doubts."""

import json
import math
import re
from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as some

from questgraph.agents.machine import compile_recipe
from questgraph.agents.recipes.filter_then_rerank import FILTER_THEN_RERANK
from questgraph.agents.recipes.linkner import LINKNER
from questgraph.agents.recipes.staged import STAGED
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.first_reading import guess
from questgraph.agents.stages.propose import asking_first
from questgraph.agents.stages.route import certainty
from questgraph.agents.state import Candidate, Context, State, initial, outcome
from questgraph.tools.errors import ModelRefusedError
from questgraph.tools.gateway.gateway import Gateway, Terms
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.models.base import Reply
from questgraph.tools.models.scripted import Answers, ScriptedModel
from questgraph.tools.models.tokens import Token
from questgraph.tools.records import Unit
from questgraph.tools.schema import EventType, Schema

from .bounds import assert_within

pytestmark = pytest.mark.anyio

RECIPES = pytest.mark.parametrize("recipe", [LINKNER, FILTER_THEN_RERANK], ids=lambda r: r.name)
NAMES = {"person": {"Ann Lee": 0.9}, "organization": {"Acme": 0.5}}

TYPES = ("a", "b", "c", "d")


def naming(said: dict[str, dict[str, float]]) -> Reply:
    """Answer with names by type, each a token of the probability that stands behind it."""
    text = json.dumps({type_: list(names) for type_, names in said.items()})
    likely = {name: p for names in said.values() for name, p in names.items()}
    tokens, at = list[Token](), 0
    for found in re.finditer(rf'(?<=["]){"|".join(map(re.escape, likely))}(?=")', text):
        tokens += [Token(found.start(), 0.0)] if found.start() > at else []
        tokens.append(Token(found.end(), math.log(likely[found[0]])))
        at = found.end()
    return Reply(text, tokens=(*tokens, Token(len(text), 0.0)))


class Read(NamedTuple):
    """How a passage ended, and what each model was asked."""

    state: State
    small: ScriptedModel
    large: ScriptedModel

    @property
    def entities(self) -> list[tuple[str, str]]:
        return [
            (claim.arguments[0].mention.text, claim.type)
            for claim in self.state["claims"]
            if claim.kind == "entity" and claim.admitted
        ]


async def read(
    recipe: Recipe,
    small: Answers,
    large: Answers,
    *,
    unit: Unit,
    schema: Schema,
    demos: tuple[Labelled, ...] = (),
) -> Read:
    """Put the passage through a recipe whose first reader is a model; there is no bank."""
    first = ScriptedModel(small, name="scripted:small")
    second = ScriptedModel(large, name="scripted:large")
    async with SqliteLedger(":memory:") as ledger:
        context = Context(
            gateway=Gateway(second, ledger),
            proposer=Gateway(first, ledger, Terms(logprobs=True)),
            schema=schema,
        )
        machine = compile_recipe(asking_first(recipe))
        state = await machine.ainvoke(initial(unit, demos), context=context)
    return Read(state, first, second)  # type: ignore[arg-type]  # as it was put in


@pytest.fixture
def names_only(schema: Schema) -> Schema:
    """The schema without relations, about which nobody asks the small model."""
    return replace(schema, relations=(), events=())


@RECIPES
async def test_sure_names_are_taken_and_doubtful_ones_put_to_the_large_model(
    recipe: Recipe, unit: Unit, names_only: Schema
) -> None:
    large = {"[[Acme]]": '{"answer":"A"}'}

    found = await read(recipe, [naming(NAMES)], large, unit=unit, schema=names_only)

    # The passage names each of them twice.
    assert sorted(found.entities) == [
        *[("Acme", "organization")] * 2,
        *[("Ann Lee", "person")] * 2,
    ]
    assert len(found.small.requests) == 1
    assert len(found.large.requests) == 2
    assert all("[[Acme]]" in asked.messages[-1].content for asked in found.large.requests)
    assert outcome(found.state).status == "done"
    assert_within(asking_first(recipe), names_only, found.state)


async def test_the_large_model_may_say_another_type_or_none(unit: Unit, names_only: Schema) -> None:
    large = ['{"answer":"B"}', '{"answer":"C"}']

    found = await read(LINKNER, [naming(NAMES)], large, unit=unit, schema=names_only)

    assert ("Acme", "person") in found.entities
    assert len(found.entities) == 3
    assert '"Acme" is: organization' in found.large.requests[0].messages[-1].content


@RECIPES
async def test_the_question_is_the_first_one_of_staged(
    recipe: Recipe, unit: Unit, names_only: Schema
) -> None:
    found = await read(recipe, [naming({})], [], unit=unit, schema=names_only)
    model = ScriptedModel(["{}"])
    async with SqliteLedger(":memory:") as ledger:
        context = Context(gateway=Gateway(model, ledger), schema=names_only)
        await compile_recipe(STAGED).ainvoke(initial(unit), context=context)

    (asked,) = found.small.requests
    assert asked == replace(model.requests[0], logprobs=True)
    assert found.large.requests == []


async def test_the_small_model_is_shown_no_demonstrations(unit: Unit, names_only: Schema) -> None:
    entity = {"text": "Cy Dee", "type": "person", "start": 0, "end": 6}
    demo = labelled({"id": "b", "text": "Cy Dee sued Core Ltd.", "entities": [entity]})

    found = await read(
        LINKNER, [naming(NAMES)], lambda _: "hm", unit=unit, schema=names_only, demos=(demo,)
    )

    assert [message.role for message in found.small.requests[0].messages] == ["system", "user"]
    assert len(found.state["demos"]) == 1


async def test_the_trace_has_the_question_with_its_answer_and_claims_point_there(
    unit: Unit, names_only: Schema
) -> None:
    sure = naming({"person": {"Ann Lee": 0.9}})

    found = await read(LINKNER, [sure], [], unit=unit, schema=names_only)

    first, claim = found.state["turns"][0], found.state["claims"][0]
    assert (first.stage, first.question, first.answer) == ("propose", "Answer in JSON.", sure.text)
    assert first.call
    assert [found.state["turns"][turn].stage for turn in claim.turns] == ["propose", "route"]
    assert claim.reason == "probability 0.90"


async def test_relations_are_asked_of_the_large_model_and_not_of_the_small_one(
    unit: Unit, schema: Schema
) -> None:
    sure = naming({"person": {"Ann Lee": 0.9}, "organization": {"Acme": 0.9}})

    found = await read(
        FILTER_THEN_RERANK, [sure], lambda _: '{"answer":"A"}', unit=unit, schema=schema
    )

    assert "works_for" not in str(found.small.requests[0].messages)
    assert [c.type for c in found.state["claims"] if c.kind == "relation"] == ["works_for"]
    assert_within(asking_first(FILTER_THEN_RERANK), schema, found.state)


@RECIPES
async def test_a_model_that_tells_no_probabilities_has_all_its_names_put_to_the_large_one(
    recipe: Recipe, unit: Unit, names_only: Schema
) -> None:
    small = ['{"person":["Ann Lee","Bo Ek"]}']

    found = await read(recipe, small, lambda _: '{"answer":"A"}', unit=unit, schema=names_only)

    assert sorted(found.entities) == [*[("Ann Lee", "person")] * 2, ("Bo Ek", "person")]
    assert len(found.large.requests) == 3


@RECIPES
@pytest.mark.parametrize(
    ("answer", "status"), [(ModelRefusedError("away"), "refused"), ("hm", "failed")]
)
async def test_the_small_models_failure_leaves_the_unit_incomplete(
    recipe: Recipe, answer: str | Exception, status: str, unit: Unit, names_only: Schema
) -> None:
    found = await read(recipe, lambda _: answer, [], unit=unit, schema=names_only)

    assert outcome(found.state).status == status
    assert outcome(found.state).reason.startswith("propose: ")


async def test_what_could_be_read_of_an_answer_is_kept_though_the_unit_is_incomplete(
    unit: Unit, names_only: Schema
) -> None:
    broken = '{"person":["Bo Ek"],"planet":["Mars"]}'

    found = await read(
        LINKNER, lambda _: broken, lambda _: '{"answer":"A"}', unit=unit, schema=names_only
    )

    assert found.entities == [("Bo Ek", "person")]
    assert outcome(found.state).status == "failed"


async def test_a_name_that_the_passage_does_not_have_stays_in_the_run_and_out_of_the_graph(
    unit: Unit, names_only: Schema
) -> None:
    invented = naming({"person": {"Zoe Quill": 0.9}})

    found = await read(LINKNER, [invented], [], unit=unit, schema=names_only)

    (claim,) = found.state["claims"]
    assert (claim.arguments[0].mention.level, claim.admitted) == ("absent", False)
    assert found.large.requests == []


async def test_a_name_that_was_said_to_be_of_two_types_is_one_doubt(
    unit: Unit, names_only: Schema
) -> None:
    twice = {"person": {"Bo Ek": 0.9}, "organization": {"Bo Ek": 0.9}}

    found = await read(LINKNER, [naming(twice)], ['{"answer":"A"}'], unit=unit, schema=names_only)

    assert found.entities == [("Bo Ek", "person")]
    assert len(found.large.requests) == 1


async def test_a_schema_without_names_asks_nobody(unit: Unit) -> None:
    bare = Schema(name="bare", events=(EventType(name="birth", trigger="the verb"),))

    found = await read(FILTER_THEN_RERANK, [], [], unit=unit, schema=bare)

    assert outcome(found.state).status == "empty"


probabilities = some.floats(0.0001, 1)
told = some.dictionaries(some.sampled_from(TYPES), probabilities, min_size=1)


@given(told=told, types=some.integers(1, len(TYPES)))
def test_whatever_was_said_is_the_likeliest_and_all_together_are_within_one(
    told: dict[str, float], types: int
) -> None:
    found = guess(told, sorted({*told, *TYPES[:types]}))

    nothing = 1 - sum(found.scores)
    assert told[found.types[0]] == max(told.values())
    assert list(found.scores) == sorted(found.scores, reverse=True)
    assert found.scores[0] >= nothing > -1e-5
    assert len(found.types) == len(set(found.types)) == len(found.scores)


@given(said=probabilities, least=probabilities)
def test_what_was_said_with_some_probability_is_taken_from_there_on(
    said: float, least: float
) -> None:
    found = Candidate("entity", (), *guess({"a": said}, TYPES))

    share = max(said, 1 / len(TYPES))
    assert certainty(found) == pytest.approx(share, abs=1e-5)


def test_types_that_the_passage_has_elsewhere_are_preferred() -> None:
    assert guess({"c": 0.6}, ["b", "a", "c"]).types == ("c", "b", "a")
