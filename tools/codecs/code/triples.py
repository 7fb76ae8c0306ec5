"""Triples of entities and a relation, and before them the entities by themselves (CodeKGC).

        Triple(Person("Ann Lee"), Rel("works_for"), Organization("Acme")),
    ])

With a rationale the code first lists the entities and the relations that it is going to join. A
mention that is in no triple stands in the list as it is; one whose type nobody told is an
`Entity`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from questgraph.tools.codecs.code.frames import frames_said
from questgraph.tools.codecs.code.instances import AROUND, Folded
from questgraph.tools.codecs.code.literals import literal
from questgraph.tools.codecs.code.names import class_names
from questgraph.tools.codecs.code.reading import Call, Value, read_calls, wording
from questgraph.tools.codecs.parsing import fold, is_no_item
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import HEAD, MENTION, TAIL, Frame
from questgraph.tools.schema import AnyType, EntityType, RelationType

_MOST_NAMED = 30
"""Names that a complaint lists."""


@dataclass(frozen=True, slots=True)
class Triples:
    """Frames of entities and relations as the argument of `Extract`."""

    rationale: bool = False
    """Whether the entities and relations are listed before they are joined."""

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        first = "First list the entities, then the relations. " if self.rationale else ""
        return (
            f'{first}Write triples as Triple(Class("words"), Rel("name"), Class("words")), and what'
            ' is in no triple as Class("words"). Copy words exactly; end with "])".'
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is code."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames as the rest of `Extract([`; with a rationale, of `entities = [`."""
        classes = _classes(types)
        known = {type_.name for type_ in types}
        entities = [f for f in value if f.kind == "entity" and f.type in known]
        relations = [f for f in value if f.kind == "relation" and f.type in known]
        made = {f: f"{classes[f.type]}({literal(f.fillers[0][1])})" for f in entities}
        by_words = {f.fillers[0][1]: instance for f, instance in reversed(made.items())}
        triples = [_triple(frame, by_words) for frame in relations]
        joined = {text for frame in relations for _, text in frame.fillers[:2]}
        alone = [
            instance
            for f, instance in made.items()
            if f.fillers[0][1] not in joined or by_words[f.fillers[0][1]] != instance
        ]
        if not self.rationale:
            return _list([*alone, *triples], "])")
        names = dict.fromkeys(frame.type for frame in relations)
        return "\n".join(
            [
                _list(list(made.values()), "]"),
                f"relations = [{', '.join(f'Rel({literal(name)})' for name in names)}]",
                "extract = Extract([",
                _list(triples, "])"),
            ]
        )

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames, each once, in the order said.

        Raises:
            AnswerError: When there is neither triple nor entity, or one names an unknown class or
                relation; the frames that could be read are in `partial`.
        """
        reader = _Reader(types)
        found = read_calls(answer, reader.known, AROUND | {"Rel"})
        return frames_said(answer, found, reader.frames, self.instruct(types))


def _classes(types: Sequence[AnyType]) -> dict[str, str]:
    return class_names(type_.name for type_ in types if type_.kind == "entity")


def _triple(frame: Frame, by_words: Mapping[str, str]) -> str:
    head, tail = (by_words.get(text, f"Entity({literal(text)})") for _, text in frame.fillers[:2])
    return f"Triple({head}, Rel({literal(frame.type)}), {tail})"


def _list(items: Sequence[str], end: str) -> str:
    return "\n".join([*(f"    {item}," for item in items), end])


class _Reader:
    """Turns triples and instances into frames."""

    def __init__(self, types: Sequence[AnyType]) -> None:
        classes = _classes(types)
        self._entities = {fold(classes[t.name]): t.name for t in types if isinstance(t, EntityType)}
        self._relations = {fold(t.name): t.name for t in types if isinstance(t, RelationType)}
        self._classes = list(classes.values())
        self.known = Folded([*self._entities, "triple", "entity"])

    def frames(self, call: Call) -> Iterator[Frame]:
        """Yield the entities and the relation that a call names.

        Raises:
            AnswerError: When a class or the relation is unknown.
        """
        if fold(call.name) != "triple":
            yield from self._entity(call)
            return
        parts: list[Value] = [*call.values, *(value for _, value in call.named)]
        if len(parts) != 3:
            raise AnswerError("A Triple takes head, relation and tail")
        head, relation, tail = parts
        yield from self._entity(head)
        yield from self._entity(tail)
        name = _words(relation)
        if fold(name) not in self._relations:
            names = ", ".join(list(self._relations.values())[:_MOST_NAMED])
            raise AnswerError(f"There is no relation {name!r}. Use these only: {names}")
        ends = (HEAD, _words(head)), (TAIL, _words(tail))
        if not any(is_no_item(text) for _, text in ends):
            yield Frame("relation", self._relations[fold(name)], ends)

    def _entity(self, value: Value) -> Iterator[Frame]:
        """Yield the entity that an instance is; none when its type is not told."""
        if not isinstance(value, Call) or value.name == "Entity":
            return
        text = _words(value)
        if (type_ := self._entities.get(fold(value.name))) is None:
            names = ", ".join(self._classes[:_MOST_NAMED])
            raise AnswerError(f"There is no class {value.name}. Use these only: {names}")
        if not is_no_item(text):
            yield Frame("entity", type_, ((MENTION, text),))


def _words(value: Value) -> str:
    """Return the words of an instance, or of a plain string."""
    if isinstance(value, Call):
        return wording(next(iter([*value.values, *(part for _, part in value.named)]), None))
    return wording(value)
