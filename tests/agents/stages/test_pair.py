from dataclasses import replace

import pytest

from questgraph.agents.recipes import recipes
from questgraph.agents.stages.pair import pair, pairs
from questgraph.agents.state import Candidate, Context, initial
from questgraph.tools.records import Argument, Claim, Mention, Span, Unit
from questgraph.tools.schema import Schema

pytestmark = pytest.mark.anyio


def entity(unit: Unit, type_: str, text: str, nth: int = 0) -> Claim:
    start = -1
    for _ in range(nth + 1):
        start = unit.chunk.text.index(text, start + 1)
    span = Span(start, start + len(text)).shift(unit.chunk.span.start)
    mention = Mention(text, type=type_, span=span, level="exact")
    arguments = (Argument("mention", mention),)
    return Claim("entity", type_, arguments, document_id="doc", unit_id=unit.id)


def names(candidate: Candidate) -> tuple[str, ...]:
    return tuple(mention.text for _, mention in candidate.arguments)


async def made(unit: Unit, schema: Schema, at_most: int = 32) -> tuple[Candidate, ...]:
    context = Context(gateway=None, schema=schema)  # type: ignore[arg-type]
    update = await pair(at_most=at_most).run(initial(unit), context, recipes["oneshot"])
    return update["candidates"]


def all_of(unit: Unit) -> tuple[Claim, ...]:
    return (
        entity(unit, "person", "Ann Lee"),
        entity(unit, "person", "Ann Lee", 1),
        entity(unit, "person", "Bo Ek"),
        entity(unit, "organization", "Acme"),
        entity(unit, "organization", "Acme", 1),
    )


async def test_entities_are_paired_where_a_signature_accepts_them(
    unit: Unit, schema: Schema
) -> None:
    candidates = await made(replace(unit, given=all_of(unit)), schema)

    assert {names(candidate): candidate.types for candidate in candidates} == {
        ("Ann Lee", "Acme"): ("works_for",),
        ("Bo Ek", "Acme"): ("works_for",),
        # The relation is symmetric, so the other direction is no question of its own.
        ("Bo Ek", "Ann Lee"): ("knows",),
    }


async def test_two_names_are_paired_where_they_stand_closest(unit: Unit, schema: Schema) -> None:
    closest, *_ = pairs(all_of(unit), schema)

    assert names(closest) == ("Bo Ek", "Acme")
    assert [mention.span for _, mention in closest.arguments] == [Span(45, 50), Span(34, 38)]


async def test_only_so_many_pairs_are_made(unit: Unit, schema: Schema) -> None:
    assert len(await made(replace(unit, given=all_of(unit)), schema, at_most=1)) == 1


async def test_refuted_and_absent_entities_are_not_paired(unit: Unit, schema: Schema) -> None:
    ann, _, _, acme, _ = all_of(unit)
    absent = replace(acme, arguments=(Argument("mention", Mention("Globex")),))

    assert pairs([ann, replace(acme, verdict="refuted"), absent], schema) == []


async def test_a_given_pair_gets_the_relations_that_fit_its_types(
    unit: Unit, schema: Schema
) -> None:
    ann, _, bo, acme, _ = all_of(unit)
    bare = Argument("tail", replace(acme.arguments[0].mention, type=""))
    head = Argument("head", ann.arguments[0].mention)
    given = replace(ann, kind="relation", type="", arguments=(head, bare))

    (open_,) = await made(replace(unit, given=(given,)), schema)
    (typed,) = await made(replace(unit, given=(given, acme, bo)), schema)

    assert open_.types == ("works_for", "knows")
    assert typed.types == ("works_for",)
    assert typed.arguments[1].mention.type == "organization"


def test_no_model_is_asked() -> None:
    assert pair().calls is None
