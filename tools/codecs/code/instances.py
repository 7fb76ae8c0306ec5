"""A list of instances of the schema's classes (Code4UIE, Code4Struct, GoLLIE).

        Person("Ann Lee"),
        WorksFor(head="Ann Lee", tail="Acme"),
        Appointment(trigger="named", person=["Bo Ek"], firm="Acme"),
    ]

Arguments are spelled as words: the class of each entity stands with the entity, and `ground` joins
the two. An answer that makes instances of them all the same, `WorksFor(Person("Ann"), …)`, is read
as naming the entities too.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from questgraph.tools.codecs.code.frames import frames_said
from questgraph.tools.codecs.code.literals import literal
from questgraph.tools.codecs.code.names import class_names, parameter_names
from questgraph.tools.codecs.code.reading import Call, Value, listed, read_calls, wording
from questgraph.tools.codecs.parsing import fold, is_no_item
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import HEAD, MENTION, TAIL, TRIGGER, Frame
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Role

AROUND = frozenset({"Extract", "append", "extend", "list", "List", "print"})
"""Calls that instances may stand in."""

_MOST_NAMED = 30
"""Classes that a complaint names."""


@dataclass(frozen=True, slots=True)
class Instances:
    """Frames as instances, one on a line, up to the bracket that closes the list."""

    triggers: bool = False
    """Whether events are answered by their trigger alone."""

    masked: bool = False
    """Whether the class names tell nothing, as in the definitions shown."""

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return (
            f'Continue the list with lines such as {self._shape(types)} and end with "]".'
            " Copy words exactly. Where there is nothing, close the list at once."
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is code."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames as the rest of a list."""
        classes = self._classes(types)
        known = {type_.name: type_ for type_ in types}
        lines = [
            f"    {self._instance(frame, known[frame.type], classes[frame.type])},"
            for frame in value
            if frame.type in known
        ]
        return "\n".join([*lines, "]"])

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames, each once, in the order said.

        Raises:
            AnswerError: When there is no instance, or one is of an unknown class or has unknown
                arguments; the frames that could be read are in `partial`.
        """
        reader = Reader(self._classes(types), types, triggers=self.triggers)
        found = read_calls(answer, reader.known, AROUND)
        return frames_said(answer, found, reader.frames, self.instruct(types))

    def _classes(self, types: Sequence[AnyType]) -> dict[str, str]:
        return class_names((type_.name for type_ in types), masked=self.masked)

    def _shape(self, types: Sequence[AnyType]) -> str:
        """Show an instance of the first type of each kind, with dots for the words."""
        classes = self._classes(types)
        firsts = {type_.kind: type_ for type_ in reversed(types)}
        shapes = []
        for type_ in sorted(firsts.values(), key=types.index):
            roles = [role.name for role in parts_of(type_, triggers=self.triggers)]
            if isinstance(type_, EventType) and not (self.triggers or type_.trigger):
                roles.remove(TRIGGER)
            frame = Frame(type_.kind, type_.name, tuple((role, "…") for role in roles))
            shapes.append(self._instance(frame, type_, classes[type_.name]))
        return " or ".join(shapes)

    def _instance(self, frame: Frame, type_: AnyType, class_: str) -> str:
        if isinstance(type_, EntityType):
            return f"{class_}({literal(frame.fillers[0][1])})"
        parts = spelled_parts(frame.fillers, type_, triggers=self.triggers)
        return f"{class_}({', '.join(parts)})"


def spelled_parts(
    fillers: Sequence[tuple[str, str]], type_: AnyType, *, triggers: bool = False
) -> list[str]:
    """Return the arguments of an instance, each as `name="words"` or `name=["words"]`."""
    roles = parts_of(type_, triggers=triggers)
    names = parameter_names(role.name for role in roles)
    parts = []
    for role in roles:
        texts = [literal(text) for name, text in fillers if name == role.name]
        if texts and (role.many or len(texts) > 1):
            parts.append(f"{names[role.name]}=[{', '.join(texts)}]")
        elif texts:
            parts.append(f"{names[role.name]}={texts[0]}")
    return parts


def parts_of(type_: AnyType, *, triggers: bool = False) -> list[Role]:
    """Return what an instance of `type_` is made of, in order; with `triggers` no roles."""
    match type_:
        case EntityType():
            return [Role(name=MENTION, many=False)]
        case RelationType(head=head, tail=tail, qualifiers=qualifiers):
            ends = [
                Role(name=HEAD, types=head, many=False),
                Role(name=TAIL, types=tail, many=False),
            ]
            return [*ends, *qualifiers]
        case EventType(roles=roles, trigger=guideline):
            trigger = Role(name=TRIGGER, many=False, guideline=guideline)
            own = [role for role in roles if role.name != TRIGGER]
            return [trigger] if triggers else [trigger, *own]


class Reader:
    """Turns instances of some classes into frames.

    Args:
        classes: The class name of each type.
        types: The types.
        triggers: Whether only triggers of events are of interest.
    """

    def __init__(
        self, classes: dict[str, str], types: Sequence[AnyType], *, triggers: bool = False
    ) -> None:
        self._types = {fold(classes[type_.name]): type_ for type_ in types}
        self._names = list(classes.values())
        self._triggers = triggers
        self.known = Folded(self._types)

    def frames(self, call: Call) -> Iterator[Frame]:
        """Yield what an instance says, and the entities that it makes on the way.

        Raises:
            AnswerError: When its class or one of its arguments is unknown.
        """
        type_ = self._type(call.name)
        fillers: list[tuple[str, str]] = []
        for role, value in self._parts(call, type_):
            for item in listed(value):
                text, made = self._filler(item)
                yield from [made] if made else ()
                if not is_no_item(text):
                    fillers.append((role, text))
        match type_:
            case EntityType():
                yield from (Frame("entity", type_.name, (filler,)) for filler in fillers)
            case RelationType():
                yield from self._relations(type_, fillers)
            case EventType():
                if fillers:
                    yield Frame("event", type_.name, tuple(dict.fromkeys(fillers)))

    def _relations(
        self, type_: RelationType, fillers: Sequence[tuple[str, str]]
    ) -> Iterator[Frame]:
        heads = [filler for filler in fillers if filler[0] == HEAD]
        tails = [filler for filler in fillers if filler[0] == TAIL]
        rest = [filler for filler in fillers if filler[0] not in (HEAD, TAIL)]
        for head in heads:
            for tail in tails:
                yield Frame("relation", type_.name, tuple(dict.fromkeys([head, tail, *rest])))

    def _parts(self, call: Call, type_: AnyType) -> list[tuple[str, Value]]:
        """Return (role, value) for each argument, in the order of the type."""
        if isinstance(type_, EntityType):
            values = [*call.values, *(value for _, value in call.named)]
            if len(values) > 1:
                raise AnswerError(f"{call.name} takes one argument, the words of the text")
            return [(MENTION, value) for value in values]
        # A trigger that nobody asked for is no slip, and neither are roles beside it.
        roles = [role.name for role in parts_of(type_)]
        spelled = parameter_names(roles)
        known = {fold(spelled[role]): role for role in roles}
        if len(call.values) > len(roles):
            raise AnswerError(f"{call.name} takes {len(roles)} arguments at most")
        said = list(zip(roles, call.values, strict=False))
        for name, value in call.named:
            if (role := known.get(fold(name))) is None:
                names = ", ".join(spelled.values())
                raise AnswerError(f"{call.name} has no argument {name!r}, only {names}")
            said.append((role, value))
        wanted = [role.name for role in parts_of(type_, triggers=self._triggers)]
        return sorted(
            ((role, value) for role, value in said if role in wanted),
            key=lambda part: roles.index(part[0]),
        )

    def _filler(self, value: Value) -> tuple[str, Frame | None]:
        """Return the words of an argument, and the entity that it makes."""
        if not isinstance(value, Call):
            return wording(value), None
        # Classes of other kinds may stand here unasked, but functions are no classes.
        if fold(value.name) not in self._types and value.name[:1].islower():
            raise AnswerError(f"There is no class {value.name}")
        text = wording(next(iter([*value.values, *(v for _, v in value.named)]), None))
        type_ = self._types.get(fold(value.name))
        if not isinstance(type_, EntityType) or is_no_item(text):
            return text, None
        return text, Frame("entity", type_.name, ((MENTION, text),))

    def _type(self, name: str) -> AnyType:
        if (type_ := self._types.get(fold(name))) is None:
            names = ", ".join(self._names[:_MOST_NAMED])
            raise AnswerError(f"There is no class {name}. Use these only: {names}")
        return type_


class Folded:
    """Names that are known whatever their letter case."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and fold(name) in self._names
