"""From documents to a draft, with a model that answers as it is told to."""

import itertools
import json
import re
from pathlib import Path

import pytest

from questgraph.agents.inference.inference import Summary, infer
from questgraph.tools.documents import Inputs
from questgraph.tools.errors import ConfigError
from questgraph.tools.gateway.cost import Caps
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Document
from questgraph.tools.schema_sources import load_schema

DOCUMENTS = [
    Document("a", "Ann Lee works for Acme. Acme is based in Oslo."),
    Document("b", "Bo Ek is employed by Brisk. Brisk is based in Bergen."),
    Document("c", "Cy Fox works for Acme."),
]
FACTS = {
    "Ann Lee works": [
        ["Ann Lee", "person", "works for", "Acme", "company"],
        ["Acme", "company", "is based in", "Oslo", "city"],
        ["Acme", "company", "is based in", "Narnia", "city"],
    ],
    "Bo Ek is": [
        ["Bo Ek", "Person", "employed_by", "Brisk", "firm"],
        ["Brisk", "firm", "is based in", "Bergen", "city"],
    ],
    "Cy Fox": [["Cy Fox", "person", "works for", "Acme", "company"]],
}
DEFINITIONS = {
    "company": "an organization that does business",
    "firm": "an organization that does business",
    "person": "a human being",
    "city": "a large town",
    "works for": "the first is paid by the second for work that it does",
    "employed by": "the first is paid by the second for work that it does",
    "is based in": "the first has its seat in the second",
}
SAME = {
    "employed by": "works for",
    "works for": "employed by",
    "firm": "company",
    "company": "firm",
}


def asked(request: Request) -> str:
    """Return the last question of a request."""
    return request.messages[-1].content


def answer(request: Request) -> str:
    """State, define and compare."""
    question = asked(request)
    if "Which facts" in question:
        passage = question.split("</passage", 1)[0]
        facts = next((facts for key, facts in FACTS.items() if key in passage), [])
        return json.dumps({"facts": facts})
    if "Define each" in question:
        phrases = re.findall(r'^- "(.+?)": ', question, re.MULTILINE)
        return json.dumps({phrase: DEFINITIONS.get(phrase, phrase) for phrase in phrases})
    (phrase,) = re.findall(r'is called "(.+?)"', question)
    same = SAME.get(phrase, "none of")
    letters = re.findall(rf"^(\w)\. (?:{same}|none of)", question, re.MULTILINE)
    return json.dumps({"answer": letters[0]})


@pytest.fixture(autouse=True)
def _hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTGRAPH_EMBEDDER", "hashing")


def draft(
    folder: Path,
    inputs: Inputs = DOCUMENTS,
    model: ScriptedModel | None = None,
    **options: object,
) -> Summary:
    chosen = model or ScriptedModel(answer)
    return infer(inputs, folder / "schema.yaml", model=chosen, **options)  # type: ignore[arg-type]


def test_a_draft_has_merged_types_with_definitions_signatures_and_examples(tmp_path: Path) -> None:
    made = draft(tmp_path)

    schema = load_schema(tmp_path / "schema.yaml")
    assert [type_.name for type_ in schema.entities] == ["company", "person", "city"]
    assert [(r.name, r.head, r.tail) for r in schema.relations] == [
        ("works_for", ("person",), ("company",)),
        ("is_based_in", ("company",), ("city",)),
    ]
    assert schema["company"].guideline == "an organization that does business"
    assert schema["company"].examples == ("Acme", "Brisk")
    assert schema["works_for"].examples == ("works for", "employed_by")
    assert made["complete"]
    assert (made["statements"], made["entities"], made["relations"]) == (5, 3, 2)


def test_comments_say_how_often_a_type_was_met_and_what_else_it_was_called(tmp_path: Path) -> None:
    draft(tmp_path)

    text = (tmp_path / "schema.yaml").read_text()
    assert (
        "  # 3 statements, such as: Ann Lee works for Acme\n"
        "  # also called: employed by (1)\n"
        "  works_for:\n"
    ) in text


def test_names_that_are_not_in_the_passage_count_for_nothing(tmp_path: Path) -> None:
    draft(tmp_path)

    assert "Narnia" not in (tmp_path / "schema.yaml").read_text()


def test_the_order_of_documents_does_not_matter(tmp_path: Path) -> None:
    texts = set()
    for number, order in enumerate(itertools.permutations(DOCUMENTS)):
        draft(tmp_path / str(number), list(order))
        texts.add((tmp_path / str(number) / "schema.yaml").read_text())

    assert len(texts) == 1


def test_a_limit_reads_the_same_passages_in_any_order(tmp_path: Path) -> None:
    one, other = ScriptedModel(answer), ScriptedModel(answer)

    draft(tmp_path / "1", DOCUMENTS, one, limit=1)
    draft(tmp_path / "2", DOCUMENTS[::-1], other, limit=1)

    assert [asked(r) for r in one.requests] == [asked(r) for r in other.requests]
    assert sum("Which facts" in asked(r) for r in one.requests) == 1


def test_relations_are_put_to_the_model_however_like_their_definitions_are(tmp_path: Path) -> None:
    model = ScriptedModel(answer)

    draft(tmp_path, model=model)

    assert any('A relation is called "employed by"' in asked(r) for r in model.requests)


def test_the_same_command_again_asks_nothing_and_writes_the_same(tmp_path: Path) -> None:
    draft(tmp_path)
    before = (tmp_path / "schema.yaml").read_bytes()
    again = ScriptedModel([])

    assert draft(tmp_path, model=again)["complete"]

    assert again.requests == []
    assert (tmp_path / "schema.yaml").read_bytes() == before


def test_what_a_cap_stopped_is_told_and_goes_on_where_it_was(tmp_path: Path) -> None:
    first, second = ScriptedModel(answer), ScriptedModel(answer)

    stopped = draft(tmp_path, model=first, budget=Caps(calls=2))
    made = draft(tmp_path, model=second)

    assert not stopped["complete"]
    assert any("over_budget" in problem for problem in stopped["problems"])
    assert made["complete"]
    assert len(first.requests) == 2
    questions = [asked(r) for r in (*first.requests, *second.requests)]
    assert len({q for q in questions if "Which facts" in q}) == 3
    assert len([q for q in questions if "Which facts" in q]) == 3


def test_unreadable_answers_are_told_and_leave_the_rest(tmp_path: Path) -> None:
    def broken(request: Request) -> str:
        texts = " ".join(message.content for message in request.messages)
        return "no idea" if "Cy Fox" in texts and "Which facts" in texts else answer(request)

    made = draft(tmp_path, model=ScriptedModel(broken))

    assert not made["complete"]
    assert made["problems"] == [
        (
            "open, c: failed: no readable answer in 2 tries:"
            " Answer with JSON only, in the form asked for."
        )
    ]
    assert "# missing: open, c: failed" in (tmp_path / "schema.yaml").read_text()
    assert load_schema(tmp_path / "schema.yaml")["is_based_in"]


def test_phrases_without_a_definition_stay_types_of_their_own(tmp_path: Path) -> None:
    def silent(request: Request) -> str:
        known = "Which facts" in request.messages[1].content
        return answer(request) if known else "no idea"

    made = draft(tmp_path, model=ScriptedModel(silent))

    schema = load_schema(tmp_path / "schema.yaml")
    assert {type_.name for type_ in schema.entities} == {"person", "company", "firm", "city"}
    assert not any(type_.guideline for type_ in schema.types())
    assert not made["complete"]


def test_documents_without_facts_give_no_draft(tmp_path: Path) -> None:
    made = draft(tmp_path, [Document("d", "Nothing of note.")])

    assert made["complete"]
    assert made["statements"] == 0
    assert not (tmp_path / "schema.yaml").exists()


def test_empty_documents_are_an_error_or_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no text to infer a schema from"):
        draft(tmp_path, [Document("d", "  ")])

    made = draft(tmp_path, [*DOCUMENTS, Document("d", "  ")])

    assert made["problems"] == ["d: it is empty"]


def test_a_draft_that_was_edited_is_not_replaced(tmp_path: Path) -> None:
    draft(tmp_path)
    path = tmp_path / "schema.yaml"
    path.write_text(path.read_text().replace("a human being", "Whoever has a name."))
    model = ScriptedModel(answer)

    with pytest.raises(ConfigError, match=r"was edited, so it is not replaced: give another --out"):
        draft(tmp_path, model=model)

    assert "Whoever has a name." in path.read_text()
    assert model.requests == []


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    name = 'x" # y\u2028: {a: &b *c}\u202e</passage>'
    text = f"{name} owns Acme."

    def hostile(request: Request) -> str:
        question = asked(request)
        if "Which facts" in question:
            return json.dumps({"facts": [[name, "a\n# thing: 1", "owns\u0085- b", "Acme", "!!x"]]})
        return answer(request)

    draft(tmp_path, [Document("d\n#", text)], ScriptedModel(hostile))

    schema = load_schema(tmp_path / "schema.yaml")
    assert {type_.name for type_ in schema.types()} == {"a_thing_1", "x", "owns_b"}
