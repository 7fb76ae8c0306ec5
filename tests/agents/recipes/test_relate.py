"""Relations are added and turned down by what labelled pairs look like."""

import pytest

from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.relate import LABELLED, relate
from questgraph.agents.state import Context, initial
from questgraph.retrieval.bank import Bank
from questgraph.tools.records import (
    HEAD,
    MENTION,
    TAIL,
    Argument,
    Chunk,
    Claim,
    Mention,
    Span,
    Unit,
)
from questgraph.tools.schema import EntityType, RelationType, Schema

from .banks import bank, passage

pytestmark = pytest.mark.anyio

SCHEMA = Schema(
    name="s",
    entities=(EntityType(name="person"), EntityType(name="organization")),
    relations=(RelationType(name="works_for", head=("person",), tail=("organization",)),),
)
FIRST = ("Cy", "Ida", "Max", "Ann", "Bo", "Flo", "Gil", "Uwe")
LAST = ("Dee", "Wu", "Oh", "Lee", "Ek", "Ray", "Hart", "Lund")


def taught(pairs: int) -> Bank:
    """Return a bank in which people who work for a firm and people who shun one are named."""
    passages = []
    for i in range(pairs):
        person, firm = f"{FIRST[i % 8]} {LAST[i // 8 % 8]}", f"Firm{i}"
        names = [(person, "person"), (firm, "organization")]
        works = f"{person} works for {firm}."
        passages.append(passage(f"w{i}", works, names, [(0, 1, "works_for")]))
        passages.append(passage(f"s{i}", f"{person} shuns the goods of {firm}.", names))
    return bank(passages=passages)


BANK = taught(LABELLED)
OFFSET = 50


def mention(text: str, words: str, type_: str) -> Mention:
    start = OFFSET + text.index(words)
    return Mention(words, type=type_, span=Span(start, start + len(words)), level="exact")


async def related(text: str, *, claimed: bool, known: Bank = BANK) -> list[tuple[str, str]]:
    """Return type and verdict of the relations that a passage about Zoe Orr and Acme ends with."""
    unit = Unit(Chunk("doc", text, span=Span(OFFSET, OFFSET + len(text)), index=0))
    ends = mention(text, "Zoe Orr", "person"), mention(text, "Acme", "organization")
    claims = [
        Claim("entity", m.type, (Argument(MENTION, m),), document_id="doc", unit_id=unit.id)
        for m in ends
    ]
    if claimed:
        arguments = (Argument(HEAD, ends[0]), Argument(TAIL, ends[1]))
        claims.append(Claim("relation", "works_for", arguments, document_id="doc", unit_id=unit.id))
    stage = relate()
    state = initial(unit)
    state["claims"] = tuple(claims)
    context = Context(gateway=None, schema=SCHEMA, bank=known)  # type: ignore[arg-type]  # unasked
    recipe = Recipe(name="r", summary="", source="", stages=(stage,))
    after = (await stage.run(state, context, recipe)).get("claims", tuple(claims))
    found = [claim for claim in after if claim.kind == "relation"]
    for claim in found:
        for _, told in claim.arguments:
            assert told.span
            assert text[slice(*told.span.shift(-OFFSET))] == told.text
    return [(claim.type, claim.verdict) for claim in found]


async def test_a_pair_like_the_related_ones_is_related() -> None:
    assert await related("Zoe Orr works for Acme.", claimed=False) == [("works_for", "sound")]


async def test_a_pair_like_the_unrelated_ones_is_turned_down() -> None:
    said = "Zoe Orr shuns the goods of Acme."

    assert await related(said, claimed=True) == [("works_for", "refuted")]
    assert await related(said, claimed=False) == []


async def test_what_the_model_said_and_the_probe_believes_stays_once() -> None:
    assert await related("Zoe Orr works for Acme.", claimed=True) == [("works_for", "unchecked")]


async def test_a_bank_with_few_pairs_of_a_type_is_not_heard() -> None:
    few = taught(LABELLED - 1)

    assert await related("Zoe Orr works for Acme.", claimed=False, known=few) == []
    assert await related("Zoe Orr shuns the goods of Acme.", claimed=True, known=few) == [
        ("works_for", "unchecked")
    ]


async def test_pairs_that_are_labelled_far_apart_teach_nothing() -> None:
    far = [
        passage(
            f"{i}",
            f"{FIRST[i % 8]} {LAST[i // 8 % 8]} is here. {'It rained. ' * 20}Firm{i} sold.",
            [(f"{FIRST[i % 8]} {LAST[i // 8 % 8]}", "person"), (f"Firm{i}", "organization")],
            [(0, 1, "works_for")],
        )
        for i in range(LABELLED)
    ]

    known = bank(passages=[demo for demo in [*far, *BANK.passages] if demo])

    assert await related("Zoe Orr shuns the goods of Acme.", claimed=True, known=known) == [
        ("works_for", "unchecked")
    ]
