from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from questgraph.agents.machine import compile_recipe
from questgraph.agents.shots import Shots
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.choose import choose
from questgraph.agents.stages.pair import pair
from questgraph.agents.state import Candidate, Context, State, initial, outcome
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.labelled import labelled
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Argument, Claim, Mention, Span, Unit
from questgraph.tools.schema import Schema

pytestmark = pytest.mark.anyio

Choose = Callable[..., Awaitable[State]]

ANN, ACME, ACME_AGAIN = Span(10, 17), Span(28, 32), Span(34, 38)

BANK = Bank.build(
    [
        labelled(
            {
                "id": f"demo{i}",
                "text": f"{name} works for Globex, while Di Oz sells tea.",
                "entities": [
                    {"text": name, "type": "person", "start": 0, "end": len(name)},
                    {
                        "text": "Globex",
                        "type": "organization",
                        "start": len(name) + 11,
                        "end": len(name) + 17,
                    },
                ],
                "relations": [{"head": 0, "tail": 1, "type": "works_for"}] if i else [],
            }
        )
        for i, name in enumerate(["Cy Dee", "Ed Poe"])
    ],
    HashingEmbedder(),
)


def mention(text: str, type_: str, span: Span) -> Mention:
    return Mention(text, type=type_, span=span, level="exact")


PAIR = (
    Argument("head", mention("Ann Lee", "person", ANN)),
    Argument("tail", mention("Acme", "organization", ACME)),
)


def given(unit: Unit, *pairs: Sequence[Argument]) -> Unit:
    claims = (
        Claim("relation", "", tuple(pair), document_id="doc", unit_id=unit.id) for pair in pairs
    )
    return replace(unit, given=tuple(claims))


@pytest.fixture
def put_pair(unit: Unit, schema: Schema) -> Choose:
    """Return a function that asks about a pair (or other candidates) with one stage."""

    async def run(
        stage: object,
        model: ScriptedModel,
        *,
        candidates: Sequence[Candidate] = (),
        bank: Bank | None = None,
        schema: Schema = schema,
    ) -> State:
        recipe = Recipe(name="try", summary="", source="here", stages=(pair(), stage))  # type: ignore[arg-type]
        async with SqliteLedger(":memory:") as ledger, model:
            context = Context(gateway=Gateway(model, ledger), schema=schema, bank=bank)
            state = initial(unit if candidates else given(unit, PAIR))
            if candidates:
                state["candidates"] = tuple(candidates)
            return await compile_recipe(recipe).ainvoke(state, context=context)  # type: ignore[return-value]

    return run


async def test_the_chosen_type_becomes_a_claim_with_its_evidence(put_pair: Choose) -> None:
    model = ScriptedModel(['{"answer":"A"}'])

    state = await put_pair(choose(), model)

    (claim,) = state["claims"]
    assert (claim.type, claim.arguments, claim.turns) == ("works_for", PAIR, (0,))
    assert claim.evidence == Span(10, 33)
    assert state["candidates"] == ()
    assert outcome(state).status == "done"


async def test_the_question_marks_both_mentions_and_ends_with_none_of_the_above(
    put_pair: Choose,
) -> None:
    model = ScriptedModel(['{"answer":"A"}'])

    await put_pair(choose(), model)

    question = model.requests[0].messages[-1].content
    assert "[[Ann Lee]] works for [[Acme]]." in question
    assert 'A. "Ann Lee" works for "Acme"\nB. none of the above' in question
    form = model.requests[0].format
    assert form is not None
    assert form.schema["properties"] == {"answer": {"enum": ["A", "B"]}}


async def test_a_question_with_slots_is_the_template_of_its_type(
    put_pair: Choose, schema: Schema
) -> None:
    model = ScriptedModel(['{"answer":"A"}'])
    works = replace(schema.relations[0], question="{head} is paid by {tail}")

    await put_pair(choose(), model, schema=replace(schema, relations=(works,)))

    assert "A. Ann Lee is paid by Acme\n" in model.requests[0].messages[-1].content


async def test_none_of_the_above_drops_the_candidate(put_pair: Choose) -> None:
    state = await put_pair(choose(), ScriptedModel(['{"answer":"B"}']))

    assert (state["claims"], state["candidates"]) == ((), ())
    assert outcome(state).status == "empty"


async def test_an_answer_without_a_letter_is_a_problem_and_the_candidate_stays(
    put_pair: Choose,
) -> None:
    state = await put_pair(choose(), ScriptedModel(["hm", "hm"]))

    assert (state["claims"], len(state["candidates"])) == ((), 1)
    assert outcome(state).status == "failed"


async def test_what_was_proposed_is_kept_where_the_recipe_says_so(put_pair: Choose) -> None:
    state = await put_pair(choose(keep_on_failure=True), ScriptedModel(["hm", "hm"]))

    (claim,) = state["claims"]
    assert claim.type == "works_for"
    assert "kept" in claim.reason
    assert outcome(state).status == "done"


async def test_most_samples_decide_and_unreadable_ones_do_not_count(put_pair: Choose) -> None:
    answers = {0: "B", 1: "A", 2: "hm", 3: "A", 4: "B", 5: "A"}
    model = ScriptedModel(lambda request: answers[request.seed])

    state = await put_pair(choose(samples=6), model)

    (claim,) = state["claims"]
    assert (claim.votes, claim.samples) == (3, 5)
    assert {request.temperature for request in model.requests} == {0.7}
    assert outcome(state).status == "done"


async def test_spans_of_entities_are_decided_too(put_pair: Choose) -> None:
    span = Argument("mention", mention("Acme", "", ACME_AGAIN))
    spans = [Candidate("entity", (span,), ("person", "organization"), (0.5, 0.4))]
    model = ScriptedModel(['{"answer":"B"}'])

    state = await put_pair(choose("entity"), model, candidates=spans)

    (claim,) = state["claims"]
    assert (claim.kind, claim.type) == ("entity", "organization")
    assert claim.arguments[0].mention.type == "organization"
    assert 'B. "Acme" is: organization' in model.requests[0].messages[-1].content


async def test_similar_pairs_are_shown_with_the_options_of_the_pair_at_hand(
    put_pair: Choose,
) -> None:
    model = ScriptedModel(['{"answer":"A"}'])

    await put_pair(choose(shots=Shots(1, 1)), model, bank=BANK)

    shown = model.requests[0].messages[1:-1]
    answers = sorted(message.content for message in shown if message.role == "assistant")
    assert answers == ['{"answer":"A"}', '{"answer":"B"}']
    assert any("[[Ed Poe]] works for [[Globex]]" in m.content for m in shown)


def test_a_passage_shows_its_relations_and_a_pair_without_one(schema: Schema) -> None:
    related, unrelated = (
        choose().show(demo, schema)  # type: ignore[misc]
        for demo in (BANK.passages[1], BANK.passages[0])
    )

    assert [exchange.answer for exchange in related] == ['{"answer":"A"}']
    assert [exchange.answer for exchange in unrelated] == ['{"answer":"B"}']


def test_a_schema_without_relations_costs_no_question(schema: Schema) -> None:
    calls = choose().calls

    assert calls
    assert calls(replace(schema, relations=())).most == 0
    assert calls(schema).most == 32
