"""Answers that do not fit: more room, then shorter passages, then `truncated`."""

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from questgraph.agents.recipes import recipes
from questgraph.agents.runs.engine import SPLITS, Engine
from questgraph.agents.runs.plan import Plan
from questgraph.tools.chunking import halves, split
from questgraph.tools.database import Database
from questgraph.tools.errors import ModelRefusedError, PromptTooLongError
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Reply, Request
from questgraph.tools.models.scripted import Answer, ScriptedModel
from questgraph.tools.records import Chunk, Claim, Document, Result, Span

from .runs.world import SCHEMA, reader, text

pytestmark = pytest.mark.anyio

SENTENCES = " ".join(map(text, (10, 20, 30, 40)))
DOCUMENT = Document("d", f"A heading of its own.\n\n{SENTENCES}")
RUNAWAY = "and so on, " * 60

UNICODE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("aA b.!?。，\n\r\t\u0301\u200d\u00ad🇩🇪👩👧🏽각ᄀ\u3099"),
    ),
    max_size=200,
)


def passage(request: Request) -> str:
    """Return the passage that a request is about."""
    contents = "\n".join(message.content for message in request.messages)
    found = re.search(r"<passage((?: \w+)?)>\n(.*?)\n</passage\1>", contents, re.DOTALL)
    assert found
    return found[2]


def too_long_for(characters: int, trouble: Answer) -> Callable[[Request], Answer]:
    """Return what answers well about passages of so many characters at most."""

    def answer(request: Request) -> Answer:
        return trouble if len(passage(request)) > characters else reader(request)

    return answer


async def read(model: ScriptedModel, document: Document = DOCUMENT, size: int = 1200) -> Result:
    """Question a document of one passage."""
    plan = Plan(schema=SCHEMA, recipe=recipes["multi-turn"], chunk_size=size)
    with closing(Database(":memory:")) as database:
        async with Gateway(model, SqliteLedger(database)) as gateway:
            (result,) = await Engine(plan, gateway, model).read(document)
    return result


def told(result: Result) -> set[Claim]:
    """Return what was found, whichever turn said it."""
    return {replace(claim, turns=()) for claim in result.claims}


@pytest.mark.parametrize(
    ("trouble", "asked"),
    [
        (Reply('{"types":["per', "length"), 2),
        (Reply(RUNAWAY), 2),
        (PromptTooLongError("8000 tokens"), 1),
    ],
    ids=["cut off", "running away", "a passage too long"],
)
@pytest.mark.parametrize("longest", [len(SENTENCES) * 2 // 3, len(SENTENCES) * 2 // 5])
async def test_a_passage_is_cut_until_its_answers_fit_and_gives_what_it_would_have_given_whole(
    trouble: Answer, asked: int, longest: int
) -> None:
    model = ScriptedModel(too_long_for(longest, trouble))

    result = await read(model)

    whole = [request for request in model.requests if passage(request) == DOCUMENT.text]
    assert [request.max_tokens for request in whole] == [512, 1024][:asked]
    assert result.outcome.status == "done"
    assert told(result) == told(await read(ScriptedModel(reader)))
    assert len(result.claims) == len(told(result)), "what two parts share is said once"


async def test_what_parts_of_a_passage_say_stands_where_it_says_so_in_the_document() -> None:
    trouble = Reply("{", "length")
    result = await read(ScriptedModel(too_long_for(len(SENTENCES) // 2, trouble)))

    assert result.claims
    for claim in result.claims:
        assert claim.evidence
        for _, mention in claim.arguments:
            if mention.level == "exact":
                assert mention.span
                assert DOCUMENT.text[slice(*mention.span)] == mention.text
                assert claim.evidence.start <= mention.span.start
                assert mention.span.end <= claim.evidence.end


async def test_turns_of_all_parts_are_kept_and_claims_point_at_those_that_said_them() -> None:
    model = ScriptedModel(too_long_for(len(SENTENCES) // 2, Reply("{", "length")))

    result = await read(model)

    calls = {turn.call for turn in result.turns}
    first_tries = {r.key(model.name) for r in model.requests if r.max_tokens == 512}
    assert len(model.requests) == len(calls | first_tries)
    assert result.usage.calls == len(model.requests)
    for claim in result.claims:
        assert claim.turns
        for turn in claim.turns:
            kind = result.turns[turn]
            said = kind.stage in ("ask", "more") and claim.arguments[0].mention.text in kind.answer
            assert said or kind.stage == "verify"


async def test_a_passage_that_never_fits_is_truncated_after_so_many_cuts() -> None:
    model = ScriptedModel(lambda _: Reply("{", "length"))

    result = await read(model)

    sizes = [len(passage(request)) for request in model.requests]
    parts = {passage(request) for request in model.requests}
    assert result.outcome.status == "truncated"
    assert result.outcome.reason == "detect: the answer was cut off, with twice the room too"
    assert result.claims == ()
    assert len(model.requests) == 2 * len(parts)
    assert len(parts) <= sum(3**level for level in range(SPLITS + 1))
    assert min(sizes) > len(SENTENCES) // 3**SPLITS // 2


async def test_what_fits_is_kept_although_another_part_is_truncated() -> None:
    def answer(request: Request) -> Answer:
        hard = "case 10" in passage(request)
        return Reply("{", "length") if hard else reader(request)

    result = await read(ScriptedModel(answer))

    whole = told(await read(ScriptedModel(reader)))
    assert result.outcome.status == "truncated"
    assert told(result) < whole
    assert len(told(result)) >= len(whole) // 2


async def test_a_part_that_is_refused_makes_the_passage_refused() -> None:
    def answer(request: Request) -> Answer:
        if len(passage(request)) == len(DOCUMENT.text):
            return Reply("{", "length")
        return ModelRefusedError("no") if "case 40" in passage(request) else reader(request)

    result = await read(ScriptedModel(answer))

    assert result.outcome.status == "refused"
    assert result.claims


async def test_a_passage_in_whose_parts_nothing_is_found_is_empty() -> None:
    document = Document("d", "Nothing of that kind is said here. Nor is it in this sentence.")

    result = await read(ScriptedModel(too_long_for(40, Reply("{", "length"))), document)

    assert result.outcome.status == "empty"


async def test_a_passage_of_one_character_cannot_be_cut() -> None:
    model = ScriptedModel(lambda _: Reply("{", "length"))

    result = await read(model, Document("d", "\N{FAMILY}"))

    assert result.outcome.status == "truncated"
    assert len(model.requests) == 2


async def test_an_answer_that_is_refused_is_no_reason_to_cut() -> None:
    model = ScriptedModel(lambda _: ModelRefusedError("wrong key"))

    result = await read(model)

    assert result.outcome.status == "refused"
    assert len(model.requests) == 1


@given(UNICODE, st.integers(0, 1000))
@example("a" * 100, 3)
@example("🇩🇪" * 20, 0)
@example("e" + "\u0301" * 30 + "b", 7)
@example("One. Two. Three. Four. Five.", 5)
def test_parts_cover_the_passage_and_are_shorter_slices_of_the_document(
    passage: str, before: int
) -> None:
    passage = passage.strip()
    document = Document("d", "x" * before + passage)
    chunk = Chunk("d", passage, span=Span(before, before + len(passage)), index=7)

    parts = halves(chunk)

    covered = {i for part in parts for i in range(*part.span)}
    assert all(i + before in covered for i, c in enumerate(passage) if not c.isspace())
    assert len(parts) <= 3
    for part in parts:
        assert part.text == document.text[slice(*part.span)]
        assert (part.document_id, part.index) == ("d", 7)
        assert part == chunk or len(part.text) < len(chunk.text)


@given(UNICODE)
def test_cutting_again_and_again_comes_to_single_characters(passage: str) -> None:
    parts = split(Document("d", passage), size=200, overlap=0)

    for _ in range(60):
        parts = [half for part in parts for half in halves(part)][:50]

    assert all(halves(part) == [part] for part in parts)
