"""A schema as Python classes, for prompts.

Two styles: plain classes with typed fields (Code4UIE, Code4Struct), and dataclasses that carry the
whole guideline in the docstring and examples beside the fields (GoLLIE).
"""

from collections.abc import Iterable, Iterator, Sequence

from questgraph.tools.codecs.code.literals import literal
from questgraph.tools.codecs.code.names import class_names, family, parameter_names
from questgraph.tools.records import HEAD, TAIL, TRIGGER
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Role

_EXAMPLES = 5
"""Wordings beside a field at most, as in GoLLIE."""


def classes(types: Sequence[AnyType]) -> str:
    """Return `types` as plain classes: an event's class stands under that of its family.

    >>> print(classes([EntityType(name="person", guideline="A human being.")]))
    class Person(Entity):
        \"\"\"A human being.\"\"\"
    """
    names = _names(types)
    parents = _parents(types, names)
    blocks = [f"class {parent}(Event):\n    ..." for parent in dict.fromkeys(parents.values())]
    for type_ in types:
        base = parents.get(type_.name) or _base(type_, names)
        lines = [f"class {names[type_.name]}({base}):", f'    """{_told(type_)}"""']
        lines += [f"    {name}: {_annotation(role, names)}" for name, role in _fields(type_)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def dataclasses(types: Sequence[AnyType], masked: bool = False) -> str:
    """Return `types` as dataclasses with their guidelines.

    Args:
        types: What to define.
        masked: Whether the class names are to tell nothing: then only the guidelines do.
    """
    names = _names(types, masked=masked)
    blocks = []
    for type_ in types:
        told = _told(type_, named=not masked)
        lines = ["@dataclass", f"class {names[type_.name]}({_base(type_, names)}):"]
        lines += [f'    """{told}"""'] if told else []
        lines += _guided_fields(type_, names)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _names(types: Sequence[AnyType], *, masked: bool = False) -> dict[str, str]:
    """Return the class names of `types` and of all that they mention."""
    mentioned = (name for type_ in types for name in _mentioned(type_))
    return class_names(dict.fromkeys([*(type_.name for type_ in types), *mentioned]), masked=masked)


def _mentioned(type_: AnyType) -> Iterator[str]:
    for _, role in _fields(type_):
        yield from role.types


def _parents(types: Sequence[AnyType], names: dict[str, str]) -> dict[str, str]:
    """Return the parent class of each event type that belongs to a family."""
    families = {t.name: family(t.name) for t in types if isinstance(t, EventType)}
    spelled = class_names(dict.fromkeys(filter(None, families.values())))
    taken = set(names.values())
    return {
        name: spelled[parent]
        for name, parent in families.items()
        if parent and spelled[parent] not in taken
    }


def _base(type_: AnyType, names: dict[str, str]) -> str:
    match type_:
        case EntityType(is_a=wider):
            return names.get(wider, "Entity")
        case RelationType():
            return "Relation"
        case EventType():
            return "Event"


def _fields(type_: AnyType) -> list[tuple[str, Role]]:
    """Return what instances of a type are made of; a lone mention needs no name."""
    match type_:
        case EntityType():
            return []
        case RelationType(head=head, tail=tail, qualifiers=qualifiers):
            roles = [
                Role(name=HEAD, types=head, many=False),
                Role(name=TAIL, types=tail, many=False),
                *qualifiers,
            ]
        case EventType():
            lead = [Role(name=TRIGGER, many=False, guideline=type_.trigger)]
            roles = [*(lead if type_.trigger else []), *type_.roles]
    names = parameter_names(role.name for role in roles)
    return [(names[role.name], role) for role in roles]


def _annotation(role: Role, names: dict[str, str]) -> str:
    one = " | ".join(names[name] for name in role.types) or "str"
    return f"List[{one}]" if role.many else one


def _guided_fields(type_: AnyType, names: dict[str, str]) -> Iterator[str]:
    such_as = f"such as {', '.join(map(literal, type_.examples[:_EXAMPLES]))}"
    if isinstance(type_, EntityType):
        yield _commented("    span: str", [such_as] if type_.examples else [])
    for name, role in _fields(type_):
        kind = "List[str]" if role.many else "str"
        fillers = " or ".join(names[each] for each in role.types)
        notes = [_line(role.guideline), fillers]
        if type_.examples and role.name == TRIGGER:
            notes.append(such_as)
        yield _commented(f"    {name}: {kind}", notes)


def _commented(field: str, notes: Iterable[str]) -> str:
    told = "; ".join(note for note in notes if note)
    return f"{field}  # {told}" if told else field


def _told(type_: AnyType, *, named: bool = True) -> str:
    """Return what the docstring of a type says."""
    parts = [type_.guideline or (type_.words if named else "")]
    if type_.avoid:
        parts.append(f"Not: {type_.avoid}")
    text = _line(" ".join(filter(None, parts))).replace("\\", "\\\\").replace('"""', "'''")
    return f"{text} " if text.endswith('"') else text


def _line(text: str) -> str:
    return " ".join(text.split())
