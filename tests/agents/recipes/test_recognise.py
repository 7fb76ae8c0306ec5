"""Names that demonstrations always label are added without a question."""

import pytest

from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.recognise import recognise
from questgraph.agents.state import Context, initial
from questgraph.retrieval.bank import Bank
from questgraph.tools.records import MENTION, Argument, Chunk, Claim, Mention, Span, Unit
from questgraph.tools.schema import EntityType, Schema

from .banks import bank, passage

pytestmark = pytest.mark.anyio

SCHEMA = Schema(name="s", entities=(EntityType(name="person"), EntityType(name="organization")))
TEXT = "Then Globex Ltd hired Cy Dee."
OFFSET = 100
UNIT = Unit(Chunk("doc", TEXT, span=Span(OFFSET, OFFSET + len(TEXT)), index=0))
BANK = bank(
    passages=[
        passage(f"{i}", f"On day {i} Globex Ltd sold.", [("Globex Ltd", "organization")])
        for i in range(3)
    ]
)


def said(words: str, type_: str) -> Claim:
    start = OFFSET + TEXT.index(words)
    mention = Mention(words, type=type_, span=Span(start, start + len(words)), level="exact")
    arguments = (Argument(MENTION, mention),)
    return Claim("entity", type_, arguments, document_id="doc", unit_id=UNIT.id)


async def recognised(*claims: Claim, known: Bank | None = BANK) -> list[tuple[str, str, str]]:
    stage = recognise()
    context = Context(gateway=None, schema=SCHEMA, bank=known)  # type: ignore[arg-type]  # unasked
    state = initial(UNIT)
    state["claims"] = claims
    recipe = Recipe(name="r", summary="", source="", stages=(stage,))
    update = await stage.run(state, context, recipe)
    after = update.get("claims", claims)
    return [(c.arguments[0].mention.text, c.type, c.verdict) for c in after]


async def test_a_known_name_that_was_missed_is_added_at_its_place() -> None:
    assert await recognised() == [("Globex Ltd", "organization", "sound")]

    stage = recognise()
    context = Context(gateway=None, schema=SCHEMA, bank=BANK)  # type: ignore[arg-type]  # unasked
    recipe = Recipe(name="r", summary="", source="", stages=(stage,))
    (claim,) = (await stage.run(initial(UNIT), context, recipe))["claims"]
    assert claim.arguments[0].mention.span == Span(OFFSET + 5, OFFSET + 15)
    assert claim.evidence == Span(OFFSET, OFFSET + len(TEXT))
    assert claim.reason == "labelled so 3 times in the demonstrations"


async def test_labels_outrank_another_type_of_the_same_place() -> None:
    assert await recognised(said("Globex Ltd", "person")) == [
        ("Globex Ltd", "person", "invalid"),
        ("Globex Ltd", "organization", "sound"),
    ]


async def test_a_longer_name_that_the_model_gave_is_left_alone() -> None:
    longer = said("Globex Ltd hired", "person")

    assert await recognised(longer) == [("Globex Ltd hired", "person", "unchecked")]


async def test_nothing_changes_without_a_bank() -> None:
    assert await recognised(said("Cy Dee", "person"), known=None) == [
        ("Cy Dee", "person", "unchecked")
    ]
