"""What joins a passage with the rest of its document: asked once, pinned in both."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from questgraph.agents.machine import compile_recipe
from questgraph.agents.recipes.document import DOCUMENT
from questgraph.agents.state import Context, State, initial, outcome
from questgraph.graphs.assembly import assemble
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Chunk, Claim, Document, Span, Unit
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

pytestmark = pytest.mark.anyio

PASSAGE = "Ann Lee was appointed by the board."
REST = " It rained for days. The sea was grey. Lee then led Acme from Oslo. Acme is in Norway."
TEXT = PASSAGE + REST
SCHEMA = Schema(
    name="work",
    entities=(EntityType(name="person"), EntityType(name="company"), EntityType(name="city")),
    relations=(
        RelationType(name="leads", head=("person",), tail=("company",)),
        RelationType(name="seat", head=("company",), tail=("city",)),
    ),
    events=(
        EventType(
            name="appointment",
            trigger="a verb",
            roles=(Role(name="who", types=("person",)), Role(name="where", types=("company",))),
        ),
    ),
)
FIRST = '{"person":["Ann Lee"],"appointment":[{"trigger":"appointed","who":["Ann Lee"]}]}'


async def put(answers: Sequence[str], text: str = TEXT) -> tuple[State, ScriptedModel]:
    """Return what comes of the first passage of a document, and the model that was asked."""
    chunk = Chunk("d", PASSAGE, span=Span(0, len(PASSAGE)), index=0)
    model = ScriptedModel(list(answers))
    async with SqliteLedger(":memory:") as ledger, model:
        context = Context(gateway=Gateway(model, ledger), schema=SCHEMA)
        state = initial(Unit(chunk, document_text=text))
        return await compile_recipe(DOCUMENT).ainvoke(state, context=context), model


def told(claims: Sequence[Claim]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return type, verdict, and the words at which each part is pinned."""
    return [
        (c.type, c.verdict, tuple(TEXT[slice(*m.span)] if m.span else "-" for _, m in c.arguments))
        for c in claims
    ]


async def test_a_relation_is_pinned_here_and_elsewhere() -> None:
    state, model = await put([FIRST, '{"leads":[["Ann Lee","Acme"]]}'])

    found = state["claims"][-1]
    assert told([found]) == [("leads", "unchecked", ("Ann Lee", "Acme"))]
    assert found.arguments[1].mention.span == Span(TEXT.index("Acme"), TEXT.index("Acme") + 4)
    assert found.evidence == Span(0, TEXT.index(" Acme is"))
    assert found.turns == (1,)
    assert found.admitted
    assert "Ann Lee (person)" in model.requests[1].messages[-1].content
    assert "Lee then led Acme from Oslo." in model.requests[1].messages[-1].content


async def test_only_types_that_the_passage_can_have_a_part_in_are_asked_for() -> None:
    _, model = await put([FIRST, "{}"])

    form = model.requests[1].format
    assert form
    assert list(form.schema["properties"]) == ["leads", "appointment"]  # type: ignore[call-overload]


async def test_an_event_gets_what_other_sentences_add() -> None:
    answer = '{"appointment":[{"trigger":"appointed","who":["Lee"],"where":["Acme","Nowhere"]}]}'
    state, _ = await put([FIRST, answer])

    events = [claim for claim in state["claims"] if claim.kind == "event"]
    assert told(events) == [("appointment", "sound", ("appointed", "Ann Lee", "Acme"))]
    assert events[0].turns == (0, 1)


async def test_what_joins_nothing_stays_out_with_its_reason() -> None:
    answer = '{"leads":[["Ann Lee","the board"],["Oslo","Acme"],["Ann Lee","Nobody"]]}'
    state, _ = await put([FIRST, answer])

    kept = [claim for claim in state["claims"] if claim.kind == "relation"]
    assert [claim.admitted for claim in kept] == [False, False, False]
    assert told(kept)[:2] == [
        ("leads", "invalid", ("Ann Lee", "the board")),
        ("leads", "invalid", ("Oslo", "Acme")),
    ]
    assert "what joins the two was asked for" in kept[0].reason
    assert kept[2].arguments[1].mention.level == "absent"


async def test_types_are_checked() -> None:
    first = '{"person":["Ann Lee"],"city":["board"]}'
    state, _ = await put([first, '{"leads":[["board","Acme"]]}'])

    assert told(state["claims"])[-1] == ("leads", "invalid", ("board", "Acme"))
    assert "not a person" in state["claims"][-1].reason


async def test_what_was_said_before_is_not_said_twice() -> None:
    first = '{"person":["Ann Lee"],"leads":[["Ann Lee","the board"]]}'
    state, _ = await put([first, '{"leads":[["Ann Lee","Acme"],["ann lee","Acme"]]}'])

    assert [c.fillers("tail")[0].text for c in state["claims"] if c.kind == "relation"] == [
        "the board",
        "Acme",
    ]


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        pytest.param([FIRST], PASSAGE, id="one passage"),
        pytest.param(['{"city":[]}'], TEXT, id="nothing that could be joined"),
    ],
)
async def test_nothing_is_asked_in_vain(answers: Sequence[str], text: str) -> None:
    _, model = await put(answers, text)

    assert len(model.requests) == 1


async def test_an_answer_that_cannot_be_read_loses_no_claim_and_is_told() -> None:
    state, _ = await put([FIRST, "hm", "hm"])

    assert outcome(state).status == "failed"
    assert "reach" in outcome(state).reason
    assert [claim.kind for claim in state["claims"]] == ["entity", "event"]


async def test_the_graph_has_the_edge_and_a_quote_that_leaves_out_what_lies_between() -> None:
    far = PASSAGE + " It rained." * 400 + REST
    state, _ = await put([FIRST, '{"leads":[["Ann Lee","Acme"]]}'], far)
    claims = [replace(claim, verdict="sound") for claim in state["claims"]]

    graph = assemble(claims, {"d": Document("d", far)}, SCHEMA)

    (support,) = [e["support"][0] for *_, e in graph.edges(data=True) if e["type"] == "leads"]
    assert support["quote"].startswith("Ann Lee was appointed")
    assert " […] " in support["quote"]
    assert support["quote"].endswith("Lee then led Acme from Oslo.")
    assert len(support["quote"]) < 1000
