"""The next move of a planner, as a tool call: `{"move":"ask","about":"person"}`.

The codec is made anew for each question, of the moves that are allowed then, so an endpoint that is
bound to it cannot choose another. As plain JSON, which works with any endpoint, no tool-calling
interface is needed.
"""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from questgraph.tools.codecs.parsing import fold, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object
from questgraph.tools.schema import AnyType

_TIGHT = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}


class Move(NamedTuple):
    """What to do next, and what about; some moves are about nothing in particular."""

    name: str
    about: str = ""


class MoveChoice:
    """One of the moves that are allowed.

    Args:
        allowed: The moves to choose from, of which there is one at least.
    """

    def __init__(self, allowed: Sequence[Move]) -> None:
        self.allowed = tuple(allowed)

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        return (
            'Answer with JSON: {"move":"name","about":"one of what stands behind it, or nothing"}'
        )

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return a schema of both parts, and a grammar that has exactly the allowed moves.

        A schema that goes through strict endpoints has no place for pairs: it allows each move and
        each subject, and `read` turns down those that do not belong together.
        """
        names = _each(move.name for move in self.allowed)
        pairs = [(n, [move.about for move in self.allowed if move.name == n]) for n in names]
        exactly = {"anyOf": [_object([name], abouts) for name, abouts in pairs]}
        grammar = json.dumps({**exactly, "x-guidance": _TIGHT}, ensure_ascii=False)
        schema = _object(names, _each(move.about for move in self.allowed))
        return AnswerFormat(schema, f"start: %json {grammar}")

    def write(self, value: Move, types: Sequence[AnyType] = ()) -> str:
        """Spell the move as compact JSON."""
        call = {"move": value.name, "about": value.about}
        return json.dumps(call, ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> Move:
        """Return the allowed move that was chosen.

        Raises:
            AnswerError: When the answer has no move, or one that is not allowed.
        """
        try:
            said = read_move(answer)
        except AnswerError:
            raise AnswerError(self.instruct()) from None
        if said in self.allowed:
            return said
        for move in self.allowed:
            if _folded(move) == _folded(said):
                return move
        fitting = [move.about for move in self.allowed if fold(move.name) == fold(said.name)]
        if not fitting:
            names = ", ".join(_each(move.name for move in self.allowed))
            raise AnswerError(f"{said.name!r} is no move that you can make now, only: {names}.")
        abouts = "; ".join(about or '""' for about in fitting)
        raise AnswerError(f"{said.name} can now be about {abouts}; not {said.about!r}.")


def read_move(answer: str) -> Move:
    """Return the move in `answer`, allowed or not.

    >>> read_move('{"move":"ask","about":"person"}')
    Move(name='ask', about='person')

    Raises:
        AnswerError: When there is none.
    """
    said = read_json(answer)
    if not isinstance(said, dict) or not isinstance(said.get("move"), str):
        raise AnswerError("Answer with a move.")
    return Move(said["move"], str(said.get("about") or ""))


def _object(names: Sequence[str], abouts: Sequence[str]) -> dict[str, object]:
    return exact_object({"move": {"enum": list(names)}, "about": {"enum": list(abouts)}})


def _each(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _folded(move: Move) -> tuple[str, str]:
    return fold(move.name), fold(move.about)
