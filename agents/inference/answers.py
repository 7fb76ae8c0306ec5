"""In which forms the questions of schema inference are answered."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from questgraph.tools.codecs.parsing import fold, is_no_item, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object
from questgraph.tools.schema import AnyType

MOST = 40
"""Statements in one answer, where the endpoint enforces it."""


class Statement(NamedTuple):
    """A fact in the model's own words."""

    head: str
    head_type: str
    relation: str
    tail: str
    tail_type: str


class Statements:
    """Facts with types, as `{"facts":[["Ann","person","works for","Acme","company"]]}`."""

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        return (
            'Answer with JSON: {"facts":[["name","kind","relation","name","kind"]]}, [] where there'
            " is none."
        )

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return a schema with five texts for each fact."""
        fact = {"type": "array", "items": {"type": "string"}, "minItems": 5, "maxItems": 5}
        return AnswerFormat(
            exact_object({"facts": {"type": "array", "items": fact, "maxItems": MOST}})
        )

    def write(self, value: Sequence[Statement], types: Sequence[AnyType] = ()) -> str:
        """Spell the facts."""
        facts = {"facts": [list(statement) for statement in value]}
        return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> list[Statement]:
        """Return the facts, each once, in the order said.

        Raises:
            AnswerError: When there is no list of facts, or one is not of five texts; the others
                are in `partial`.
        """
        said = read_json(answer)
        if isinstance(said, Mapping):
            said = next((value for value in said.values() if isinstance(value, list)), None)
        if not isinstance(said, list):
            raise AnswerError(self.instruct())
        found = dict.fromkeys(fact for item in said if (fact := _statement(item)))
        if not all(map(_is_fact, said)):
            raise AnswerError(f"Give five texts each. {self.instruct()}", list(found))
        return list(found)


class Definitions:
    """A sentence for each of some phrases, as `{"phrase":"what it means"}`."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._phrases = tuple(phrases)

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        shape = ",".join(f"{json.dumps(phrase, ensure_ascii=False)}:…" for phrase in self._phrases)
        return f"Answer with JSON: {{{shape}}}, a sentence for each."

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return a schema with a text for each phrase."""
        return AnswerFormat(exact_object({phrase: {"type": "string"} for phrase in self._phrases}))

    def write(self, value: Mapping[str, str], types: Sequence[AnyType] = ()) -> str:
        """Spell the sentences."""
        return json.dumps(dict(value), ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> dict[str, str]:
        """Return the sentences by phrase.

        Raises:
            AnswerError: When one is missing; the others are in `partial`.
        """
        said = read_json(answer)
        if not isinstance(said, dict):
            raise AnswerError(self.instruct())
        by_form = {fold(str(key)): value for key, value in said.items() if isinstance(value, str)}
        texts = {p: " ".join(by_form.get(fold(p), "").split()) for p in self._phrases}
        found = {phrase: text for phrase, text in texts.items() if text}
        if missing := [phrase for phrase in self._phrases if phrase not in found]:
            raise AnswerError(
                f"There is nothing for {', '.join(missing)}. {self.instruct()}", found or None
            )
        return found


def _is_fact(item: object) -> bool:
    if isinstance(item, Mapping):
        item = list(item.values())
    return isinstance(item, list) and len(item) == 5 and all(isinstance(t, str) for t in item)


def _statement(item: object) -> Statement | None:
    """Return a fact; nothing for one that lacks a part."""
    if not _is_fact(item):
        return None
    assert isinstance(item, Mapping | list)
    texts = item.values() if isinstance(item, Mapping) else item
    parts = [" ".join(str(text).split()) for text in texts]
    return None if any(map(is_no_item, parts)) else Statement(*parts)
