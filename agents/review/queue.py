"""What of a run is worth a person's time, and in which order? Pure.

What an item is worth is how likely a person's word changes the graph, times how much of the graph
hangs on it. A claim's score says how likely; without one its verdict does, roughly.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log2
from types import MappingProxyType
from typing import Any, TypeAlias

from questgraph.graphs.decisions import Decision, latest
from questgraph.graphs.evidence import entering, said_of
from questgraph.graphs.knowledge import KnowledgeGraph, parts_of
from questgraph.graphs.resolution.alike import ALIKE
from questgraph.graphs.resolution.links import By, Link, Thing
from questgraph.tools.records import Claim, Mention, Verdict, digest
from questgraph.tools.schema import Schema

CHANGES: Mapping[Verdict, float] = {
    "confirmed": 0.03,
    "sound": 0.1,
    "unchecked": 0.3,
    "unlikely": 0.3,
    "refuted": 0.2,
    "invalid": 0.1,
}
"""How likely a person decides otherwise, where no score tells. Guesses: they only sort."""

NOT_THERE = 0.25
"""The same for a claim with words that the document does not have: a person may find them."""

AT_ODDS = 0.5
"""At least so likely for what contradicts something else: one of the two is wrong."""

WRONGLY_JOINED: Mapping[By, float] = {"person": 0.0, "model": 0.15, "rule": 0.03}

TRUST: Mapping[Verdict, str] = {
    "confirmed": "a second question confirmed it",
    "sound": "it passed the checks",
    "unchecked": "nobody checked it",
    "unlikely": "its score is too low",
    "refuted": "a second question refuted it",
    "invalid": "it breaks the schema",
}

Place: TypeAlias = tuple[str, int, int]
"""A document and the characters in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two things that may be one."""

    things: tuple[str, str]
    """Their ids without merges."""

    names: tuple[str, str]
    joined: bool
    """Whether the graph has them as one."""

    reason: str
    by: By = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something to decide: a claim, or whether two things are one."""

    id: str
    worth: float
    why: str
    """Why it stands where it does, in one line."""

    claim: Claim | None = None
    pair: Pair | None = None


def key_of(claim: Claim) -> str:
    """Return what a claim is known by in addresses: equal for all who say the same."""
    return f"c{digest(repr(said_of(claim, ())))[:16]}"


def pair_key(things: Collection[str]) -> str:
    """Return what a pair of things is known by in addresses, in either order."""
    return f"p{digest(*sorted(things))[:16]}"


def each_once(claims: Iterable[Claim], schema: Schema) -> dict[str, Claim]:
    """Return claims by key: of those that say the same, the one that is in the graph."""
    said: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        said[key_of(claim)].append(claim)
    return {
        key: same[0] if len(same) == 1 else (*entering(same, schema), same[0])[0]
        for key, same in said.items()
    }


class Appraiser:
    """Says of claims and pairs what they are worth, by the graph that they made."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.nodes: dict[Place, str] = {}
        """The node that each mention names."""

        self.into = {
            part["id"]: node for node, d in graph.nodes(data=True) for part in d.get("merged", ())
        }
        """The node that a thing went into."""

        self._graph = graph
        self._backing: dict[tuple[str, str], int] = {}
        self._conflicts: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for data in parts_of(graph):
            self._note(data)

    def claim(self, claim: Claim, key: str = "") -> Item:
        """Return a claim as an item; `key` spares working it out once more."""
        place = (claim.document_id, claim.id)
        conflicts = self.conflicts(claim)
        backing = self._backing.get(place, 2 if claim.admitted else 1)
        node, edges = self._hub(claim)
        change = max(_change(claim), AT_ODDS if conflicts else 0.0)
        said = [_standing(claim), *conflicts]
        if claim.admitted:
            said.append("the only claim that says so" if backing == 1 else f"1 of {backing} claims")
        if edges:
            said.append(f"{_edges(edges)} at {clipped(self._graph.nodes[node]['name'])!r}")
        worth = change / backing * (1 + log2(1 + edges))
        return Item(id=key or key_of(claim), worth=worth, why="; ".join(said), claim=claim)

    def conflicts(self, claim: Claim) -> list[str]:
        """Return what a claim contradicts, in words."""
        return list(self._conflicts.get((claim.document_id, claim.id), ()))

    def same(self, one: str, other: str) -> bool:
        """Say whether the graph has two things as one."""
        return self.into.get(one, one) == self.into.get(other, other)

    def doubt(self, link: Link, things: Mapping[str, Thing]) -> Item | None:
        """Return a doubtful pair as an item; nothing where the graph has the two as one."""
        ends = [self.into.get(id_, id_) for id_ in (link.one, link.other)]
        if self.same(link.one, link.other) or not {link.one, link.other} <= things.keys():
            return None
        edges = min(self._degree(end) for end in ends)
        change = 0.1 + 0.4 * min(max((link.score - ALIKE) / (1 - ALIKE), 0.0), 1.0)
        one, other = things[link.one], things[link.other]
        pair = Pair(
            things=(link.one, link.other),
            names=(one.names[0], other.names[0]),
            joined=False,
            reason=link.reason,
            by=link.by,
        )
        why = f"two things, may be one: {link.reason} ({link.score:.2f}); {_edges(edges)} to move"
        return Item(
            id=pair_key(pair.things), worth=change * (1 + log2(1 + edges)), why=why, pair=pair
        )

    def merges(self, things: Mapping[str, Thing]) -> Iterator[Item]:
        """Yield what rules and models have joined, as items."""
        for node, data in self._graph.nodes(data=True):
            for told in data.get("merged", ()):
                if told["by"] != "person":
                    yield self._merge(node, told, things)

    def _merge(self, node: str, told: Mapping[str, Any], things: Mapping[str, Thing]) -> Item:
        name = str(self._graph.nodes[node]["name"])
        part = things[told["id"]].names[0] if told["id"] in things else name
        pair = Pair(
            things=(node, told["id"]),
            names=(things[node].names[0] if node in things else name, part),
            joined=True,
            reason=told["reason"],
            by=told["by"],
        )
        edges = self._degree(node)
        worth = WRONGLY_JOINED[pair.by] * (1 + log2(1 + edges))
        why = f"joined by a {pair.by}: {pair.reason}; {_edges(edges)} at it"
        return Item(id=pair_key(pair.things), worth=worth, why=why, pair=pair)

    def _note(self, data: Mapping[str, Any]) -> None:
        support = data["support"]
        whys = [f"at odds with others: {told['why']}" for told in data.get("conflict", ())]
        for record in support:
            document = record["document"]
            place = (document, record["claim"])
            self._backing[place] = min(self._backing.get(place, len(support)), len(support))
            self._conflicts_of(place, whys)
            for mention in record["mentions"]:
                if mention["node"]:
                    self.nodes[document, mention["start"], mention["end"]] = mention["node"]

    def _conflicts_of(self, place: tuple[str, str], whys: Iterable[str]) -> None:
        for why in whys:
            self._conflicts[place][why] = None

    def _hub(self, claim: Claim) -> tuple[str, int]:
        """Return which of the nodes that a claim names has most edges, and how many."""
        named = {node for _, m in claim.arguments if (node := self.node(claim, m))}
        return max(
            ((node, self._degree(node)) for node in sorted(named)),
            key=lambda found: found[1],
            default=("", 0),
        )

    def node(self, claim: Claim, mention: Mention) -> str:
        """Return the node that a mention names; empty for none."""
        return self.nodes.get((claim.document_id, *mention.span), "") if mention.span else ""

    def _degree(self, node: str) -> int:
        return int(self._graph.degree(node)) if node in self._graph else 0


def queue(
    claims: Mapping[str, Claim],
    appraiser: Appraiser,
    *,
    decisions: Iterable[Decision] = (),
    things: Mapping[str, Thing] = MappingProxyType({}),
    doubts: Iterable[Link] = (),
) -> list[Item]:
    """Return what a person has not decided, what is worth most first.

    Args:
        claims: By key, as a model said them.
        appraiser: Knows the graph that they made.
        decisions: Those that count.
        things: What there is before merges, by id.
        doubts: Pairs of them that may be one.
    """
    done = decided_keys(decisions)
    items = [appraiser.claim(claim, key) for key, claim in claims.items() if key not in done]
    items += (item for link in doubts if (item := appraiser.doubt(link, things)))
    items += appraiser.merges(things)
    return sorted(
        (item for item in items if item.id not in done), key=lambda item: (-item.worth, item.id)
    )


def decided_keys(decisions: Iterable[Decision]) -> set[str]:
    """Return the keys of what people decided, with what they wrote in the place of something."""
    keys: set[str] = set()
    for decision in latest(decisions):
        if decision.claim:
            keys.add(key_of(decision.claim))
            if decision.corrected:
                keys.add(key_of(decision.corrected))
        elif decision.verb != "split":
            keys.add(pair_key(decision.things))
    return keys


def clipped(text: str, most: int = 80) -> str:
    """Return the beginning of a text, with dots where there is more."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _change(claim: Claim) -> float:
    """Return how likely a person's word on a claim changes what the graph has of it."""
    if not claim.grounded:
        return NOT_THERE
    if claim.score is None or claim.verdict in ("refuted", "invalid"):
        return CHANGES[claim.verdict]
    return 1 - claim.score if claim.admitted else claim.score


def _standing(claim: Claim) -> str:
    """Return where a claim is, and what is known of it."""
    score = "" if claim.score is None else f", score {claim.score:.2f}"
    if claim.admitted:
        return f"in the graph: {TRUST[claim.verdict]}{score}"
    lost = [clipped(m.text, 40) for _, m in claim.arguments if not m.span]
    if lost:
        return f"kept out: {lost[0]!r} is not in the text{score}"
    return f"kept out: {clipped(claim.reason, 120) or TRUST[claim.verdict]}{score}"


def _edges(count: int) -> str:
    return "1 edge" if count == 1 else f"{count} edges"
