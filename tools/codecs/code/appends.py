"""Lines that append dictionaries to a list, the unfinished function of CodeIE.

        entity_list.append({"text": "Ann Lee", "type": "person"})
        relation_list.append({"rel_type": "works_for", "ent1_text": "Ann", "ent2_text": "Acme"})
        # END

The published form repeats the entity types of both ends in each relation. Here the entities are
asked first and their types stand with them, so a relation names its ends only.
"""

from collections.abc import Iterator, Mapping, Sequence

from questgraph.tools.codecs.code.frames import frames_said
from questgraph.tools.codecs.code.literals import literal
from questgraph.tools.codecs.code.reading import Call, listed, read_calls, wording
from questgraph.tools.codecs.parsing import by_folded, fold, is_no_item
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import HEAD, MENTION, TAIL, Frame, Kind
from questgraph.tools.schema import AnyType

TYPE = "type"
KEYS: dict[Kind, dict[str, str]] = {
    "entity": {MENTION: "text", TYPE: "type"},
    "relation": {TYPE: "rel_type", HEAD: "ent1_text", TAIL: "ent2_text"},
}
"""For each kind the keys of a line, in order: that of the type, and that of each role."""

_END = "    # END"


class Appends:
    """Frames of entities or relations as calls of `append`."""

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        kind = types[0].kind
        shape = _line(kind, dict.fromkeys(KEYS[kind], "…"))
        return f"Continue with lines such as {shape} and end with # END. Copy words exactly."

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is code."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames as lines of a function's body."""
        names = {type_.name for type_ in types}
        lines = [
            f"    {_line(frame.kind, {TYPE: frame.type, **dict(frame.fillers)})}"
            for frame in value
            if frame.type in names
        ]
        return "\n".join([*lines, _END])

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames, each once, in the order said.

        Raises:
            AnswerError: When there is no line of the form, or one names an unknown type or lacks a
                key; the frames that could be read are in `partial`.
        """
        kind, known = types[0].kind, by_folded(type_.name for type_ in types)
        return frames_said(
            answer,
            read_calls(answer, {"append"}),
            lambda call: _frames(call, kind, known),
            self.instruct(types),
        )


def _line(kind: Kind, parts: Mapping[str, str]) -> str:
    items = ", ".join(f'"{key}": {literal(parts[part])}' for part, key in KEYS[kind].items())
    return f"{kind}_list.append({{{items}}})"


def _frames(call: Call, kind: Kind, known: Mapping[str, str]) -> Iterator[Frame]:
    """Read one line; nothing comes of a line that says there is nothing.

    Raises:
        AnswerError: When it names an unknown type, or a key is missing.
    """
    for item in [each for value in call.values for each in listed(value)]:
        if not isinstance(item, dict):
            raise AnswerError("Append dictionaries")
        said = {fold(key): value for key, value in item.items()}
        if missing := [key for key in KEYS[kind].values() if fold(key) not in said]:
            raise AnswerError(f"A line lacks the key {missing[0]!r}")
        parts = {part: wording(said[fold(key)]) for part, key in KEYS[kind].items()}
        type_ = parts.pop(TYPE)
        if any(map(is_no_item, parts.values())):
            continue
        if fold(type_) not in known:
            raise AnswerError(f"Use these types only: {', '.join(known.values())}; not {type_!r}")
        yield Frame(kind, known[fold(type_)], tuple(parts.items()))
