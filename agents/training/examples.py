"""Pieces of labelled passages as questions of a recipe, each with the right answer."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from questgraph.agents.runs.plan import Plan
from questgraph.agents.synthesis.chats import Chat, chats
from questgraph.agents.training.balance import Question, bounded_empty, bounded_types
from questgraph.agents.training.passages import Piece
from questgraph.agents.training.variation import (
    VARIED,
    Example,
    Paraphrases,
    Variation,
    asked,
    narrowed,
    plain,
    present,
    varied,
)
from questgraph.tools.records import digest

CHARACTERS = 4
"""Of a token, about."""

LONG, EMPTY, FREQUENT = (
    "longer than the cap",
    "an empty answer beyond its share",
    "types beyond their share and no other",
)
NOTHING = "none of its types is asked"

Seen = Callable[[str], bool]
"""Says of the name of a type whether it may be asked."""


@dataclass(frozen=True, slots=True)
class Line:
    """A dialogue of a training set."""

    source: str
    types: tuple[str, ...]
    """What is asked, by its own names."""

    answered: tuple[str, ...]
    """What of it is in the answer."""

    messages: Chat

    def to_json(self) -> str:
        """Return the dialogue as a line of JSON."""
        record: dict[str, object] = {
            "messages": [message._asdict() for message in self.messages],
            "source": self.source,
            "types": list(self.types),
        }
        return json.dumps(record, ensure_ascii=False) + "\n"


@dataclass(slots=True, kw_only=True)
class Examples:
    """Makes the dialogues of pieces, and counts what it leaves out."""

    plan: Plan
    """Its schema does not matter: each example brings its own."""

    seed: int
    longest: int
    """Tokens of a dialogue at most, estimated."""

    empty_share: float
    type_share: float
    variation: Variation = VARIED
    left_out: Counter[str] = field(default_factory=Counter)

    def varied(self, pieces: Sequence[Piece], seen: Seen, *, variants: int) -> list[Line]:
        """Return dialogues to train on: each piece asked in so many ways, balanced, shuffled."""
        times = [(piece, i) for i in range(variants) for piece in self._askable(pieces, seen)]
        self._draw("order").shuffle(times)
        draws = [self._draw(*piece.key, str(i)) for piece, i in times]
        questions = [
            _question(piece, asked(piece.passage, _names(piece, seen), rng, self.variation))
            for (piece, _), rng in zip(times, draws, strict=True)
        ]
        made: list[tuple[Piece, Example]] = []
        bounded = bounded_types(questions, self.type_share)
        for (piece, _), rng, question in zip(times, draws, bounded, strict=True):
            if question is None:
                self._leave_out(FREQUENT)
            elif question.asked:
                passage, schema = narrowed(piece.passage, piece.dataset.schema, question.asked)
                words = paraphrases(piece.dataset.name)
                made.append((piece, varied(passage, schema, rng, words, self.variation)))
        return self._lines(made)

    def plain(self, pieces: Sequence[Piece], seen: Seen) -> list[Line]:
        """Return dialogues to evaluate on: asked in the set's own words, balanced, in order.

        Of a schema with very many types, those that the piece has are asked and some more.
        """
        made: list[tuple[Piece, Example]] = []
        every = replace(self.variation, kept=1.0)
        for piece in self._askable(pieces, seen):
            rng = self._draw(*piece.key)
            names = _names(piece, seen)
            if len(names) > self.variation.absent:
                names = asked(piece.passage, names, rng, every)
            made.append((piece, plain(*narrowed(piece.passage, piece.dataset.schema, names))))
        return self._lines(made)

    def _askable(self, pieces: Iterable[Piece], seen: Seen) -> list[Piece]:
        """Return the pieces that are labelled with a type that may be asked."""
        every = list(pieces)
        kept = [piece for piece in every if _names(piece, seen)]
        self._leave_out(NOTHING, len(every) - len(kept))
        return kept

    def _lines(self, made: Iterable[tuple[Piece, Example]]) -> list[Line]:
        lines: list[Line] = []
        for piece, example in made:
            for chat in chats(replace(self.plan, schema=example.schema), [example.passage]):
                if tokens(chat) > self.longest:
                    self._leave_out(LONG)
                else:
                    answered = tuple(sorted(example.answered))
                    lines.append(Line(piece.dataset.name, example.types, answered, chat))
        empty = {i for i, line in enumerate(lines) if not line.answered}
        kept = bounded_empty(lines, empty, self.empty_share)
        self._leave_out(EMPTY, len(lines) - len(kept))
        return kept

    def _draw(self, *what: str) -> random.Random:
        return random.Random(digest(str(self.seed), *what))

    def _leave_out(self, reason: str, count: int = 1) -> None:
        if count:
            self.left_out[reason] += count


def tokens(chat: Chat) -> int:
    """Return how many tokens a dialogue has, about."""
    return -(-sum(len(message.content) for message in chat) // CHARACTERS)


def paraphrases(name: str) -> Paraphrases:
    """Return the other wordings of the guidelines of the set called `name`; none for most sets."""
    found = _paraphrases().get(name) or {}
    return {type_: tuple(words) for type_, words in found.items()}


@cache
def _paraphrases() -> dict[str, Any]:
    text = (files("questgraph.agents.training") / "paraphrases.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _names(piece: Piece, seen: Seen) -> frozenset[str]:
    return frozenset(filter(seen, piece.types))


def _question(piece: Piece, names: frozenset[str]) -> Question:
    return Question(names, frozenset(present(piece.passage, names)))
