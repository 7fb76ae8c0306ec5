import json
from dataclasses import replace

import pytest

from questgraph.agents.synthesis import structures
from questgraph.agents.synthesis.star import star
from questgraph.tools.errors import ConfigError
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.schema import Schema

from .conftest import NO, SCHEMA, YES, Open, asked, text

pytestmark = pytest.mark.anyio

WORDS = json.dumps({"trigger": ["hired"], "who": ["Ann Lee"], "firm": ["Acme"]})


@pytest.fixture
def schema(schema: Schema) -> Schema:
    return replace(schema, relations=())


@pytest.fixture(autouse=True)
def every_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structures, "PRESENT", 1)


class Author:
    """Writes one draft after the other, and says of each what it was told to."""

    def __init__(self, drafts: list[str], complaints: dict[str, str] | None = None) -> None:
        self.drafts, self.complaints = iter(drafts), complaints or {}

    def __call__(self, request: Request) -> str:
        question = asked(request)
        if "The text above" not in question:
            return WORDS if "give eight" in question else text(next(self.drafts))
        draft, doubt = next((p for p in self.complaints.items() if p[0] in question), ("", "~"))
        faulty = bool(draft) and doubt in question
        return YES if faulty == ("Besides" in question) else NO


async def test_a_text_without_faults_is_kept_after_one_draft(open_writer: Open) -> None:
    model = ScriptedModel(Author(["Acme hired Ann Lee."]))

    async with open_writer(model) as writer:
        (passage,) = (await star(writer, count=1)).kept

    assert [claim.type for claim in passage.claims] == ["person", "firm", "hire"]
    asked_about = [asked(request) for request in model.requests[2:]]
    assert len(asked_about) == 4
    assert 'Does the word "hired" in it tell of an event of this kind: hire' in asked_about[0]


async def test_a_text_that_lacks_an_argument_is_refined_once_and_kept(open_writer: Open) -> None:
    model = ScriptedModel(Author(["Acme hired Ann.", "Acme hired Ann Lee."]))

    async with open_writer(model) as writer:
        (passage,) = (await star(writer, count=1)).kept

    assert passage.text == "Acme hired Ann Lee."
    refine = model.requests[2]
    assert [m.role for m in refine.messages] == ["system", "user", "assistant", "user"]
    assert '- "Ann Lee" does not stand in it letter by letter' in asked(refine)
    assert "hired" not in asked(refine)


@pytest.mark.parametrize(
    ("doubt", "instruction"),
    [
        ("Does the word", '"hired" does not tell of the event'),
        ('is "Ann Lee" the who', '"Ann Lee" is not the who there'),
        ("Besides", "It tells of more than was asked for"),
    ],
)
async def test_each_kind_of_fault_has_its_instruction(
    open_writer: Open, doubt: str, instruction: str
) -> None:
    drafts = ["Acme hired Ann Lee, they deny.", "Acme hired Ann Lee."]
    model = ScriptedModel(Author(drafts, {"they deny": doubt}))

    async with open_writer(model) as writer:
        (passage,) = (await star(writer, count=1)).kept

    (refine,) = [r for r in model.requests if "not yet what was asked for" in asked(r)]
    assert passage.text == drafts[1]
    assert instruction in asked(refine)
    assert asked(refine).count("\n- ") == 1


async def test_a_fault_that_stays_drops_the_passage_after_the_last_round(open_writer: Open) -> None:
    model = ScriptedModel(Author(["Acme hired Ann."] * 3))

    async with open_writer(model) as writer:
        (dropped,) = (await star(writer, count=1, rounds=2)).dropped

    assert (dropped.reason, dropped.detail) == ("issues left", 'verbatim: "Ann Lee"')
    assert len(model.requests) == 4


async def test_a_relation_is_written_about_and_its_fact_asked_for(
    open_writer: Open,
) -> None:
    def answer(request: Request) -> str:
        if "Give eight names" in asked(request):
            return json.dumps({"head": ["Ann Lee"], "tail": ["Acme"]})
        if "The text above" in asked(request):
            return NO if "Besides" in asked(request) else YES
        return text("Ann Lee works for Acme.")

    model = ScriptedModel(answer)
    async with open_writer(model) as writer:
        relations = replace(writer, schema=replace(SCHEMA, events=()))
        harvest = await star(relations, count=1)

    assert [claim.type for claim in harvest.kept[0].claims] == ["person", "firm", "works_for"]
    assert 'Does it state that "Ann Lee" works for "Acme"' in asked(model.requests[2])


async def test_words_that_cannot_be_read_drop_the_items_of_their_type_only(
    open_writer: Open,
) -> None:
    async with open_writer(ScriptedModel(lambda request: "no idea")) as writer:
        harvest = await star(writer, count=2)

    assert harvest.reasons == {"failed": 2}


async def test_a_schema_of_entities_has_nothing_to_write_about(
    open_writer: Open, schema: Schema
) -> None:
    async with open_writer(ScriptedModel([])) as writer:
        bare = replace(writer, schema=replace(schema, events=()))
        with pytest.raises(ConfigError, match="no relations and no events"):
            await star(bare, count=1)
