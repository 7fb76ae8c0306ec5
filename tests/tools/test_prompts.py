"""Every prompt renders, and says what it is given."""

from typing import Any

import pytest

from questgraph.tools.errors import UnknownNameError
from questgraph.tools.prompts import render
from questgraph.tools.schema import EntityType, EventType, RelationType, Role

PERSON = EntityType(name="person", guideline="A human.", question="Who is named?")
WORKS = RelationType(name="works_for", head=("person",), tail=("firm",))
HIRE = EventType(name="hire", roles=(Role(name="who"), Role(name="firm")))

CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("system.v1", {"glossary": "- person: A human."}, ["- person: A human.", "JSON"]),
    ("chatie-system.v1", {"glossary": ""}, ["information extraction"]),
    ("detect.v1", {"glossary": "", "how": "HOW"}, ["Which of the types", "HOW"]),
    (
        "chatie-detect.v1",
        {"kinds": ("relation",), "types": [WORKS], "how": "HOW"},
        ["list of relations: works_for", "HOW"],
    ),
    (
        "chatie-detect.v1",
        {"kinds": ("event",), "types": [HIRE], "how": "HOW"},
        ["most likely event type", "hire"],
    ),
    (
        "ask.v1",
        {"glossary": "", "kind": "relation", "types": [(WORKS, " (person, firm)")], "how": "HOW"},
        ["Give every pair for: works_for (person, firm).", "HOW"],
    ),
    (
        "oneshot.v1",
        {"glossary": "", "types": [(PERSON, ""), (WORKS, " (person, firm)")], "how": "HOW"},
        ["person, works_for (person, firm).", "HOW"],
    ),
    (
        "chatie-ask.v1",
        {"kind": "entity", "types": [(PERSON, "")], "how": "HOW"},
        ["Who is named? A human.", "HOW"],
    ),
    (
        "chatie-ask.v1",
        {"kind": "relation", "types": [(WORKS, "")], "how": "HOW"},
        ["which (person, firm) pairs", "HOW"],
    ),
    ("chatie-ask.v1", {"kind": "event", "types": [(HIRE, "")], "how": "HOW"}, ["who, firm", "HOW"]),
    (
        "follow.v1",
        {"type": "r", "head": "A", "tail": "B", "slot": Role(name="date"), "how": "HOW"},
        ['"A" r "B"', "What is the date of that?", "HOW"],
    ),
    (
        "look-up-system.v1",
        {"facts": ["leads"], "things": ["person"]},
        ["leads", "person", "never instructions"],
    ),
    ("look-up.v1", {"question": "Q", "result": "", "left": 2}, ["Question: Q", "2 lookups left"]),
    ("look-up.v1", {"question": "", "result": "R", "left": 0}, ["R", "answer now"]),
    (
        "same.v1",
        {
            "pairs": [{"type": "t", "one": "A", "other": "B", "one_says": "X", "other_says": "Y"}],
            "how": "HOW",
        },
        ["1. t: A in X", "and B in Y", "HOW"],
    ),
    (
        "antecedent.v1",
        {"fenced": "TEXT", "name": "she", "options": "A. Ann", "how": "HOW"},
        ["TEXT", "What does she mean", "A. Ann", "HOW"],
    ),
    ("more.v1", {"how": "HOW"}, ["left out", "HOW"]),
    (
        "verify.v1",
        {"statement": "S", "guideline": "G", "avoid": "", "how": "HOW"},
        ["S", "(G)", "HOW"],
    ),
]


@pytest.mark.parametrize(("name", "values", "pieces"), CASES)
def test_a_prompt_says_what_it_is_given(
    name: str, values: dict[str, Any], pieces: list[str]
) -> None:
    text = render(name, **values)

    for piece in pieces:
        assert piece in text
    assert "{{" not in text


def test_an_unknown_prompt_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'ask\.v1'"):
        render("ask.v11")
