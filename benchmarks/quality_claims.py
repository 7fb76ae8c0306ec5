"""What a peer said, in the words of the schema and pinned to the text as our own answers are."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import join
from questgraph.agents.state import Context, Said, initial
from questgraph.retrieval.embedders import Embedder
from questgraph.tools.codecs.parsing import by_folded, fold
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import HEAD, MENTION, TAIL, TRIGGER, Chunk, Claim, Frame, Span, Unit
from questgraph.tools.schema import EventType, Schema

_NONE = Recipe(name="peer", summary="", source="", stages=(ground(),))


class Reading:
    """Reads what peers found about passages of one set.

    Names are matched without case and separators; a free predicate, which kg-gen writes, becomes
    the relation whose name is nearest in meaning, which is generous.
    """

    def __init__(self, schema: Schema, embedder: Embedder) -> None:
        self._schema, self._embedder = schema, embedder
        self._types = by_folded(type_.name for type_ in schema.types())
        self._relations = [type_.name for type_ in schema.relations]
        words = [type_.words for type_ in schema.relations]
        self._vectors = embedder.embed(words) if words else None

    def claims(self, passage: Labelled, found: Mapping[str, Any], *, free: bool) -> list[Claim]:
        """Return the claims of a passage.

        Args:
            passage: What was asked about.
            found: What the peer answered.
            free: Whether its predicates are free text.
        """
        chunk = Chunk(passage.id, passage.text, span=Span(0, len(passage.text)), index=0)
        frames = tuple(Said(frame, (0,)) for frame in self._frames(found, free=free))
        state = initial(Unit(chunk))
        state["frames"] = frames
        context = Context(gateway=None, schema=self._schema)  # type: ignore[arg-type]  # asks nobody
        update = asyncio.run(ground().run(state, context, _NONE))  # type: ignore[arg-type]
        return join(update["claims"])

    def _frames(self, found: Mapping[str, Any], *, free: bool) -> Iterator[Frame]:
        for type_, text in found["entities"]:
            if (name := self._known(type_, "entity")) and text:
                yield Frame("entity", name, ((MENTION, text),))
        for type_, head, tail in found["relations"]:
            name = self._nearest(type_) if free else self._known(type_, "relation")
            if name and head and tail:
                yield Frame("relation", name, ((HEAD, head), (TAIL, tail)))
        yield from self._events(found)

    def _events(self, found: Mapping[str, Any]) -> Iterator[Frame]:
        """Yield one event for each type: peers do not say which argument is of which event."""
        for event in self._schema.events:
            name = fold(event.name)
            triggers = [text for type_, text in found["triggers"] if fold(type_) == name]
            roles = by_folded(role.name for role in event.roles)
            fillers = [
                (roles[fold(role)], text)
                for type_, role, text in found["arguments"]
                if fold(type_) == name and fold(role) in roles and text
            ]
            if triggers or fillers:
                lead = [(TRIGGER, triggers[0])] if triggers and event.trigger else []
                yield Frame("event", event.name, (*lead, *fillers))

    def _known(self, said: str, kind: str) -> str | None:
        name = self._types.get(fold(str(said)))
        return name if name and self._schema[name].kind == kind else None

    def _nearest(self, predicate: str) -> str | None:
        if not predicate or self._vectors is None:
            return None
        likeness = self._embedder.embed([predicate]) @ self._vectors.T
        return self._relations[int(np.argmax(likeness))]


def described(schema: Schema) -> dict[str, list[dict[str, Any]]]:
    """Return what peers are told about the types."""

    def told(types: Sequence[Any]) -> list[dict[str, Any]]:
        return [
            {
                "name": type_.name,
                "guideline": type_.guideline,
                "roles": [r.name for r in type_.roles] if isinstance(type_, EventType) else [],
            }
            for type_ in types
        ]

    return {
        "entities": told(schema.entities),
        "relations": told(schema.relations),
        "events": told(schema.events),
    }
