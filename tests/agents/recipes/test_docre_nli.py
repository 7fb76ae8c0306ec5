import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from questgraph.agents.recipes.docre_nli import DOCRE_NLI
from questgraph.agents.state import State, outcome
from questgraph.tools.errors import ConfigError
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Argument, Claim, Mention, Span, Unit
from questgraph.tools.schema import Schema

from .bounds import assert_within
from .through import through

pytestmark = pytest.mark.anyio

ENTITIES = '{"person":["Ann Lee","Bo Ek"],"organization":["Acme"]}'


class Judge:
    """Says what follows as it was told, by a piece of the hypothesis."""

    name = "judge"

    def __init__(self, follows: Mapping[str, float]) -> None:
        self.follows = follows
        self.seen: list[tuple[str, list[str]]] = []

    def judge(self, premise: str, hypotheses: Sequence[str]) -> list[float]:
        self.seen.append((premise, list(hypotheses)))
        return [
            next((p for words, p in self.follows.items() if words in each), 0.0)
            for each in hypotheses
        ]


def stating(*rounds: Sequence[tuple[str, str, str]], choice: str = "A") -> ScriptedModel:
    """Return a model that states triples, round after round, and chooses an option."""
    left = list(rounds)

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        if "Copy every mention" in question:
            return ENTITIES
        if "Take this for true" in question:
            return f'{{"answer":"{choice}"}}'
        return json.dumps({"triples": left.pop(0) if left else []})

    return ScriptedModel(answer)


def related(state: State) -> list[tuple[str, str, str]]:
    return [
        (c.arguments[0].mention.text, c.type, c.arguments[1].mention.text)
        for c in state["claims"]
        if c.kind == "relation"
    ]


async def test_phrases_become_the_relation_that_follows_from_them(
    unit: Unit, schema: Schema
) -> None:
    judge = Judge({'"Ann Lee" works for "Acme"': 0.95})
    model = stating([("Ann Lee", "is employed at", "Acme"), ("Bo Ek", "was seen in", "Acme")])

    state = await through(DOCRE_NLI, model, unit, schema, entailment=judge)

    assert related(state) == [("Ann Lee", "works_for", "Acme")]
    assert judge.seen[0] == ('"Ann Lee" is employed at "Acme"', ['"Ann Lee" works for "Acme"'])
    assert outcome(state).status == "done"
    assert_within(DOCRE_NLI, schema, state)


async def test_the_trace_says_how_every_phrase_was_judged(unit: Unit, schema: Schema) -> None:
    judge = Judge({"works for": 0.95})

    state = await through(
        DOCRE_NLI, stating([("Ann Lee", "is with", "Acme")]), unit, schema, entailment=judge
    )

    (turn,) = [turn for turn in state["turns"] if turn.stage == "entail"]
    assert turn.answer == '"Ann Lee" is with "Acme" -> "Ann Lee" works for "Acme": 0.90'


@pytest.mark.parametrize(("probability", "found"), [(0.8, 0), (0.81, 1)])
async def test_the_score_must_be_above_the_threshold(
    unit: Unit, schema: Schema, probability: float, found: int
) -> None:
    model = stating([("Ann Lee", "is with", "Acme")])

    state = await through(
        DOCRE_NLI, model, unit, schema, entailment=Judge({"works for": probability})
    )

    assert len(related(state)) == found


async def test_a_phrase_may_say_it_the_other_way_round(unit: Unit, schema: Schema) -> None:
    judge = Judge({'"Bo Ek" works for "Acme"': 0.9})

    state = await through(
        DOCRE_NLI, stating([("Acme", "hired", "Bo Ek")]), unit, schema, entailment=judge
    )

    assert related(state) == [("Bo Ek", "works_for", "Acme")]


async def test_only_relations_whose_signature_fits_are_compared(unit: Unit, schema: Schema) -> None:
    judge = Judge({})
    model = stating([("Ann Lee", "met", "Bo Ek"), ("Acme", "met", "Acme")])

    await through(DOCRE_NLI, model, unit, schema, entailment=judge)

    assert judge.seen == [('"Ann Lee" met "Bo Ek"', ['"Ann Lee" knows "Bo Ek"'])]


async def test_ends_that_are_no_named_entities_are_dropped(unit: Unit, schema: Schema) -> None:
    judge = Judge({"works for": 1.0})
    triples = [("Ann Lee", "is with", "Oslo"), ("She", "is with", "Acme")]

    state = await through(DOCRE_NLI, stating(triples), unit, schema, entailment=judge)

    assert related(state) == []
    assert judge.seen == []


async def test_a_phrase_between_the_same_types_is_judged_once(unit: Unit, schema: Schema) -> None:
    judge = Judge({"works for": 1.0})
    triples = [("Ann Lee", "is with", "Acme"), ("Bo Ek", "Is with", "Acme")]

    state = await through(DOCRE_NLI, stating(triples), unit, schema, entailment=judge)

    assert related(state) == [("Ann Lee", "works_for", "Acme"), ("Bo Ek", "works_for", "Acme")]
    assert len(judge.seen) == 1


async def test_the_name_of_a_relation_needs_no_judgement(unit: Unit, schema: Schema) -> None:
    model = stating([("Ann Lee", "works for", "Acme")])

    state = await through(DOCRE_NLI, model, unit, schema)

    assert related(state) == [("Ann Lee", "works_for", "Acme")]
    assert not any(turn.stage == "entail" for turn in state["turns"])


async def test_without_a_model_of_inference_the_language_model_chooses(
    unit: Unit, schema: Schema
) -> None:
    model = stating([("Acme", "hired", "Bo Ek")])

    state = await through(DOCRE_NLI, model, unit, schema)

    question = model.requests[-1].messages[-1].content
    assert '"Acme" hired "Bo Ek"' in question
    assert 'A. "Bo Ek" works for "Acme"' in question
    assert related(state) == [("Bo Ek", "works_for", "Acme")]
    assert_within(DOCRE_NLI, schema, state)


async def test_a_choice_of_none_leaves_the_statement_out(unit: Unit, schema: Schema) -> None:
    model = stating([("Acme", "hired", "Bo Ek")], choice="B")

    state = await through(DOCRE_NLI, model, unit, schema)

    assert related(state) == []
    assert outcome(state).status == "done"


async def test_more_is_asked_for_in_the_same_chat_until_nothing_is_new(
    unit: Unit, schema: Schema
) -> None:
    first = ("Ann Lee", "is with", "Acme")
    model = stating([first], [first, ("Bo Ek", "is with", "Acme")])

    state = await through(DOCRE_NLI, model, unit, schema, entailment=Judge({"works for": 1}))

    asked = [r for r in model.requests if "triples" in r.messages[-1].content]
    assert [len(request.messages) for request in asked] == [2, 4, 6]
    assert "at least 20 triples" in asked[0].messages[-1].content
    assert "- Ann Lee (person)" in asked[0].messages[-1].content
    assert "20 more" in asked[1].messages[-1].content
    assert len(related(state)) == 2
    assert_within(DOCRE_NLI, schema, state)


async def test_a_claim_comes_from_the_turn_that_stated_it(unit: Unit, schema: Schema) -> None:
    model = stating([("Ann Lee", "is with", "Acme")])

    state = await through(DOCRE_NLI, model, unit, schema, entailment=Judge({"works for": 1}))

    (claim,) = [claim for claim in state["claims"] if claim.kind == "relation"]
    assert [state["turns"][turn].stage for turn in claim.turns] == ["triples"]
    assert (claim.votes, claim.samples) == (1, 1)


async def test_given_entities_are_not_asked_for(unit: Unit, schema: Schema) -> None:
    spans = {"Ann Lee": (Span(10, 17), "person"), "Acme": (Span(28, 32), "organization")}
    given = tuple(
        Claim(
            "entity",
            type_,
            (Argument("mention", Mention(name, type=type_, span=span, level="exact")),),
            document_id="doc",
            unit_id="",
        )
        for name, (span, type_) in spans.items()
    )
    model = stating([("Ann Lee", "is with", "Acme")])

    state = await through(
        DOCRE_NLI, model, replace(unit, given=given), schema, entailment=Judge({"works for": 1})
    )

    assert related(state) == [("Ann Lee", "works_for", "Acme")]
    assert {turn.stage for turn in state["turns"]} == {"triples", "entail"}


async def test_a_passage_with_one_name_has_nothing_to_relate(unit: Unit, schema: Schema) -> None:
    model = ScriptedModel(['{"person":["Bo Ek"],"organization":[]}'])

    state = await through(DOCRE_NLI, model, unit, schema)

    assert [claim.type for claim in state["claims"]] == ["person"]
    assert len(model.requests) == 1


@pytest.mark.parametrize("answer", ["hm", ""])
async def test_unreadable_statements_fail_the_unit(unit: Unit, schema: Schema, answer: str) -> None:
    def say(request: Request) -> str:
        return ENTITIES if "Copy every mention" in request.messages[-1].content else answer

    state = await through(DOCRE_NLI, ScriptedModel(say), unit, schema)

    assert outcome(state).status == "failed"
    assert related(state) == []


async def test_a_model_of_inference_that_cannot_judge_fails_the_unit(
    unit: Unit, schema: Schema
) -> None:
    class Broken(Judge):
        def judge(self, premise: str, hypotheses: Sequence[str]) -> list[float]:
            raise ConfigError("the model cannot be loaded")

    model = stating([("Ann Lee", "is with", "Acme")])

    state = await through(DOCRE_NLI, model, unit, schema, entailment=Broken({}))

    assert outcome(state).status == "failed"
    assert "cannot be loaded" in outcome(state).reason
