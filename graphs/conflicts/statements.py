"""What a graph states, with what speaks for it and against it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from questgraph.graphs.conflicts.axioms import Axioms, axioms_of
from questgraph.graphs.conflicts.policies import Policy, Rank
from questgraph.graphs.conflicts.validity import Stated, TimeRoles, all_stated, is_time, time_roles
from questgraph.graphs.evidence import Evidence
from questgraph.graphs.intervals import Interval, overlap
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.times import read_time
from questgraph.tools.schema import Schema

NEGATION = "negation"
"""Kind of a cue that turns what a claim says into its opposite."""

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides between statements."""

    schema: Schema
    axioms: Axioms
    meaning: TimeRoles
    policy: Policy

    @classmethod
    def of(cls, schema: Schema, policy: Policy) -> "Rules":
        """Return the rules that a schema and a policy give."""
        return cls(schema, axioms_of(schema), time_roles(schema), policy)

    def times(self, records: Iterable[Evidence]) -> list[Stated]:
        """Return the times that records state."""
        return all_stated(records, self.meaning, lambda record: self.policy.origin(record).day)

    def rank(self, records: Sequence[Evidence], valid: Iterable[Stated]) -> Rank:
        """Return how high something stands that `records` support and that was true then."""
        return self.policy.rank(records, intervals(valid))


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """An edge, or an event by itself."""

    id: str
    data: dict[str, Any]
    """Attributes of the edge or node: what is decided is written there."""

    head: str
    type: str
    tail: str
    """Empty for an event by itself."""

    plain: Sequence[Evidence]
    """Records that say it."""

    denied: Sequence[Evidence]
    """Records that say that it is not so."""

    valid: Sequence[Stated]
    rank: Rank
    value: Interval | None
    """The time that the tail is, where it is one."""

    @property
    def times(self) -> list[Interval]:
        """When it is true, where that is known."""
        return intervals(self.valid)

    @property
    def shown(self) -> bool:
        """Whether the graph shows it, as far as is decided."""
        return bool(self.data.get("shown", True))

    def contradicts(self, other: "Statement") -> bool:
        """Say whether of this and another statement of one thing only one can be true."""
        return overlap(self.times, other.times)


def statements(graph: KnowledgeGraph, rules: Rules) -> list[Statement]:
    """Return what `graph` states: its events, then its edges, in the order of the graph."""
    events = [
        _statement(node, data, (node, data["type"], ""), rules)
        for node, data in graph.nodes(data=True)
        if data["kind"] == "event"
    ]
    edges = [
        _statement(key, data, (head, data["type"], tail), rules, graph.nodes[tail])
        for head, tail, key, data in graph.edges(keys=True, data=True)
    ]
    return [*events, *edges]


def intervals(valid: Iterable[Stated]) -> list[Interval]:
    """Return the intervals of stated times."""
    return [each.interval for each in valid]


def is_denied(record: Evidence) -> bool:
    """Say whether the text says that the claim of a record is not so."""
    return any(cue["kind"] == NEGATION for cue in record.get("qualified", ()))


def named(graph: KnowledgeGraph, node: str) -> str:
    """Return the name of a node, short enough for a sentence."""
    name = str(graph.nodes[node]["name"])
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def note(statement: Statement, *, group: str, kind: str, why: str, decided: str) -> None:
    """Write down that a statement has part in a conflict, and what came of it."""
    conflict = {"group": group, "kind": kind, "why": why, "decided": decided}
    statement.data.setdefault("conflict", []).append(conflict)


def _statement(
    id_: str,
    data: dict[str, Any],
    place: tuple[str, str, str],
    rules: Rules,
    tail: Mapping[str, Any] | None = None,
) -> Statement:
    plain = [record for record in data["support"] if not is_denied(record)]
    denied = [record for record in data["support"] if is_denied(record)]
    says = plain or denied
    value = tail and is_time(rules.schema, tail["type"]) and read_time(tail["name"])
    valid = rules.times(says)
    rank = rules.rank(says, valid)
    return Statement(id_, data, *place, plain, denied, valid, rank, value or None)
