import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from questgraph.agents.estimates.forecast import asking
from questgraph.agents.recipes.ultra import ULTRA
from questgraph.agents.rivals import told_once
from questgraph.agents.stages.refine import refine
from questgraph.agents.stages.windows import MOST, framed
from questgraph.agents.state import State, initial, outcome
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Argument, Chunk, Claim, Mention, Span, Unit
from questgraph.tools.schema import RelationType, Schema

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

TEXT = (
    "Ann Lee was born in Oslo. The rain fell. The wind blew. Acme named Ann Lee in May. "
    "Others say so too. Night came. The moon rose. Initech named Bo Ek. Then the day broke. "
    "Ann Lee was born in Rome, they say."
)


@pytest.fixture
def unit() -> Unit:
    return Unit(Chunk("doc", TEXT, span=Span(10, 10 + len(TEXT)), index=0))


@pytest.fixture
def schema(schema: Schema) -> Schema:
    born = RelationType(name="born_in", head=("person",), functional=True)
    return replace(schema, relations=(born,))


def passage(request: Request) -> str:
    """Return what the last message shows; a complaint shows nothing."""
    found = re.search(r"<passage[^>]*>\n(.*?)\n</passage", request.messages[-1].content, re.DOTALL)
    return found[1] if found else ""


def answers(prefer: Callable[[str], str]) -> Callable[[Request], str]:
    """Return a model that finds what stands in its window, and prefers as it is told."""

    def answer(request: Request) -> str:
        question, shown = request.messages[-1].content, passage(request)
        if "Give every pair" in question:
            places = [place for place in ("Oslo", "Rome") if f"born in {place}" in shown]
            pairs = ",".join(f'["Ann Lee","{place}"]' for place in places)
            return f'{{"born_in":[{pairs}]}}'
        if "Give every event" in question:
            events = [
                f'{{"trigger":"named","person":["{who}"],"firm":["{firm}"]}}'
                for firm, who in (("Acme", "Ann Lee"), ("Initech", "Bo Ek"))
                if f"{firm} named" in shown
            ]
            return f'{{"appointment":[{",".join(events)}]}}'
        if "At most one of these" in question:
            return prefer(question)
        return '{"answer":"yes"}'

    return answer


def letter(wanted: str) -> Callable[[str], str]:
    """Return a preference for the option that has `wanted`, wherever it stands."""

    def prefer(question: str) -> str:
        options = re.findall(r"^([AB])\. (.*)$", question, re.MULTILINE)
        chosen = [letter for letter, words in options if wanted in words]
        return f'{{"answer":"{(chosen or ["C"])[0]}"}}'

    return prefer


def told(state: State) -> list[tuple[str, ...]]:
    return [
        (claim.type, *(mention.text for _, mention in claim.arguments))
        for claim in state["claims"]
        if claim.admitted
    ]


async def test_windows_of_a_few_sentences_overlap_and_hold_the_whole_passage(put: Put) -> None:
    model = ScriptedModel(answers(letter("Rome")))

    await put(ULTRA, model)

    shown = [passage(r) for r in model.requests if "Give every pair" in r.messages[-1].content]
    assert len(shown) == 3
    assert shown[0].startswith("Ann Lee was born in Oslo.")
    assert shown[-1].endswith("they say.")
    assert all("Acme named" in window for window in shown[:2])


async def test_what_two_windows_say_is_one_claim_at_its_own_place(put: Put) -> None:
    state = await put(ULTRA, ScriptedModel(answers(letter("Rome"))))

    assert told(state) == [
        ("born_in", "Ann Lee", "Rome"),
        ("appointment", "named", "Ann Lee", "Acme"),
        ("appointment", "named", "Bo Ek", "Initech"),
    ]
    born = next(claim for claim in state["claims"] if claim.admitted)
    assert born.fillers("head")[0].span == Span(10, 17).shift(TEXT.rindex("Ann Lee"))
    for claim in state["claims"]:
        assert all(turn < len(state["turns"]) for turn in claim.turns)
        assert any(TEXT[slice(*m.span.shift(-10))] == m.text for _, m in claim.arguments if m.span)
    assert outcome(state).status == "done"


async def test_the_loser_of_a_comparison_stays_with_its_reason(put: Put) -> None:
    state = await put(ULTRA, ScriptedModel(answers(letter("Rome"))))

    (loser,) = [claim for claim in state["claims"] if claim.verdict == "refuted"]
    assert loser.fillers("tail")[0].text == "Oslo"
    assert loser.reason == "'Rome' fits better as tail"
    compared = [i for i, turn in enumerate(state["turns"]) if turn.stage == "refine"]
    assert len(compared) == 2
    assert set(compared) <= set(loser.turns)


async def test_a_model_that_prefers_a_position_leaves_the_earlier_one(put: Put) -> None:
    state = await put(ULTRA, ScriptedModel(answers(lambda question: '{"answer":"A"}')))

    assert ("born_in", "Ann Lee", "Oslo") in told(state)
    assert ("born_in", "Ann Lee", "Rome") not in told(state)


@pytest.mark.parametrize("said", ['{"answer":"C"}', "hm"])
async def test_neither_decides_nothing(put: Put, said: str) -> None:
    state = await put(ULTRA, ScriptedModel(answers(lambda question: said)))

    assert ("born_in", "Ann Lee", "Oslo") in told(state)
    assert ("born_in", "Ann Lee", "Rome") in told(state)
    assert outcome(state).status == ("failed" if said == "hm" else "done")


async def test_what_the_self_check_denies_is_refuted(put: Put) -> None:
    def deny(request: Request) -> str:
        said = answers(letter("Rome"))(request)
        return '{"answer":"no"}' if "Does it say" in request.messages[-1].content else said

    state = await put(ULTRA, ScriptedModel(deny))

    assert not told(state)
    assert {claim.verdict for claim in state["claims"]} == {"refuted"}


async def test_fillers_of_a_role_that_takes_one_are_rivals(put: Put) -> None:
    def two_firms(request: Request) -> str:
        if "Give every event" not in request.messages[-1].content:
            return answers(letter('firm "Acme"'))(request)
        window = passage(request)
        firms = [f'"{firm}"' for firm in ("Acme", "May") if firm in window]
        event = f'{{"trigger":"named","person":["Ann Lee"],"firm":[{",".join(firms)}]}}'
        return f'{{"appointment":[{event if firms else ""}]}}'

    state = await put(ULTRA, ScriptedModel(two_firms))

    assert ("appointment", "named", "Ann Lee", "Acme") in told(state)
    (loser,) = [c for c in state["claims"] if c.kind == "event" and c.verdict == "refuted"]
    assert [mention.text for _, mention in loser.arguments] == ["named", "May"]


def event(*arguments: tuple[str, str, int]) -> Claim:
    mentions = [
        Argument(role, Mention(text, span=Span(start, start + len(text)), level="exact"))
        for role, text, start in arguments
    ]
    return Claim("event", "appointment", tuple(mentions), document_id="d", unit_id="u")


def test_an_event_that_is_told_twice_is_one_with_the_fillers_of_both() -> None:
    first = event(("trigger", "named", 5), ("person", "Bo", 20))
    again = event(("trigger", "named", 5), ("firm", "Acme", 0), ("person", "Bo", 20))
    another = event(("trigger", "named", 55), ("person", "Bo", 20))

    claims = told_once([first, again, another])

    roles = [[role for role, _ in claim.arguments] for claim in claims]
    assert roles == [["trigger", "person", "firm"], ["trigger", "person"]]


def test_events_without_triggers_are_one_when_they_share_a_filler() -> None:
    first = event(("person", "Bo", 20), ("firm", "Acme", 0))
    again = event(("person", "bo", 70))
    another = event(("person", "Ann", 90), ("firm", "Initech", 80))

    assert len(told_once([first, again, another])) == 2


@pytest.mark.parametrize("count", [1, 4, 5, 6, 30, 300])
def test_there_are_never_too_many_windows_and_no_sentence_is_left_out(count: int) -> None:
    text = " ".join(["It rained."] * count)
    unit = Unit(Chunk("doc", text, span=Span(0, len(text)), index=0))

    windows = list(framed(initial(unit), 5, 2))

    assert len(windows) <= MOST
    assert (windows[0].start, windows[-1].end) == (0, len(text))
    assert all(b.start < a.end < b.end for a, b in pairwise(windows))


async def test_a_model_that_finds_nothing_ends_in_empty(put: Put) -> None:
    nothing = {"Give every pair": '{"born_in":[]}', "Give every event": '{"appointment":[]}'}

    state = await put(ULTRA, ScriptedModel(nothing))

    assert outcome(state).status == "empty"


async def test_answers_that_cannot_be_read_end_in_failed(put: Put) -> None:
    state = await put(ULTRA, ScriptedModel(lambda request: "hm"))

    assert outcome(state).status == "failed"


async def test_no_more_is_asked_than_was_reckoned(put: Put, schema: Schema) -> None:
    model = ScriptedModel(answers(letter("Rome")))

    state = await put(ULTRA, model)

    asked = [turn.stage for turn in state["turns"]]
    for stage, calls in asking(ULTRA, schema):
        assert calls.least <= calls.likely <= calls.most
        assert calls.least <= asked.count(stage.name) <= calls.most


async def test_comparisons_stop_at_the_limit_and_what_is_left_over_stays(
    put: Put, schema: Schema
) -> None:
    stages = [refine(at_most=0) if stage.name == "refine" else stage for stage in ULTRA.stages]

    state = await put(replace(ULTRA, stages=tuple(stages)), ScriptedModel(answers(letter("Rome"))))

    assert "refine" not in {turn.stage for turn in state["turns"]}
    assert len([claim for claim in told(state) if claim[0] == "born_in"]) == 2
