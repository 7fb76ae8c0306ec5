"""Filter-then-rerank and LinkNER: a small model settles what it is sure of."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from questgraph.agents.recipes.filter_then_rerank import FILTER_THEN_RERANK
from questgraph.agents.recipes.linkner import LINKNER
from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.stages.propose import propose
from questgraph.agents.stages.route import route
from questgraph.agents.state import State, outcome
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.retrieval.probe import Guess
from questgraph.retrieval.proposer import Proposal
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Argument, Claim, Mention, Span, Unit
from questgraph.tools.schema import Schema

from .bounds import assert_within
from .through import through as put_through

pytestmark = pytest.mark.anyio

Through = Callable[..., Awaitable[State]]

SURE = Guess(("person", "organization"), (0.9, 0.05))
HARD = Guess(("person", "organization"), (0.5, 0.2))
DOUBTED = Guess(("person", "organization"), (0.3, 0.2))
NAUGHT = Guess(("person", "organization"), (0.2, 0.1))


class Saying:
    """Proposes what it was told to."""

    def __init__(self, guesses: dict[str, Guess]) -> None:
        self.guesses = guesses

    def propose(self, text: str) -> list[Proposal]:
        return [
            Proposal(Span(text.index(name), text.index(name) + len(name)), guess)
            for name, guess in self.guesses.items()
        ]


def passage(number: int, person: str, firm: str, verb: str) -> Labelled:
    text = f"{person} {verb} {firm} in May."
    entities = [
        {
            "text": name,
            "type": type_,
            "start": text.index(name),
            "end": text.index(name) + len(name),
        }
        for name, type_ in ((person, "person"), (firm, "organization"))
    ]
    relations = [{"head": 0, "tail": 1, "type": "works_for"}] if verb == "works for" else []
    record = {"id": f"b{number}", "text": text, "entities": entities, "relations": relations}
    return labelled(record)


BANK = [
    passage(1, "Cy Dee", "Core Ltd", "works for"),
    passage(2, "Di Fox", "Dyne Ltd", "sued"),
    passage(3, "Eva Holm", "Ebb Ltd", "works for"),
    passage(4, "Finn Roe", "Fizz Ltd", "left"),
]


@pytest.fixture
def through(schema: Schema, unit: Unit) -> Through:
    """Return a function that puts the passage through a recipe, with a bank."""

    async def through(
        recipe: Recipe,
        model: ScriptedModel,
        guesses: dict[str, Guess] | None = None,
        bank: Sequence[Labelled] = BANK,
        unit: Unit = unit,
    ) -> State:
        def learn(bank: Bank) -> Saying:
            return Saying(guesses or {})

        stages: list[Stage] = list(recipe.stages)
        if guesses is not None:
            stages[0] = propose(learn=learn)
        built = Bank.build(bank, HashingEmbedder()).fit(schema) if bank else None
        changed = replace(recipe, stages=tuple(stages))
        return await put_through(changed, model, unit, schema, bank=built)

    return through


def entities(state: State) -> list[tuple[str, str]]:
    return [
        (claim.arguments[0].mention.text, claim.type)
        for claim in state["claims"]
        if claim.kind == "entity"
    ]


def trace(state: State, stage: str) -> str:
    return next(turn.answer for turn in state["turns"] if turn.stage == stage)


async def test_only_hard_names_are_put_to_the_model(through: Through, schema: Schema) -> None:
    model = ScriptedModel({"[[Acme]]": '{"answer":"B"}', "[[Ann Lee]]": '{"answer":"A"}'})
    guesses = {"Ann Lee": SURE, "Acme": HARD, "Bo Ek": Guess(("person",), (0.1,))}

    state = await through(LINKNER, model, guesses)

    assert entities(state) == [("Ann Lee", "person"), ("Acme", "organization")]
    assert len(model.requests) == 1
    assert trace(state, "route") == "taken 1, left out 1, asked about 1 (33%)"
    assert outcome(state).status == "done"
    assert_within(LINKNER, schema, state)


async def test_a_claim_of_the_small_model_tells_where_it_came_from(through: Through) -> None:
    state = await through(LINKNER, ScriptedModel([]), {"Ann Lee": SURE})

    (claim,) = state["claims"]
    assert [state["turns"][turn].stage for turn in claim.turns] == ["propose", "route"]
    assert claim.reason == "probability 0.90"
    assert claim.arguments[0].mention == Mention(
        "Ann Lee", type="person", span=Span(10, 17), level="exact"
    )
    assert trace(state, "propose") == "Ann Lee: person 0.90, organization 0.05"


async def test_linkner_never_asks_about_what_is_likelier_no_name(through: Through) -> None:
    state = await through(LINKNER, ScriptedModel([]), {"Ann Lee": NAUGHT, "Acme": DOUBTED})

    assert state["claims"] == ()
    assert trace(state, "route") == "taken 0, left out 2, asked about 0 (0%)"


async def test_filtering_asks_about_what_may_be_no_name_and_offers_none(through: Through) -> None:
    model = ScriptedModel(['{"answer":"C"}'])

    state = await through(FILTER_THEN_RERANK, model, {"Acme": DOUBTED})

    assert state["claims"] == ()
    assert "C. none of the above" in model.requests[0].messages[-1].content
    assert outcome(state).status == "empty"


async def test_an_answer_without_an_option_keeps_the_small_models_label(through: Through) -> None:
    state = await through(FILTER_THEN_RERANK, ScriptedModel(lambda _: "hm"), {"Acme": HARD})

    assert entities(state) == [("Acme", "person")]
    assert outcome(state).status == "done"


async def test_of_too_many_hard_names_the_surest_are_settled(through: Through) -> None:
    one = route("entity", sure=0.6, at_most=1)
    few = replace(LINKNER, stages=(LINKNER.stages[0], one, LINKNER.stages[-1]))
    model = ScriptedModel(['{"answer":"A"}'])
    harder = Guess(("person", "organization"), (0.4, 0.35))

    state = await through(few, model, {"Ann Lee": HARD, "Acme": harder})

    assert "[[Acme]]" in model.requests[0].messages[-1].content
    assert entities(state) == [("Ann Lee", "person"), ("Acme", "person")]
    assert len(model.requests) == 1


async def test_relations_are_filtered_by_the_probe_of_the_bank(
    through: Through, schema: Schema
) -> None:
    firm = Guess(("organization", "person"), (0.9, 0.05))
    model = ScriptedModel(lambda request: '{"answer":"A"}')

    state = await through(FILTER_THEN_RERANK, model, {"Ann Lee": SURE, "Acme": firm})

    assert [c.type for c in state["claims"]] == ["person", "organization", "works_for"]
    assert "Ann Lee / Acme: works_for" in trace(state, "rate")
    assert "taken" in trace(state, "route_relations")
    assert_within(FILTER_THEN_RERANK, schema, state)


async def test_pairs_are_all_hard_where_the_bank_shows_no_relation(through: Through) -> None:
    bank = [replace(p, claims=tuple(c for c in p.claims if c.kind == "entity")) for p in BANK]
    firm = Guess(("organization", "person"), (0.9, 0.05))
    model = ScriptedModel(['{"answer":"A"}'])

    state = await through(FILTER_THEN_RERANK, model, {"Ann Lee": SURE, "Acme": firm}, bank=bank)

    assert trace(state, "route_relations") == "taken 0, left out 0, asked about 1 (100%)"
    assert [c.type for c in state["claims"]][-1] == "works_for"


async def test_a_given_pair_needs_no_names_found(through: Through, unit: Unit) -> None:
    ends = (
        Argument("head", Mention("Ann Lee", type="person", span=Span(10, 17), level="exact")),
        Argument("tail", Mention("Acme", type="organization", span=Span(28, 32), level="exact")),
    )
    given = replace(unit, given=(Claim("relation", "", ends, document_id="doc", unit_id=""),))

    state = await through(FILTER_THEN_RERANK, ScriptedModel(lambda _: '{"answer":"A"}'), unit=given)

    assert [claim.type for claim in state["claims"]] == ["works_for"]
    assert not any(turn.stage == "propose" for turn in state["turns"])


@pytest.mark.parametrize("recipe", [LINKNER, FILTER_THEN_RERANK], ids=lambda r: r.name)
async def test_without_labelled_passages_the_unit_fails(through: Through, recipe: Recipe) -> None:
    state = await through(recipe, ScriptedModel([]), bank=())

    assert outcome(state).status == "failed"
    assert "no labelled passages" in outcome(state).reason


@pytest.mark.parametrize("recipe", [LINKNER, FILTER_THEN_RERANK], ids=lambda r: r.name)
@pytest.mark.parametrize("answer", ["none", "", "\x00"])
async def test_the_real_probe_and_an_unhelpful_model_raise_nothing(
    through: Through, recipe: Recipe, answer: str, schema: Schema
) -> None:
    state = await through(recipe, ScriptedModel(lambda _: answer))

    assert outcome(state).status in ("done", "empty", "failed")
    assert_within(recipe, schema, state)
