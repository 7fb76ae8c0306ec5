"""EnTDA: the entities of a labelled sentence are edited, and a text is written for the new list.

Hu et al. 2023, "Entity-to-Text based Data Augmentation for various Named Entity Recognition Tasks".
An entity is added, deleted, replaced by another one of its type, or two change places; entities
that come in are those of other passages of the set.

Differences: a language model that is shown other passages of the set writes in place of a T5 that
was trained on them; sampling and attributes take the place of diversity beam search. Texts in which
an entity is missing were trained on; here they are dropped, as are those in which the model finds
an entity in another type, or one that nobody asked for. Mentions are flat: of nested ones the outer
stay.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from questgraph.agents.stages.base import Exchange
from questgraph.agents.state import Problem
from questgraph.agents.synthesis.answers import Lists, quoted
from questgraph.agents.synthesis.attributes import configuration
from questgraph.agents.synthesis.harvest import Dropped, Harvest, Item, gather, lost
from questgraph.agents.synthesis.pinning import entity, pinned
from questgraph.agents.synthesis.writing import DECISION, WRITTEN, Writer, words_of
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled
from questgraph.tools.prompts import render
from questgraph.tools.records import Claim, Span
from questgraph.tools.registry import Registry
from questgraph.tools.schema import Schema

EXAMPLES = 2
"""Passages of the set that a question shows."""


class Entity(NamedTuple):
    """A name and its type."""

    words: str
    type: str


Entities = tuple[Entity, ...]
Edit = Callable[[Entities, Sequence[Entity], random.Random], Entities]
"""Returns a list of entities edited, with others at hand; the same when it cannot be."""

edits: Registry[Edit] = Registry("edit")


def add(names: Entities, others: Sequence[Entity], chance: random.Random) -> Entities:
    """Return the list with an entity of another passage put in somewhere."""
    if not (new := _apart_from(names, others)):
        return names
    place = chance.randint(0, len(names))
    return (*names[:place], chance.choice(new), *names[place:])


def delete(names: Entities, others: Sequence[Entity], chance: random.Random) -> Entities:
    """Return the list without one of its entities, unless it is the only one."""
    place = chance.randrange(len(names))
    return names[:place] + names[place + 1 :] or names


def replace(names: Entities, others: Sequence[Entity], chance: random.Random) -> Entities:
    """Return the list with another entity of the same type in place of one."""
    place = chance.randrange(len(names))
    rest = names[:place] + names[place + 1 :]
    same = [name for name in _apart_from(rest, others) if name.type == names[place].type]
    if new := [name for name in same if name != names[place]]:
        return (*names[:place], chance.choice(new), *names[place + 1 :])
    return names


def swap(names: Entities, others: Sequence[Entity], chance: random.Random) -> Entities:
    """Return the list with two of its entities in each other's places."""
    if len(names) < 2:
        return names
    first, second = sorted(chance.sample(range(len(names)), 2))
    swapped = list(names)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    return tuple(swapped)


for _edit in (add, delete, replace, swap):
    edits[_edit.__name__] = _edit


async def entda(
    writer: Writer,
    passages: Sequence[Labelled],
    *,
    count: int,
    operations: Sequence[str] = (),
    seed: int = 0,
    dimensions: Lists | None = None,
) -> Harvest:
    """Write `count` passages for edited entity lists of `passages`, operations in turn.

    Args:
        writer: Who writes.
        passages: A labelled set.
        count: How many passages to write.
        operations: Names of `edits`; all of them when none is named.
        seed: Of the edits and of what is written.
        dimensions: In which ways passages differ, see `attributes`.

    Raises:
        ConfigError: When no passage has entities.
        UnknownNameError: When there is no such operation.
    """
    lists = {passage.id: names for passage in passages if (names := entities(passage))}
    if not lists:
        raise ConfigError("no passage of the set has entities, so there is nothing to edit")
    named = [passage for passage in passages if passage.id in lists]
    work = _Work(writer, named, lists, operations or list(edits), seed, dimensions or {})
    work.check()
    return await gather(work.passage, range(count), writer.gateway)


def entities(passage: Labelled) -> Entities:
    """Return the entities of a passage in the order of the text, each once, no inner ones."""
    claims = [claim for claim in passage.claims if claim.kind == "entity"]
    spans = [_span(claim) for claim in claims]
    outer = [
        claim
        for claim, span in zip(claims, spans, strict=True)
        if not any(other != span and other.holds(span) for other in spans)
    ]
    ordered = sorted(outer, key=_span)
    return tuple(dict.fromkeys(Entity(c.arguments[0].mention.text, c.type) for c in ordered))


@dataclass(frozen=True, slots=True)
class _Work:
    """What all passages of a command are made of."""

    writer: Writer
    passages: Sequence[Labelled]
    lists: Mapping[str, Entities]
    operations: Sequence[str]
    seed: int
    dimensions: Lists

    def check(self) -> None:
        """Look all operations up."""
        for name in self.operations:
            edits[name]

    async def passage(self, number: int) -> Item:
        """Edit one list of entities and write the text for it."""
        chance = random.Random(f"{self.seed} {number}")
        source, others = self._source(chance)
        operation = self.operations[number % len(self.operations)]
        names = edits[operation](self.lists[source.id], others, chance)
        id_ = f"entda-{operation}-{self.seed}-{number:05}"
        before = [self._shown(demo) for demo in self._examples(source, chance)]
        wanted = _question(names, self.writer.schema, configuration(self.dimensions, chance))
        text = await self.writer.write(
            wanted, stage="write", seed=self.seed + number, before=before
        )
        if isinstance(text, Problem):
            return lost(id_, text)
        if text == source.text:
            return Dropped(id_, "same as its source", source.id, text)
        return await self._checked(id_, text, names)

    async def _checked(self, id_: str, text: str, names: Entities) -> Item:
        """Return the passage if its text has all entities, and no others."""
        passage = pinned(id_, text, (entity(*name) for name in names))
        if isinstance(passage, Dropped):
            return passage
        doubted = await self.writer.doubted(passage, "entity")
        if isinstance(doubted, Problem):
            return lost(id_, doubted, text)
        if doubted:
            return Dropped(id_, "not confirmed", words_of(doubted, self.writer.schema), text)
        rest = await self.writer.judge(text, _rest(names, self.writer.schema), stage="rest")
        if isinstance(rest, Problem):
            return lost(id_, rest, text)
        return Dropped(id_, "not confirmed", "it names more", text) if rest else passage

    def _source(self, chance: random.Random) -> tuple[Labelled, list[Entity]]:
        """Return a passage, and the entities of a few others."""
        source = chance.choice(self.passages)
        some = chance.sample(self.passages, min(OTHERS, len(self.passages)))
        others = (name for other in some if other != source for name in self.lists[other.id])
        return source, list(dict.fromkeys(others))

    def _examples(self, source: Labelled, chance: random.Random) -> list[Labelled]:
        some = chance.sample(self.passages, min(EXAMPLES + 1, len(self.passages)))
        return [demo for demo in some if demo != source][:EXAMPLES]

    def _shown(self, demo: Labelled) -> Exchange:
        question = _question(self.lists[demo.id], self.writer.schema, "")
        return Exchange(question, WRITTEN.write(demo.text))


OTHERS = 50
"""Passages whose entities are at hand for one that is edited."""


def _question(names: Entities, schema: Schema, style: str) -> str:
    return render(
        "entda.v1",
        names=_told(names, schema),
        kinds=_kinds(schema),
        style=style,
        how=WRITTEN.instruct(),
    )


def _rest(names: Entities, schema: Schema) -> str:
    return render(
        "entda-rest.v1", names=_told(names, schema), kinds=_kinds(schema), how=DECISION.instruct()
    )


def _told(names: Entities, schema: Schema) -> list[dict[str, str]]:
    return [{"words": quoted(name.words), "type": schema[name.type].words} for name in names]


def _kinds(schema: Schema) -> list[str]:
    return [type_.words for type_ in schema.entities]


def _apart_from(names: Entities, others: Sequence[Entity]) -> list[Entity]:
    """Return those of `others` that do not lie within one of `names`, nor hold one."""
    taken = [name.words.casefold() for name in names]
    return [
        other
        for other in others
        if not any(other.words.casefold() in t or t in other.words.casefold() for t in taken)
    ]


def _span(claim: Claim) -> Span:
    return claim.arguments[0].mention.span or Span(0, 0)
