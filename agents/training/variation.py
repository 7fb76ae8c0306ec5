"""Ways to ask about one passage, so that a model learns to read guidelines and not names by heart.

The regularisers of GoLLIE (Sainz et al. 2024, "GoLLIE: Annotation Guidelines improve Zero-Shot
Information-Extraction"): which types are asked, their order, their guidelines and their names vary
from passage to passage. Only types of the set that a passage is from are asked: only those were
looked for in it, so the absence of any other says nothing.
"""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from questgraph.tools.codecs.parsing import fold
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Role, Schema

Paraphrases = Mapping[str, Sequence[str]]
"""Other wordings of guidelines, by the name of the type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """How often what is varied; each is a probability for each type."""

    kept: float = 0.85
    """That a type which the passage has is asked."""

    absent: int = 12
    """Types which the passage has not that are asked at most."""

    unguided: float = 0.15
    """That a type is asked without its guideline."""

    paraphrased: float = 0.5
    """That a guideline stands in other words, where there are any."""

    masked: float = 0.15
    """That a type with a guideline is called `T1`, `T2` and so on."""


VARIED = Variation()


@dataclass(frozen=True, slots=True)
class Example:
    """A passage labelled with the types that are asked about, under the names they are asked by."""

    passage: Labelled
    schema: Schema
    types: tuple[str, ...]
    """The types by their own names."""

    answered: frozenset[str]
    """Those of them that the passage has; none when the right answer is that there is nothing."""


def present(passage: Labelled, names: Collection[str]) -> set[str]:
    """Return those of `names` that the passage has."""
    return {claim.type for claim in passage.claims if claim.type in names}


def asked(
    passage: Labelled, names: Collection[str], rng: random.Random, variation: Variation = VARIED
) -> frozenset[str]:
    """Return which of `names` to ask about: most that the passage has, and some that it has not.

    Those that it has not are of its own set, so they are the hard ones; of a passage without any
    type that is asked the right answer is empty.
    """
    there = sorted(present(passage, names))
    others = sorted(set(names) - set(there))
    chosen = [name for name in there if rng.random() < variation.kept]
    least, most = min(not chosen, len(others)), min(variation.absent, len(others))
    chosen += rng.sample(others, rng.randint(least, max(least, most)))
    return frozenset(chosen or there)


def varied(
    passage: Labelled,
    schema: Schema,
    rng: random.Random,
    paraphrases: Paraphrases,
    variation: Variation = VARIED,
) -> Example:
    """Return an example of all types of `schema`, in another order, other words, other names."""
    types = [_reworded(type_, rng, paraphrases, variation) for type_ in _shuffled(schema, rng)]
    names = dict(_names(types, rng, variation))
    renamed = [_renamed(type_, names) for type_ in types]
    claims = tuple(replace(claim, type=names[claim.type]) for claim in passage.claims)
    own = tuple(type_.name for type_ in types)
    return Example(
        replace(passage, claims=claims),
        _schema(schema.name, renamed),
        own,
        frozenset(present(passage, own)),
    )


def plain(passage: Labelled, schema: Schema) -> Example:
    """Return an example of all types of `schema` as it has them: what a run asks."""
    types = tuple(type_.name for type_ in schema.types())
    return Example(passage, schema, types, frozenset(present(passage, types)))


def narrowed(passage: Labelled, schema: Schema, names: Collection[str]) -> tuple[Labelled, Schema]:
    """Return a passage and its schema with the types called `names` and no other.

    Signatures lose the types that are not asked: naming them would tell of types that are held
    back.
    """
    kept = {type_.name: type_.name for type_ in schema.types() if type_.name in names}
    types = [_renamed(type_, kept) for type_ in schema.types() if type_.name in kept]
    claims = tuple(claim for claim in passage.claims if claim.type in kept)
    return _only(passage, claims), _schema(schema.name, types)


def _only(passage: Labelled, claims: tuple[Claim, ...]) -> Labelled:
    return Labelled(passage.id, passage.text, claims)


def _shuffled(schema: Schema, rng: random.Random) -> list[AnyType]:
    types = list(schema.types())
    rng.shuffle(types)
    return types


def _reworded(
    type_: AnyType, rng: random.Random, paraphrases: Paraphrases, variation: Variation
) -> AnyType:
    # Drawn whether it is used or not, so that more paraphrases change no other draw.
    unguided, paraphrased, which = (rng.random() for _ in range(3))
    if unguided < variation.unguided:
        return replace(type_, guideline="", avoid="", examples=())
    others = paraphrases.get(type_.name, ())
    if others and paraphrased < variation.paraphrased:
        return replace(type_, guideline=others[int(which * len(others))])
    return type_


def _names(
    types: Sequence[AnyType], rng: random.Random, variation: Variation
) -> Iterator[tuple[str, str]]:
    """Yield for each type the name that it is asked by."""
    taken = {fold(type_.name) for type_ in types}
    free = (f"T{i}" for i in range(1, 2 * len(types) + 1) if fold(f"T{i}") not in taken)
    for type_ in types:
        masked = rng.random() < variation.masked and type_.guideline
        yield type_.name, next(free) if masked else type_.name


def _renamed(type_: AnyType, names: Mapping[str, str]) -> AnyType:
    """Return a type under its new name; what it says of types without one is left out."""
    name = names[type_.name]
    match type_:
        case EntityType(is_a=wider):
            return replace(type_, name=name, is_a=names.get(wider, ""))
        case RelationType(head=head, tail=tail, qualifiers=roles, inverse=inverse):
            return replace(
                type_,
                name=name,
                head=_known(head, names),
                tail=_known(tail, names),
                qualifiers=_roles(roles, names),
                inverse=inverse if name == type_.name else "",
            )
        case EventType(roles=roles):
            return replace(type_, name=name, roles=_roles(roles, names))


def _roles(roles: Sequence[Role], names: Mapping[str, str]) -> tuple[Role, ...]:
    return tuple(replace(role, types=_known(role.types, names)) for role in roles)


def _known(types: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names[type_] for type_ in types if type_ in names)


def _schema(name: str, types: Sequence[AnyType]) -> Schema:
    return Schema(
        name=name,
        entities=tuple(type_ for type_ in types if isinstance(type_, EntityType)),
        relations=tuple(type_ for type_ in types if isinstance(type_, RelationType)),
        events=tuple(type_ for type_ in types if isinstance(type_, EventType)),
    )
