"""Facts in any words: no schema, a few sentences at a time, every end in the text."""

import json
from collections.abc import Callable

import pytest

from questgraph.agents.extractor import extract
from questgraph.agents.recipes.open import OPEN
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Document
from questgraph.tools.schema_sources import general

TEXT = "Lichens cover rock. Mosses follow. Ants live there. Bo Ek studied lichens in 1998."


def answering(*facts: tuple[str, str, str]) -> Callable[[Request], str]:
    """Return a model's mind: it states those facts whose tail it is shown."""

    def answer(request: Request) -> str:
        passage = request.messages[-1].content.partition("</passage>")[0]
        return json.dumps({"triples": [fact for fact in facts if fact[2] in passage]})

    return answer


def test_facts_become_edges_named_by_their_phrase() -> None:
    mind = answering(("Lichens", "cover", "rock"), ("Bo Ek", "has studied", "lichens"))

    found = extract(Document("d", TEXT), model=ScriptedModel(mind), recipe="open", bank=None)
    graph = found.graph
    names = {id_: node["name"] for id_, node in graph.nodes(data=True)}
    assert found.complete

    assert sorted(names.values()) == ["Bo Ek", "Lichens", "rock"]
    assert {(names[a], e["type"], names[b]) for a, b, e in graph.edges(data=True)} == {
        ("Lichens", "cover", "rock"),
        ("Bo Ek", "has studied", "Lichens"),
    }


def test_what_the_text_does_not_name_stays_out() -> None:
    mind = answering(("Lichens", "cover", "rock"), ("Wolves", "eat", "Ants"))

    found = extract(Document("d", TEXT), model=ScriptedModel(mind), recipe="open", bank=None)
    assert len(found.claims) == 2
    assert found.graph.number_of_edges() == 1


def test_three_sentences_are_asked_about_at_a_time() -> None:
    model = ScriptedModel(lambda request: '{"triples":[]}')

    found = extract(Document("d", TEXT), model=model, recipe="open", bank=None)
    assert found.status.units == {"empty": 1}

    assert len(model.requests) == 2
    assert "Bo Ek" not in model.requests[0].messages[-1].content
    assert OPEN.stage("facts").calls
    least, likely, most, *_ = OPEN.stage("facts").calls(general())  # type: ignore[misc]
    assert least <= len(model.requests) <= most
    assert likely == 3


@pytest.mark.parametrize("answer", ["hm", '{"triples":[["Lichens","cover"]]}'])
def test_an_answer_that_cannot_be_read_is_no_empty_passage(answer: str) -> None:
    model = ScriptedModel(lambda request: answer)

    found = extract(Document("d", TEXT), model=model, recipe="open", bank=None)
    assert found.status.units == {"failed": 1}
