"""Code that a model wrote is taken apart, mended where it slipped, and never run."""

import contextlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.codecs.code.instances import Instances
from questgraph.tools.codecs.code.literals import literal
from questgraph.tools.codecs.code.reading import LONGEST, read_calls, says_nothing
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame
from questgraph.tools.schema import EntityType

PERSON = EntityType(name="person")


def people(answer: str) -> list[str]:
    found = read_calls(answer, {"Person"}, {"print", "append"})
    assert not found.broken
    return [str(value) for call in found.calls for value in call.values]


@pytest.mark.parametrize(
    "answer",
    [
        'Here\'s it:\n```python\nresult = [\n    Person("Ann"),\n    Person("Bo"),\n]\n```',
        'Person("Ann"), Person("Bo")',
        '```\nPerson("Ann")\nPerson("Bo")',
        'Person("Ann"\nPerson("Bo")\n]',
        'class Person(Entity):\n    ...\n\nresult = [Person("Ann"), Person("Bo")]\nprint(result)',
        'result.append(Person("Ann"))\nresult.append(Person("Bo"))',
        'a = Person("Ann")  # a (sic!\nb = schema.Person("Bo")',
    ],
)
def test_what_stands_around_calls_and_a_forgotten_bracket_cost_nothing(answer: str) -> None:
    assert people(answer) == ["Ann", "Bo"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ('Person("She said "no" twice")', 'She said "no" twice'),
        ("Person('Ann O'Neil')", "Ann O'Neil"),
        (r'Person("C:\dir")', r"C:\dir"),
        ('Person("a) b(")', "a) b("),
    ],
)
def test_quotes_that_were_not_escaped_are(answer: str, words: str) -> None:
    assert people(answer) == [words]


def test_a_last_line_that_is_cut_off_is_told_and_the_complete_ones_are_kept() -> None:
    with pytest.raises(AnswerError, match=r'cannot be read: Person\("Bo D') as complaint:
        Instances().read('    Person("Ann"),\n    Person("Bo D', [PERSON])

    assert complaint.value.partial == [Frame("entity", "person", (("mention", "Ann"),))]


HOSTILE = [
    '__import__("os").system("touch {mark}")',
    'Person(__import__("os").system("touch {mark}"))',
    'Person(open("{mark}", "w"))',
    'Person((lambda: open("{mark}", "w"))())',
    'Person(f\'{{open("{mark}", "w")}}\')',
    '[Person("x") for _ in [open("{mark}", "w")]]',
    "exec(\"open('{mark}', 'w')\")",
    'Person(x := open("{mark}", "w"))',
]


@pytest.mark.parametrize("code", HOSTILE)
def test_hostile_code_does_nothing(code: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    before = dict(os.environ)

    with contextlib.suppress(AnswerError):
        Instances().read(code.format(mark=mark), [PERSON])

    assert not mark.exists()
    assert dict(os.environ) == before


@pytest.mark.parametrize("code", HOSTILE[:4] + HOSTILE[6:])
def test_hostile_code_is_complained_about(code: str) -> None:
    with pytest.raises(AnswerError, match=r"There is no class|cannot be read") as complaint:
        Instances().read(code, [PERSON])

    assert not complaint.value.partial


@pytest.mark.parametrize(
    "code",
    [
        "(" * 20_000,
        "f(" * 9_000,
        "Person(" * 2_800 + ")" * 300,
        "Person(" + "-" * 3_000 + "1)",
        "Person(" + "[" * 500 + "]" * 500 + ")",
        "Person(a" + "[0]" * 1_000 + ")",
        "Person(" + "9" * 3_900 + ")",
        "Person(" + "lambda:" * 500 + "1)",
        "Person((" * 1_200 + "))" * 1_200,
        '"\\' * 9_900,
        'Person("Ann",\n' * 1_400,
        "([{" * 3_000 + ")]}" * 3_000,
        "Person(\x00)",
    ],
    ids=lambda code: code[:12].replace("\x00", "0"),
)
def test_code_made_to_exhaust_the_reader_does_not(code: str) -> None:
    started = time.process_time()

    read_calls(code, {"Person"})

    assert time.process_time() - started < 3


def test_a_reply_without_end_is_not_read() -> None:
    with pytest.raises(AnswerError, match="too long"):
        read_calls("x" * (LONGEST + 1), set())


@given(st.text())
def test_no_text_closes_its_literal(text: str) -> None:
    (call,) = read_calls(f"Person({literal(text)})", {"Person"}).calls

    assert call.values == (text,)
    assert "\n" not in literal(text)


@pytest.mark.parametrize(
    ("answer", "nothing"),
    [
        ("", True),
        ("None", True),
        ("]", True),
        ("result = []", True),
        ("```python\nresult = [\n]\n```", True),
        ("def named_entity_recognition(text):\n    entity_list = []\n    # END", True),
        ("extract = Extract([])", True),
        ("There are some people here.", False),
        ("I cannot tell", False),
    ],
)
def test_code_in_which_nothing_was_found_differs_from_no_code(answer: str, nothing: bool) -> None:
    assert says_nothing(answer) is nothing
