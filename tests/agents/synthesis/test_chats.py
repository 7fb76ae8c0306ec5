"""What is exported is, to the character, what the engine asks."""

import json
from pathlib import Path

import pytest

from questgraph.agents.recipes import recipes
from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.plan import Plan
from questgraph.agents.synthesis.chats import Chat, chats, write_chats
from questgraph.agents.synthesis.harvest import Dropped
from questgraph.agents.synthesis.pinning import entity, pinned, relation
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import TRIGGER, Document, Frame
from questgraph.tools.schema import Schema

pytestmark = pytest.mark.anyio

HIRE = Frame("event", "hire", ((TRIGGER, "hired"), ("who", "Ann Lee"), ("firm", "Acme")))
FRAMES = (
    entity("Ann Lee", "person"),
    entity("Acme", "firm"),
    relation("Ann Lee", "works_for", "Acme"),
    HIRE,
)


def passage(words: str, *frames: Frame) -> Labelled:
    made = pinned(words.split(".", maxsplit=1)[0], words, frames)
    assert not isinstance(made, Dropped)
    return made


GOLD = passage("Acme hired Ann Lee. Ann Lee works for Acme.", *FRAMES)
OTHER = passage("Bo Ek left Brisk.", entity("Bo Ek", "person"), entity("Brisk", "firm"))


async def sent(plan: Plan, document: Document, exported: list[Chat]) -> list[Request]:
    """Return what the engine asks about a document, answered as the dialogues have it."""
    answers = {
        chat[:place]: message.content
        for chat in exported
        for place, message in enumerate(chat)
        if message.role == "assistant"
    }
    model = ScriptedModel(lambda request: answers.get(request.messages, "none"))
    async with SqliteLedger(":memory:") as ledger, model, Gateway(model, ledger) as gateway:
        await Engine(plan, gateway, model).read(document)
    return model.requests


@pytest.mark.parametrize("name", ["oneshot", "multi-turn", "chatie"])
@pytest.mark.parametrize("shown", [False, True])
async def test_an_exported_dialogue_is_what_the_engine_sends(
    schema: Schema, name: str, *, shown: bool
) -> None:
    bank = Bank.build([OTHER], HashingEmbedder()) if shown else None
    plan = Plan(schema=schema, recipe=recipes[name], bank=bank)

    exported = list(chats(plan, [GOLD]))
    asked = [request.messages for request in await sent(plan, Document("d", GOLD.text), exported)]

    assert exported
    for chat in exported:
        questions = [chat[:i] for i, message in enumerate(chat) if message.role == "assistant"]
        of_passage = [q for q in questions if GOLD.text in "".join(m.content for m in q)]
        assert of_passage
        assert all(question in asked for question in of_passage)


async def test_a_recipe_with_history_gives_one_dialogue_and_one_without_a_dialogue_each(
    schema: Schema,
) -> None:
    multi_turn, oneshot, chatie = (
        list(chats(Plan(schema=schema, recipe=recipes[name]), [GOLD]))
        for name in ("multi-turn", "oneshot", "chatie")
    )

    assert [len(multi_turn), len(oneshot), len(chatie)] == [1, 1, 3]
    assert [m.role for m in multi_turn[0]] == ["system", *["user", "assistant"] * 4]
    assert all(chat[-1].role == "assistant" for chat in (*multi_turn, *oneshot, *chatie))


def test_a_long_passage_is_cut_as_a_run_would_cut_it(schema: Schema) -> None:
    long = passage("Acme hired Ann Lee. " + "It rained. " * 8 + "Bo Ek left.", *FRAMES[:2], HIRE)
    plan = Plan(schema=schema, recipe=recipes["oneshot"], chunk_size=60)

    first, *rest = chats(plan, [long])

    assert json.loads(first[-1].content)["hire"]
    assert len(rest) >= 1
    assert all(json.loads(chat[-1].content) == {} for chat in rest)


def test_dialogues_are_written_one_a_line(tmp_path: Path, schema: Schema) -> None:
    plan = Plan(schema=schema, recipe=recipes["oneshot"])

    count = write_chats(tmp_path / "chats.jsonl", chats(plan, [GOLD, OTHER]))

    first, _ = map(json.loads, (tmp_path / "chats.jsonl").read_text("utf-8").splitlines())
    assert count == 2
    assert [m["role"] for m in first["messages"]] == ["system", "user", "assistant"]
    assert json.loads(first["messages"][-1]["content"])["works_for"] == [["Ann Lee", "Acme"]]
