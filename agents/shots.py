"""Demonstrations of one question: passages that have what is asked about, and some that do not."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from questgraph.agents.demonstrations import demonstrations
from questgraph.agents.state import Context, State
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Span
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Schema


class Shots(NamedTuple):
    """How many demonstrations a question is asked with."""

    positive: int
    """Passages that have what is asked about."""

    negative: int
    """Passages that have not: without them a model finds something everywhere."""


NO_SHOTS = Shots(0, 0)


class Shot(NamedTuple):
    """A demonstration of one question."""

    demo: Labelled
    positive: bool
    """Whether it was chosen as one that has what is asked about."""


async def contrasting(
    shots: Shots,
    state: State,
    context: Context,
    *,
    has: Callable[[Labelled], bool],
    lacks: Callable[[Labelled], bool] | None = None,
    about: Sequence[Span] = (),
    tokens: int | None = None,
) -> list[Shot]:
    """Return demonstrations of both kinds, evenly mixed, the most similar of each kind last.

    Args:
        shots: How many of each kind.
        state: Says which passage is asked about.
        context: Has the bank; without one there are no demonstrations.
        has: Says of a passage whether it has what is asked about.
        lacks: Says whether it is one for the other kind; when it does not have it when left out.
        about: What is asked about: a mention, or a pair.
        tokens: How long they may be together, about.
    """
    text = state["unit"].chunk.text
    wanted = {False: lacks or (lambda demo: not has(demo)), True: has}
    placed: list[tuple[float, Shot]] = []
    for positive, k in ((False, shots.negative), (True, shots.positive)):
        if k:
            (found,) = await demonstrations(
                [text],
                state,
                context,
                k=k,
                tokens=tokens and tokens * k // sum(shots),
                keep=wanted[positive],
                about=[about] if about else (),
            )
            placed += [((i + 1) / len(found), Shot(demo, positive)) for i, demo in enumerate(found)]
    return [shot for _, shot in sorted(placed, key=lambda each: each[0])]


def only(types: Sequence[AnyType], schema: Schema) -> Schema:
    """Return the schema of a question about `types`: these, and what their signatures name.

    >>> small = Schema(name="s", entities=(EntityType(name="a"), EntityType(name="b", is_a="a")))
    >>> [type_.name for type_ in only([small["b"]], small).types()]
    ['b']
    """
    names = {type_.name for type_ in types}.union(*map(_named, types))
    entities = tuple(
        entity if entity.is_a in names else replace(entity, is_a="")
        for entity in schema.entities
        if entity.name in names
    )
    return Schema(
        name=schema.name,
        entities=entities,
        relations=tuple(type_ for type_ in schema.relations if type_.name in names),
        events=tuple(type_ for type_ in schema.events if type_.name in names),
    )


def _named(type_: AnyType) -> set[str]:
    """Return the entity types that the signature of a type names."""
    match type_:
        case RelationType(head=head, tail=tail, qualifiers=roles):
            return {*head, *tail, *(name for role in roles for name in role.types)}
        case EventType(roles=roles):
            return {name for role in roles for name in role.types}
        case EntityType():
            return set()
