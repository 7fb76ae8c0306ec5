import dataclasses
from collections.abc import Awaitable, Callable

import pytest

from questgraph.agents.recipes.c_icl import C_ICL
from questgraph.agents.recipes.codeie import CODEIE
from questgraph.agents.state import State, outcome
from questgraph.retrieval.selection import Candidate, selections
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.schema import Schema

from .banks import PASSAGES, passage
from .bounds import assert_within

pytestmark = pytest.mark.anyio

Put = Callable[..., Awaitable[State]]

MISLED = dataclasses.replace(
    PASSAGES[0],
    rejected=(
        *passage("a", PASSAGES[0].text, [("Acme", "person"), ("spring", "person")]).claims,
        *PASSAGES[0].claims[:1],
    ),
)
NOTHING = "    # END"


async def test_wrong_lines_stand_in_the_question_and_the_right_ones_in_the_answer(
    put: Put, schema: Schema
) -> None:
    model = ScriptedModel(lambda request: NOTHING)

    state = await put(C_ICL, model, [MISLED])

    _, demo, answer, question = model.requests[0].messages
    rest = demo.content.partition("\n\n")[2]
    assert rest.splitlines()[:5] == [
        "# These lines were written about the text and are wrong:",
        '# entity_list.append({"text": "Acme", "type": "person"})',
        '# entity_list.append({"text": "spring", "type": "person"})',
        "# They are not to be repeated. What is right:",
        "def named_entity_recognition(text):",
    ]
    assert demo.content.endswith(question.content.partition("\n\n")[2])
    assert '"Acme", "type": "person"' not in answer.content
    # Nothing wrong was said of relations.
    assert "wrong" not in model.requests[1].messages[1].content
    assert outcome(state).status == "empty"
    assert_within(C_ICL, schema, state)


async def test_without_mistakes_it_asks_as_codeie_does(put: Put, schema: Schema) -> None:
    asked = []
    for recipe in (CODEIE, C_ICL):
        model = ScriptedModel(lambda request: NOTHING)
        await put(recipe, model, PASSAGES[:2])
        asked.append([request.messages for request in model.requests])

    assert asked[0] == asked[1]


def candidates(*demos: Labelled) -> list[Candidate]:
    embedded = [0.9 - 0.1 * i for i in range(len(demos))]
    return [
        Candidate(demo, likeness, None)  # type: ignore[arg-type]  # vectors are not looked at
        for demo, likeness in zip(demos, embedded, strict=True)
    ]


@pytest.mark.parametrize(
    ("sorts", "k", "kept"),
    [("rrrwww", 4, "1034"), ("wwwrrr", 4, "0134"), ("rrrrww", 2, "04"), ("rwwwww", 4, "0123")],
)
def test_half_of_the_demonstrations_show_mistakes(sorts: str, k: int, kept: str) -> None:
    demos = [
        dataclasses.replace(MISLED if sort == "w" else PASSAGES[1], id=str(i))
        for i, sort in enumerate(sorts)
    ]

    chosen = selections["contrasting"](candidates(*demos), k)

    assert {candidate.demo.id for candidate in chosen} == set(kept)
    assert chosen[-1].likeness == max(candidate.likeness for candidate in chosen)
