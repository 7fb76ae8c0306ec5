"""Every recipe end to end on SmolLM2-135M: whatever it says, what is promised holds."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self, cast, get_args

import pytest

from questgraph.agents.estimates.forecast import asking
from questgraph.agents.machine import compile_recipe
from questgraph.agents.recipes import recipes
from questgraph.agents.runs.plan import Plan
from questgraph.agents.state import Context, State, initial, outcome
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.catalogue import Catalogue, Entry
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.models.base import ChatModel, Reply, Request
from questgraph.tools.models.providers import open_model
from questgraph.tools.records import (
    MENTION,
    TRIGGER,
    Argument,
    Chunk,
    Claim,
    Kind,
    Mention,
    Span,
    Status,
    Turn,
    Unit,
)
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema
from questgraph.tools.settings import Settings

pytestmark = [pytest.mark.live, pytest.mark.anyio]

SCHEMA = Schema(
    name="small",
    entities=(
        EntityType(name="person", guideline="A named human being."),
        EntityType(name="organization", guideline="A named company."),
    ),
    relations=(RelationType(name="works_for", head=("person",), tail=("organization",)),),
    events=(
        EventType(
            name="appointment",
            trigger="the verb",
            roles=(Role(name="person", types=("person",)),),
        ),
    ),
)

PASSAGE = "Acme named Ann Lee its head in May."
BEFORE = "Acme makes cranes. "
DOCUMENT = f"{BEFORE}{PASSAGE} Ann Lee had left Globex."

SHORT = 96
"""Tokens of an answer at most: so small a model seldom comes to an end by itself."""


def passage(
    id_: str, text: str, *names: tuple[str, str], works: tuple[int, int] | None = None
) -> Labelled:
    """Return a passage with (words, type) labelled, and who of them works for whom."""
    starts = [text.index(words) for words, _ in names]
    entities = [
        {"text": words, "type": type_, "start": start, "end": start + len(words)}
        for (words, type_), start in zip(names, starts, strict=True)
    ]
    relations = [{"head": works[0], "tail": works[1], "type": "works_for"}] if works else []
    return labelled({"id": id_, "text": text, "entities": entities, "relations": relations})


PERSON, FIRM = "person", "organization"

# A small model that learns from it is unsure of the names of `PASSAGE`: it leaves them to ours.
BANK = Bank.build(
    [
        passage("a", "Cy Dee joined Initech in May.", ("Cy Dee", PERSON), ("Initech", FIRM)),
        passage("b", "Ida Wu praised Globex in May.", ("Ida Wu", PERSON), ("Globex", FIRM)),
        passage("c", "Max Oh joined Hooli.", ("Max Oh", PERSON), ("Hooli", FIRM), works=(0, 1)),
        passage("d", "Acme named Bo Ek its head.", ("Acme", FIRM), ("Bo Ek", PERSON), works=(1, 0)),
        passage("e", "Acme named nobody in May."),
        passage("f", "It rained all day, and nobody came."),
    ],
    HashingEmbedder(),
)
CATALOGUE = Catalogue([Entry("Acme", "company"), Entry("Ann Lee", "person")])


def given(kind: Kind, type_: str, *parts: tuple[str, str, str]) -> Claim:
    """Return what is known of the passage: (role, words, type) of each part."""
    arguments = [
        Argument(role, Mention(words, type=of, span=Span(start, start + len(words)), level="exact"))
        for role, words, of in parts
        for start in [DOCUMENT.index(words, len(BEFORE))]
    ]
    return Claim(kind, type_, tuple(arguments), document_id="note", unit_id="")


NAMES = (
    given("entity", "person", (MENTION, "Ann Lee", "person")),
    given("entity", "organization", (MENTION, "Acme", "organization")),
)
# So weak a model names little, and then nobody would ask about pairs, names or arguments.
GIVEN = {
    **dict.fromkeys(("qa4re", "sumask", "gpt-re", "cot-er", "guideline-learning"), NAMES),
    **dict.fromkeys(("docre-nli", "verifiner"), NAMES),
    "code4struct": (given("event", "appointment", (TRIGGER, "named", "")),),
}


class Brief:
    """A model that is stopped early, and counts what it is asked."""

    def __init__(self, model: ChatModel) -> None:
        self.model, self.name, self.slots = model, model.name, model.slots
        self.asked = 0

    async def complete(self, request: Request) -> Reply:
        self.asked += 1
        return await self.model.complete(
            replace(request, max_tokens=min(SHORT, request.max_tokens))
        )

    async def __aenter__(self) -> Self:
        await self.model.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.model.__aexit__(kind, error, trace)


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[Brief]:
    # With several threads each waits for the slowest, which on a busy machine is very slow.
    settings = replace(Settings.read(), threads=1)
    async with Brief(open_model("local:smollm2-135m", settings)) as model:
        yield model


async def question(name: str, model: Brief) -> State:
    """Put the passage through a recipe, with all that a recipe may look things up in."""
    recipe = recipes[name]
    bank = BANK.viewed(recipe.view) if recipe.view else BANK
    plan = Plan(schema=SCHEMA, recipe=recipe, bank=bank, catalogue=CATALOGUE)
    chunk = Chunk("note", PASSAGE, span=Span(len(BEFORE), len(BEFORE + PASSAGE)), index=0)
    unit = Unit(chunk, document_text=DOCUMENT, given=GIVEN.get(name, ()))
    ((_, demos),) = plan.prepare([unit], avoid="note")
    async with SqliteLedger(":memory:") as ledger:
        context = Context(
            gateway=Gateway(model, ledger), schema=SCHEMA, bank=bank, catalogue=CATALOGUE
        )
        state = await compile_recipe(recipe).ainvoke(initial(unit, demos), context=context)
        return cast(State, state)


@pytest.mark.parametrize("name", recipes)
async def test_whatever_a_weak_model_says_every_recipe_keeps_its_promises(
    name: str, model: Brief
) -> None:
    asked_before = model.asked

    state = await question(name, model)

    ended = outcome(state)
    assert ended.status in get_args(Status)
    assert ended.reason or ended.status == "done"
    assert_in_the_text([claim for claim in state["claims"] if claim.admitted])
    assert sum(turn.usage.calls for turn in state["turns"]) == model.asked - asked_before > 0
    assert_told(state["turns"], name)
    assert_as_estimated(state["turns"], name)


def assert_in_the_text(claims: Sequence[Claim]) -> None:
    """Check that each part of each claim stands where the claim says."""
    for claim in claims:
        assert claim.type in SCHEMA
        for _, mention in claim.arguments:
            assert mention.span
            assert Span(len(BEFORE), len(BEFORE + PASSAGE)).holds(mention.span)
            there = DOCUMENT[slice(*mention.span)]
            assert there.strip() == there != ""
            assert mention.level != "exact" or there == mention.text


def assert_told(turns: Sequence[Turn], name: str) -> None:
    """Check that the trace has who asked, what, and where the call is."""
    stages = {stage.name for stage in recipes[name].stages}
    for turn in turns:
        assert turn.stage in stages
        assert turn.question
        assert turn.call or not turn.usage.calls


def assert_as_estimated(turns: Sequence[Turn], name: str) -> None:
    """Check each stage's questions, complaints left out, against what it says that it asks."""
    asked_by = [turn.stage for turn in turns if not turn.complained]
    for stage, calls in asking(recipes[name], SCHEMA):
        assert calls.least <= asked_by.count(stage.name) <= calls.most, stage.name
