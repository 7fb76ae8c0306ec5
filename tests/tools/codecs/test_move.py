import json
from contextlib import suppress

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as some

from questgraph.tools.codecs.move import Move, MoveChoice
from questgraph.tools.errors import AnswerError

ALLOWED = (Move("detect"), Move("ask", "works_for"), Move("ask", "person"), Move("stop"))

moves = some.builds(Move, some.text(min_size=1, max_size=8), some.text(max_size=20))


@pytest.mark.parametrize(
    ("answer", "move"),
    [
        ('{"move":"ask","about":"person"}', Move("ask", "person")),
        ('```json\n{"move": "Ask", "about": "Works-For"}\n```', Move("ask", "works_for")),
        ('I will stop. {"move":"stop"}', Move("stop")),
        ('{"move":"detect","about":null}', Move("detect")),
    ],
)
def test_a_move_is_read_as_models_write_it(answer: str, move: Move) -> None:
    assert MoveChoice(ALLOWED).read(answer) == move


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ('{"move":"dance","about":""}', "'dance' is no move that you can make now"),
        ('{"move":"ask","about":"place"}', "ask can now be about works_for; person"),
        ('{"move":"stop","about":"person"}', 'stop can now be about ""'),
        ('{"move":["ask"]}', "Answer with JSON"),
        ("ask person", "Answer with JSON"),
    ],
)
def test_a_move_that_is_not_allowed_is_sent_back_with_those_that_are(
    answer: str, complaint: str
) -> None:
    with pytest.raises(AnswerError) as error:
        MoveChoice(ALLOWED).read(answer)

    assert complaint in str(error.value)


@given(some.lists(moves, min_size=1, max_size=6, unique=True), moves)
def test_the_grammar_allows_exactly_the_moves_that_are_allowed(
    allowed: list[Move], other: Move
) -> None:
    choice = MoveChoice(allowed)
    form = choice.format()
    assert form
    exactly = json.loads(form.grammar.removeprefix("start: %json "))

    valid = jsonschema.Draft202012Validator(exactly).is_valid

    assert all(valid(json.loads(choice.write(move))) for move in allowed)
    assert valid(json.loads(choice.write(other))) == (other in allowed)
    assert all(choice.read(choice.write(move)) == move for move in allowed)


@given(some.lists(moves, min_size=1, max_size=6))
def test_the_schema_is_one_that_strict_endpoints_take(allowed: list[Move]) -> None:
    form = MoveChoice(allowed).format()

    assert form
    assert form.strict
    assert all(
        jsonschema.Draft202012Validator(dict(form.schema)).is_valid(move_as_json)
        for move_as_json in ({"move": move.name, "about": move.about} for move in allowed)
    )


@given(some.text(max_size=60))
def test_whatever_is_read_is_allowed(answer: str) -> None:
    with suppress(AnswerError):
        assert MoveChoice(ALLOWED).read(answer) in ALLOWED
