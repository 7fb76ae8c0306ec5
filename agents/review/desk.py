"""A run under review: what is open, what was decided, and the graph that follows.

A decision is stored at once and its item is gone from the queue; the graph is built anew by a
thread of its own, so that nobody waits for a large one.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain, islice
from time import monotonic

from questgraph.agents.extraction import Extraction
from questgraph.agents.review.log import Entry
from questgraph.agents.review.queue import (
    Appraiser,
    Item,
    Pair,
    decided_keys,
    each_once,
    key_of,
    pair_key,
    queue,
)
from questgraph.graphs.decisions import Decision, latest
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.resolution import lineages
from questgraph.graphs.resolution.alike import doubtful_links
from questgraph.graphs.resolution.links import Link, Thing
from questgraph.graphs.resolution.things import things_of
from questgraph.tools.errors import UnknownNameError
from questgraph.tools.records import Claim, Document, Turn
from questgraph.tools.schema import Schema

_LOG = logging.getLogger(__name__)

PATIENCE = 0.3
"""Seconds that a decision waits for the graph to follow, which a small one does by then."""

QUIET = 10.0
"""Seconds without a decision, at most, before the graph is built anew: a large one takes a while,
in which pages are slow."""


@dataclass(frozen=True)
class Snapshot:
    """The graph and its queue at one moment."""

    graph: KnowledgeGraph
    items: list[Item]
    """What was open then, what is worth most first."""

    decisions: tuple[Decision, ...]
    """What the graph takes into account."""

    appraiser: Appraiser = field(repr=False)

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each item stands in the queue."""
        return {item.id: i for i, item in enumerate(self.items)}


class Desk:
    """One run, open for review by one person; safe to use from several threads.

    Args:
        extraction: The run.
        by: Who decides, as it is kept with each decision.
    """

    def __init__(self, extraction: Extraction, *, by: str = "") -> None:
        self.extraction = extraction
        self.documents: dict[str, Document] = extraction.documents
        self.schema: Schema = extraction.schema
        self._by = by
        self._lock = threading.RLock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="graph")
        self._pending: Future[None] | None = None
        self._begun = False
        self._last = self._took = 0.0
        self._closing = threading.Event()
        self._entries: list[Entry] = []
        self._standing: tuple[Decision, ...] = ()
        self._done: set[str] = set()
        self._read_log()
        self._claims = each_once(extraction.claims, self.schema)
        self.things, self._doubts = self._doubtful()
        self.now = self._snapshot()
        """The graph and the queue, as they are now."""

    @cached_property
    def turns(self) -> dict[str, Sequence[Turn]]:
        """Every question and answer, by unit."""
        return self.extraction.turns

    @cached_property
    def by_document(self) -> dict[str, list[Claim]]:
        """The claims of each document."""
        found: dict[str, list[Claim]] = {}
        for claim in self._claims.values():
            found.setdefault(claim.document_id, []).append(claim)
        return found

    @property
    def behind(self) -> int:
        """How many decisions, made or taken back, the graph does not follow yet."""
        return len({*map(id, self._standing)} ^ {*map(id, self.now.decisions)})

    @property
    def entries(self) -> list[Entry]:
        """All decisions in the order they were made, those that were undone too."""
        return self._entries

    @property
    def decided_count(self) -> int:
        """How many claims, pairs and things are decided."""
        return len(latest(self._standing))

    def open(self, after: int = -1) -> Iterator[Item]:
        """Yield what is not decided and stands behind a place in the queue."""
        items, done = self.now.items, self._done
        return (item for item in islice(items, after + 1, None) if item.id not in done)

    @property
    def open_count(self) -> int:
        """How many items are not decided."""
        return sum(1 for _ in self.open())

    def item(self, key: str) -> Item:
        """Return an item, open or not.

        Raises:
            UnknownNameError: When there is no such claim or pair.
        """
        now = self.now
        if (at := now.position.get(key)) is not None:
            return now.items[at]
        if claim := self._claims.get(key) or self._written(key):
            return now.appraiser.claim(claim)
        for item in chain(
            (now.appraiser.doubt(link, self.things) for link in self._doubts),
            now.appraiser.merges(self.things),
        ):
            if item and item.id == key:
                return item
        if pair := self._told(key):
            return pair
        raise UnknownNameError("item", key)

    def known(self, node: str) -> str:
        """Return the id of a thing that is there, with or without merges.

        Raises:
            UnknownNameError: When there is none.
        """
        if node in self.now.graph or node in self.now.appraiser.into:
            return node
        raise UnknownNameError("thing", node)

    def next(self, key: str) -> Item | None:
        """Return what is open behind an item, or the first that is; nothing when all is done."""
        at = self.now.position.get(key, -1)
        return next(chain(self.open(at), self.open()), None)

    def previous(self, key: str) -> Item | None:
        """Return what is open before an item."""
        at = self.now.position.get(key, 0)
        before = reversed(self.now.items[:at])
        return next((item for item in before if item.id not in self._done), None)

    def decision(self, item: Item) -> Decision | None:
        """Return what a person said of an item."""
        return next((d for d in reversed(self._standing) if item.id in decided_keys([d])), None)

    def decide(self, decisions: Sequence[Decision], reason: str = "") -> None:
        """Store what a person does in one go; it is undone in one go, too."""
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        with self._lock:
            for decision in decisions:
                told = replace(decision, by=self._by, at=at, reason=reason or decision.reason)
                self.extraction.decisions.add(told)
            self._follow()

    def undo(self, entry: int | None = None) -> list[Entry]:
        """Take back what was done in one go with a decision, or last; return what it was."""
        return self._turn(entry, undone=False)

    def redo(self, entry: int) -> list[Entry]:
        """Let what was taken back count again."""
        return self._turn(entry, undone=True)

    def settle(self, seconds: float | None = None) -> None:
        """Wait until the graph follows all decisions, but not for ever.

        Args:
            seconds: How long; when left out, not at all for a graph that takes longer than a person
                should wait.
        """
        if seconds is None and self._took > PATIENCE:
            return
        if self._pending:
            wait([self._pending], PATIENCE if seconds is None else seconds)

    def close(self) -> None:
        """Let go of the run."""
        self._closing.set()
        self._worker.shutdown(cancel_futures=True)
        self.extraction.close()

    def _turn(self, entry: int | None, *, undone: bool) -> list[Entry]:
        with self._lock:
            some = [e for e in self._entries if e.undone is undone]
            chosen = next((e for e in reversed(some) if entry in (None, e.id)), None)
            together = [e for e in some if chosen and e.decision.at == chosen.decision.at]
            for each in together:
                if undone:
                    self.extraction.decisions.redo(each.id)
                else:
                    self.extraction.decisions.undo(each.id)
            self._follow()
            return together

    def _follow(self) -> None:
        """Read what counts now, and have the graph built anew."""
        self._read_log()
        self._last = monotonic()
        if self._pending is None or self._begun or self._pending.done():
            self._begun = False
            self._pending = self._worker.submit(self._rebuild)

    def _rebuild(self) -> None:
        while (left := self._last + min(self._took, QUIET) - monotonic()) > 0:
            if self._closing.wait(left):
                return
        with self._lock:
            self._begun = True
        try:
            self.now = self._snapshot()
        except Exception:
            # The decisions are stored: a person can go on, and is told that the graph is behind.
            _LOG.exception("the graph could not be built anew")

    def _read_log(self) -> None:
        known = {entry.id: entry.decision for entry in self._entries}
        self._entries = [
            entry._replace(decision=known.get(entry.id, entry.decision))
            for entry in self.extraction.decisions.entries()
        ]
        self._standing = tuple(entry.decision for entry in self._entries if not entry.undone)
        self._done = decided_keys(self._standing)

    def _snapshot(self) -> Snapshot:
        began, decisions = monotonic(), self._standing
        with suppress(AttributeError):
            # It is kept as it was when somebody first asked for it.
            del self.extraction.graph
        graph = self.extraction.graph
        appraiser = Appraiser(graph)
        items = queue(
            self._claims,
            appraiser,
            decisions=decisions,
            things=self.things,
            doubts=self._doubts,
        )
        self._took = monotonic() - began
        return Snapshot(graph, items, decisions, appraiser)

    def _doubtful(self) -> tuple[dict[str, Thing], list[Link]]:
        """Return the things there are before merges, and which of them may be one."""
        things = things_of(self.extraction.base)
        doubts = doubtful_links(things, lineages(self.schema))
        return {thing.id: thing for thing in things}, doubts

    def _told(self, key: str) -> Item | None:
        """Return a pair that nobody but a person thought of."""
        for entry in self._entries:
            things = entry.decision.things
            if len(things) == 2 and pair_key(things) == key:
                one, other = things
                joined = self.now.appraiser.same(one, other)
                names = (self.name(one), self.name(other))
                pair = Pair(things=(one, other), names=names, joined=joined, reason="", by="person")
                return Item(id=key, worth=0.0, why="a person looked at it", pair=pair)
        return None

    def name(self, id_: str) -> str:
        """Return what a thing is called, with or without merges; its id where it is gone."""
        if id_ in self.things:
            return self.things[id_].names[0]
        node = self.now.appraiser.into.get(id_, id_)
        return str(self.now.graph.nodes[node]["name"]) if node in self.now.graph else id_

    def _written(self, key: str) -> Claim | None:
        """Return what a person judged or wrote in and no model says any more."""
        for decision in self._standing:
            for claim in (decision.claim, decision.corrected):
                if claim and key_of(claim) == key:
                    return claim
        return None
