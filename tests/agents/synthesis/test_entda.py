import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.synthesis.entda import Entity, edits, entda, entities
from questgraph.agents.synthesis.harvest import Dropped
from questgraph.agents.synthesis.pinning import entity, pinned
from questgraph.tools.errors import ConfigError, UnknownNameError
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel

from .conftest import NO, YES, Open, asked, text

pytestmark = pytest.mark.anyio


def passage(words: str, **names: str) -> Labelled:
    spelled = {name.replace("_", " "): type_ for name, type_ in names.items()}
    made = pinned(words, words, [entity(name, type_) for name, type_ in spelled.items()])
    assert not isinstance(made, Dropped)
    return made


SET = [
    passage("Ann Lee joined Acme.", Ann_Lee="person", Acme="firm"),
    passage("Bo Ek left Brisk.", Bo_Ek="person", Brisk="firm"),
    passage("Cy saw Oslo.", Cy="person", Oslo="city"),
    passage("Nothing happened."),
]


def writes(request: Request) -> str:
    """Write a sentence that names all that is asked for, and judge it well."""
    if "The text above" in asked(request):
        return NO if "Besides" in asked(request) else YES
    names = re.findall(r'^- "(.+)" \(', asked(request), re.MULTILINE)
    return text(f"There were {' and '.join(names)}.")


async def test_each_operation_writes_a_passage_for_an_edited_list(open_writer: Open) -> None:
    model = ScriptedModel(writes)

    async with open_writer(model) as writer:
        harvest = await entda(writer, SET, count=8)

    assert [item.id.split("-")[1] for item in harvest.kept] == [*edits, *edits]
    sizes = [len(entities(item)) for item in harvest.kept]
    assert sizes[:4] == [3, 1, 2, 2]
    assert all("Nothing happened" not in m.content for r in model.requests for m in r.messages)


async def test_a_text_without_an_entity_is_dropped(open_writer: Open) -> None:
    async with open_writer(ScriptedModel(lambda request: text("Ann Lee."))) as writer:
        harvest = await entda(writer, SET[:1], count=1, operations=["swap"])

    assert harvest.reasons == {"not verbatim": 1}


async def test_a_text_that_names_more_is_dropped(open_writer: Open) -> None:
    model = ScriptedModel(lambda r: YES if "The text above" in asked(r) else writes(r))

    async with open_writer(model) as writer:
        harvest = await entda(writer, SET, count=1)

    assert [(item.reason, item.detail) for item in harvest.dropped] == [
        ("not confirmed", "it names more")
    ]


async def test_the_sentence_that_is_edited_may_not_come_back(open_writer: Open) -> None:
    async with open_writer(ScriptedModel(lambda request: text(SET[0].text))) as writer:
        harvest = await entda(writer, SET[:1], count=1, operations=["replace"])

    assert harvest.reasons == {"same as its source": 1}


async def test_a_set_without_entities_and_an_unknown_edit_are_wrong_calls(
    open_writer: Open,
) -> None:
    async with open_writer(ScriptedModel([])) as writer:
        with pytest.raises(ConfigError, match="no passage of the set has entities"):
            await entda(writer, SET[3:], count=1)
        with pytest.raises(UnknownNameError, match="did you mean 'swap'"):
            await entda(writer, SET, count=1, operations=["swp"])


NAMES = st.builds(Entity, st.sampled_from(["Ann", "Bo", "Cy", "Dee"]), st.sampled_from("ab"))


@given(
    st.sampled_from(list(edits)),
    st.lists(NAMES, min_size=1, max_size=3, unique_by=lambda name: name.words),
    st.lists(NAMES),
    st.integers(0, 9),
)
def test_an_edit_leaves_names_that_differ_and_changes_what_it_says(
    operation: str, names: list[Entity], others: list[Entity], seed: int
) -> None:
    edited = edits[operation](tuple(names), others, random.Random(seed))

    assert len({name.words for name in edited}) == len(edited) > 0
    change = {"add": {0, 1}, "delete": {0, -1}, "replace": {0}, "swap": {0}}[operation]
    assert len(edited) - len(names) in change
    if operation == "replace":
        assert [name.type for name in edited] == [name.type for name in names]
    if operation == "swap":
        assert sorted(edited) == sorted(names)
        assert edited != tuple(names) or len(names) == 1
