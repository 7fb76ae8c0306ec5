"""Statements with relations in free words, as `{"triples":[["Ann","is the head of","Acme"]]}`."""

import json
from collections.abc import Mapping, Sequence

from questgraph.tools.codecs.parsing import is_no_item, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object
from questgraph.tools.records import HEAD, TAIL, Frame
from questgraph.tools.schema import AnyType

MOST = 40


class OpenTriples:
    """Frames of relations whose type is not one of a schema, but a phrase.

    Args:
        most: Statements in one answer, where the endpoint enforces it.
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        return 'Answer with JSON: {"triples":[["head","relation","tail"]]}, [] where there is none.'

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return a schema with three texts for each statement."""
        triple = {"type": "array", "items": {"type": "string"}, "minItems": 3, "maxItems": 3}
        triples = {"type": "array", "items": triple, "maxItems": self.most}
        return AnswerFormat(exact_object({"triples": triples}))

    def write(self, value: Sequence[Frame], types: Sequence[AnyType] = ()) -> str:
        """Spell the statements."""
        triples = [_triple(frame) for frame in value]
        return json.dumps({"triples": triples}, ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> list[Frame]:
        """Return the statements, each once, in the order said.

        Raises:
            AnswerError: When there is no list of statements, or one is not of three texts; the
                others are in `partial`.
        """
        said = read_json(answer)
        if isinstance(said, Mapping):
            said = next((value for value in said.values() if isinstance(value, list)), None)
        if not isinstance(said, list):
            raise AnswerError(self.instruct(types))
        frames = dict.fromkeys(frame for item in said if (frame := _frame(item)))
        if not all(map(_is_triple, said)):
            raise AnswerError(f"Give three texts each. {self.instruct(types)}", list(frames))
        return list(frames)


def _is_triple(item: object) -> bool:
    if isinstance(item, Mapping):
        item = list(item.values())
    return isinstance(item, list) and len(item) == 3 and all(isinstance(t, str) for t in item)


def _frame(item: object) -> Frame | None:
    """Return a statement; nothing for one that lacks a part."""
    if not _is_triple(item):
        return None
    assert isinstance(item, Mapping | list)
    texts = item.values() if isinstance(item, Mapping) else item
    head, phrase, tail = (str(text).strip() for text in texts)
    if any(map(is_no_item, (head, phrase, tail))):
        return None
    return Frame("relation", phrase, ((HEAD, head), (TAIL, tail)))


def _triple(frame: Frame) -> list[str]:
    (_, head), (_, tail) = frame.fillers
    return [head, frame.type, tail]
