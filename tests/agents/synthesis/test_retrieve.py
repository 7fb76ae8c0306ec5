import pytest

from questgraph.agents.synthesis.retrieve import proposals, retrieve
from questgraph.agents.synthesis.sources import Triple
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Document

from .conftest import NO, YES, Open, asked

pytestmark = pytest.mark.anyio

WORKS = Triple("Ann Lee", "works_for", "Acme", "person", "firm")
BASED = Triple("Acme", "based_in", "Oslo", "firm", "city")
CORPUS = [
    Document("a", "Ann Lee works for Acme of Oslo. Ann Lee left. Acme grew."),
    Document("b", "Nobody is here."),
    Document("c", "Ann Lee sued Acme."),
]


async def test_passages_that_say_a_triple_are_found_and_labelled(open_writer: Open) -> None:
    model = ScriptedModel(lambda request: NO if "sued" in asked(request) else YES)

    async with open_writer(model) as writer:
        harvest = await retrieve(writer, [WORKS, BASED], CORPUS)

    (passage,) = harvest.kept
    assert passage.text == "Ann Lee works for Acme of Oslo."
    assert [frame.type for frame in passage.frames("relation")] == ["works_for", "based_in"]
    assert [(item.reason, item.text) for item in harvest.dropped] == [
        ("not confirmed", "Ann Lee sued Acme.")
    ]


async def test_what_is_denied_of_a_passage_is_left_out_and_noted(open_writer: Open) -> None:
    def answer(request: Request) -> str:
        return YES if "works for" in asked(request).splitlines()[-2] else NO

    async with open_writer(ScriptedModel(answer)) as writer:
        (passage,) = (await retrieve(writer, [WORKS, BASED], CORPUS[:1])).kept

    assert [frame.type for frame in passage.frames("relation")] == ["works_for"]
    assert passage.notes == {"denied": '"Acme" based in "Oslo"'}


def test_a_wider_window_takes_both_ends_from_neighbouring_sentences() -> None:
    documents = [Document("d", "Ann Lee is here. She works for Acme. Oslo is far.")]

    narrow = list(proposals([WORKS], documents, window=1, each=5))
    wide = list(proposals([WORKS], documents, window=2, each=5))

    assert narrow == []
    assert [found.text for found in wide] == ["Ann Lee is here. She works for Acme."]


def test_a_triple_is_asked_about_so_many_times_at_most() -> None:
    documents = [Document(str(n), f"Ann Lee works for Acme, {n}.") for n in range(9)]

    assert len(list(proposals([WORKS], documents, window=1, each=2))) == 2


def test_an_end_within_a_longer_name_of_the_graph_is_no_match() -> None:
    documents = [Document("d", "Ann Lee works for Acme Oslo.")]
    longer = Triple("Acme Oslo", "based_in", "Oslo")

    assert list(proposals([WORKS, longer], documents, window=1, each=5)) == []


def test_names_are_found_with_other_dashes_and_quotes() -> None:
    triple = Triple("Anne-Marie O'Neil", "works_for", "Acme")
    documents = [Document("d", "Anne‑Marie O’Neil works for Acme.")]

    assert len(list(proposals([triple], documents, window=1, each=5))) == 1
