"""Compact JSON keyed by type, in which every wording is bound to be one of the passage.

The constraint depends on the input, as in Geng et al. 2023: llama.cpp gets a grammar whose texts
are runs of words of the passage, other endpoints a JSON schema that lists them. What a model says
is then always in the text; whether it is right is another matter.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from questgraph.tools.codecs.by_type import (
    MOST_ENTITIES,
    MOST_EVENTS,
    MOST_FILLERS,
    MOST_RELATIONS,
    ByType,
)
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.ngrams import ngrams, pieces
from questgraph.tools.records import TRIGGER
from questgraph.tools.schema import AnyType, EventType, RelationType

MOST_WORDINGS = 500
"""Wordings that a JSON schema lists at most: providers allow a thousand. A longer passage leaves
the texts free there; a grammar has no such limit."""

MOST_WORDS = 5
"""Words of a wording that a JSON schema lists."""

LONGEST = 120
"""Characters of a wording at most, as JSON spells it: a whole passage is no name."""


def _literal(text: str) -> str:
    """Spell `text` as a string of a grammar."""
    return json.dumps(text, ensure_ascii=False)


_QUOTE, _COMMA, _OPEN, _CLOSE = map(_literal, ('"', ",", "[", "]"))


class WordsOf(ByType):
    """Frames as `ByType` has them, in words of one passage only.

    Args:
        passage: Whose words.
    """

    def __init__(self, passage: str) -> None:
        super().__init__()
        self._passage = passage

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return a schema that lists what may be said, and a grammar that copies."""
        free = super().format(types)
        wordings = _wordings(self._passage)
        if free is None or not wordings:
            return free
        schema = free.schema
        if len(wordings) <= MOST_WORDINGS:
            listed = {"words": {"type": "string", "enum": wordings}}
            schema = {**_fields(schema), "$defs": listed}
        return AnswerFormat(schema, grammar=grammar(types, self._passage))


def grammar(types: Sequence[AnyType], passage: str) -> str:
    """Return the grammar, in llguidance's Lark, of what `ByType` writes in words of `passage`."""
    parts = [_spelled(piece) for piece in pieces(passage)]
    return "\n".join(
        (
            f'start: "{{" {_COMMA.join(map(_field, types))} "}}"',
            f"pair: {_OPEN} TEXT {_COMMA} TEXT {_CLOSE}",
            f"TEXT: {_QUOTE} WORDS {_QUOTE}",
            # A run may begin and end with any piece, or be empty: a wording may not.
            f"WORDS: RUN & /[^ ](.{{0,{LONGEST - 2}}}[^ ])?/",
            f"RUN: %regex {json.dumps({'substring_chunks': parts}, ensure_ascii=False)}",
        )
    )


def _field(type_: AnyType) -> str:
    """Return the rule of one type's key and items."""
    match type_:
        case RelationType():
            items = _list("pair", MOST_RELATIONS)
        case EventType():
            items = _list(f"({_event(type_)})", MOST_EVENTS)
        case _:
            items = _list("TEXT", MOST_ENTITIES)
    return f"{_key(type_.name)} {_OPEN} ({items})? {_CLOSE}"


def _event(type_: EventType) -> str:
    """Return the rule of an event: a trigger where there is one, then any of its roles in order."""
    texts = f"{_OPEN} {_list('TEXT', MOST_FILLERS)} {_CLOSE}"
    roles = [f"{_key(role.name)} {texts}" for role in type_.roles]
    if type_.trigger:
        return f'"{{" {_key(TRIGGER)} TEXT {_optional(roles)} "}}"'
    first = " | ".join(f"{role} {_optional(roles[i:])}" for i, role in enumerate(roles, 1))
    return f'"{{" ({first})? "}}"' if first else '"{}"'


def _optional(parts: Sequence[str]) -> str:
    return " ".join(f"({_COMMA} {part})?" for part in parts)


def _list(item: str, most: int) -> str:
    return f"{item} ({_COMMA} {item}){{0,{most - 1}}}"


def _key(name: str) -> str:
    return _literal(f"{json.dumps(name, ensure_ascii=False)}:")


def _spelled(piece: str) -> str:
    """Return a piece of the passage as it stands inside a JSON string."""
    return json.dumps(piece, ensure_ascii=False)[1:-1]


def _wordings(passage: str) -> list[str]:
    """Return what the passage may be quoted with, each once; names seldom go over a line's end."""
    texts = (passage[slice(*span)] for span in ngrams(passage, MOST_WORDS))
    return list(dict.fromkeys(text for text in texts if "\n" not in text))


def _fields(schema: Mapping[str, object]) -> dict[str, object]:
    """Return a JSON schema with the listed words in place of every free text."""
    return dict(_bound(schema))


def _bound(schema: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in schema.items():
        if value == {"type": "string"}:
            yield key, {"$ref": "#/$defs/words"}
        elif isinstance(value, Mapping):
            yield key, _fields(value)
        else:
            yield key, value
