from collections import Counter
from dataclasses import replace

import pytest

from questgraph.agents.recipes.verifiner import VERIFINER
from questgraph.agents.stages.consult import UNFIT, UNKNOWN, consult
from questgraph.agents.state import State, outcome
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.catalogue import Catalogue, Entry
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.labelled import labelled
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

from .bounds import assert_within
from .through import through

pytestmark = pytest.mark.anyio

ANN = Entry("Ann Lee", "person")
ACME = Entry("Acme", "organization", "A maker of anvils.")


def answering(**answers: str) -> ScriptedModel:
    """Return a model that finds names, says of what type an entry is, and votes."""
    said = {
        "found": '{"person":["Ann"],"organization":[]}',
        "class": '{"answer":"B"}',
        "vote": '{"answer":"A"}',
    } | answers

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        if "Copy every mention" in question:
            return said["found"]
        return said["class" if "A catalogue of names" in question else "vote"]

    return ScriptedModel(answer)


def told(state: State) -> list[tuple[str, str, str]]:
    return [(c.type, c.arguments[0].mention.text, c.verdict) for c in state["claims"]]


async def test_a_name_that_was_cut_short_grows_by_the_catalogue(unit: Unit, schema: Schema) -> None:
    model = answering()

    state = await through(VERIFINER, model, unit, schema, catalogue=Catalogue([ANN]))

    assert told(state) == [
        ("person", "Ann", "refuted"),
        ("person", "Ann", "refuted"),
        ("person", "Ann Lee", "unchecked"),
        ("person", "Ann Lee", "unchecked"),
    ]
    assert state["claims"][0].reason == "the catalogue has 'Ann Lee' as person"
    assert (state["claims"][2].votes, state["claims"][2].samples) == (10, 10)
    assert outcome(state).status == "done"
    assert_within(VERIFINER, schema, state)


async def test_votes_are_ten_at_the_published_temperature_about_the_marked_name(
    unit: Unit, schema: Schema
) -> None:
    model = answering()

    await through(VERIFINER, model, unit, schema, catalogue=Catalogue([ANN]))

    votes = model.requests[1:]
    assert [(r.temperature, r.seed) for r in votes] == [(0.9, seed) for seed in range(10)]
    assert "[[Ann]] Lee works for Acme." in votes[0].messages[-1].content
    assert 'A. "Ann Lee" is: person (A named human being.)' in votes[0].messages[-1].content
    assert "B. none of the above" in votes[0].messages[-1].content


async def test_what_the_catalogue_has_as_it_was_said_costs_no_vote(
    unit: Unit, schema: Schema
) -> None:
    model = answering(found='{"person":[],"organization":["Acme"]}')

    state = await through(VERIFINER, model, unit, schema, catalogue=Catalogue([ACME]))

    assert told(state) == [("organization", "Acme", "sound")] * 2
    assert len(model.requests) == 1


async def test_a_type_that_the_schema_does_not_have_is_asked_about_once(
    unit: Unit, schema: Schema
) -> None:
    model = answering(found='{"person":["Acme"],"organization":[]}')
    catalogue = Catalogue([ACME._replace(type="manufacturer")])

    state = await through(VERIFINER, model, unit, schema, catalogue=catalogue)

    (asked,) = [r.messages[-1].content for r in model.requests if len(r.messages) == 1][:1]
    assert "Acme: manufacturer. A maker of anvils." in asked
    assert "B. organization: A named company." in asked
    assert told(state)[-1] == ("organization", "Acme", "unchecked")
    assert Counter(turn.stage for turn in state["turns"])["consult"] == 1 + 10


async def test_an_entry_of_no_type_of_the_schema_is_no_candidate(
    unit: Unit, schema: Schema
) -> None:
    model = answering(**{"class": '{"answer":"C"}'})
    catalogue = Catalogue([Entry("Ann", "month")])

    state = await through(VERIFINER, model, unit, schema, catalogue=catalogue)

    assert {(c.verdict, c.reason) for c in state["claims"]} == {("unchecked", UNKNOWN)}


@pytest.mark.parametrize(("unknown", "verdict"), [("keep", "unchecked"), ("drop", "refuted")])
async def test_an_unknown_name_is_kept_or_dropped(
    unit: Unit, schema: Schema, unknown: str, verdict: str
) -> None:
    stages = [*VERIFINER.stages]
    stages[3] = consult(unknown=unknown)  # type: ignore[arg-type]  # one of the two

    state = await through(
        replace(VERIFINER, stages=tuple(stages)), answering(), unit, schema, catalogue=Catalogue([])
    )

    assert {(c.verdict, c.reason) for c in state["claims"]} == {(verdict, UNKNOWN)}


async def test_a_vote_that_nothing_fits_refutes_the_name(unit: Unit, schema: Schema) -> None:
    model = answering(vote='{"answer":"B"}')

    state = await through(VERIFINER, model, unit, schema, catalogue=Catalogue([ANN]))

    assert {(c.verdict, c.reason) for c in state["claims"]} == {("refuted", UNFIT)}


async def test_the_names_of_the_bank_are_the_catalogue_when_none_is_named(
    unit: Unit, schema: Schema
) -> None:
    entity = {"text": "Ann Lee", "type": "person", "start": 0, "end": 7}
    passage = labelled({"id": "b", "text": "Ann Lee sang.", "entities": [entity]})
    bank = Bank.build([passage], HashingEmbedder()).fit(schema)

    state = await through(VERIFINER, answering(), unit, schema, bank=bank)

    assert ("person", "Ann Lee", "unchecked") in told(state)


async def test_without_anything_to_look_in_the_unit_fails(unit: Unit, schema: Schema) -> None:
    state = await through(VERIFINER, answering(), unit, schema)

    assert outcome(state).status == "failed"
    assert "no catalogue" in outcome(state).reason


async def test_unreadable_votes_leave_the_name_unchecked_and_the_unit_incomplete(
    unit: Unit, schema: Schema
) -> None:
    state = await through(
        VERIFINER, answering(vote="perhaps?"), unit, schema, catalogue=Catalogue([ANN])
    )

    assert {claim.verdict for claim in state["claims"]} == {"unchecked"}
    assert outcome(state).status == "failed"


async def test_a_passage_without_names_is_empty(unit: Unit, schema: Schema) -> None:
    model = answering(found='{"person":[],"organization":[]}')

    state = await through(VERIFINER, model, unit, schema, catalogue=Catalogue([ANN]))

    assert outcome(state).status == "empty"
    assert_within(VERIFINER, schema, state)
