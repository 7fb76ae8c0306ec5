"""Graph → the graph that says where claims disagree, and which of it is shown.

Nothing is taken away. Relations and events get `valid`, the times that their claims state (each
with `start`, `end`, `precision`, the `text` it was read from and its `role`), and `qualified`, the
kinds of cue that all their claims have. What has part in conflicts gets `conflict`, a list with for
each its `group`, its `kind`, `why` they cannot all be true and what was `decided`, in words; and
`shown`. What has no `shown` is shown.
"""

from collections.abc import Iterable

from questgraph.graphs.conflicts.axioms import fits
from questgraph.graphs.conflicts.clashes import clashes, decide
from questgraph.graphs.conflicts.directions import one_direction
from questgraph.graphs.conflicts.policies import Policy
from questgraph.graphs.conflicts.statements import (
    Rules,
    Statement,
    intervals,
    named,
    note,
    statements,
)
from questgraph.graphs.evidence import Evidence
from questgraph.graphs.intervals import overlap
from questgraph.graphs.knowledge import KnowledgeGraph, parts_of
from questgraph.tools.records import HEAD, TAIL, digest
from questgraph.tools.schema import Schema

_WRITTEN = ("valid", "qualified", "conflict", "shown")


def settled(graph: KnowledgeGraph, schema: Schema, policy: Policy | None = None) -> KnowledgeGraph:
    """Return a copy of `graph` that says which facts contradict each other, and which are shown.

    Equal graphs give equal bytes, in whatever order their parts were added; settled once more, or
    by another policy, a graph is as if it had been settled once.

    Args:
        graph: As `build` makes it, merged or not.
        schema: Its axioms say what contradicts what.
        policy: Which of it is shown; all of it without one.
    """
    rules = Rules.of(schema, policy or Policy())
    result = one_direction(graph, rules.axioms)
    for data in parts_of(result):
        for name in _WRITTEN:
            data.pop(name, None)
    stated = statements(result, rules)
    for statement in stated:
        _describe(statement)
        _weigh_denials(statement, rules)
    _follow_events(result, stated)
    open_ = [each for each in stated if each.shown and each.plain]
    decide(result, clashes(result, open_, rules.axioms), rules.policy)
    for statement in stated:
        _check_signature(result, statement, rules)
    return result


def _describe(statement: Statement) -> None:
    """Write down when a relation or event is true, and how all its claims are qualified."""
    if statement.data["kind"] != "role" and statement.valid:
        statement.data["valid"] = [each.to_json() for each in statement.valid]
    kinds = [{cue["kind"] for cue in record.get("qualified", ())} for record in _all(statement)]
    if shared := set.intersection(*kinds) if kinds else set():
        statement.data["qualified"] = sorted(shared)


def _all(statement: Statement) -> list[Evidence]:
    return [*statement.plain, *statement.denied]


def _weigh_denials(statement: Statement, rules: Rules) -> None:
    """Hide what every claim denies; where some do, the policy weighs them against the others."""
    if not statement.denied:
        return
    group = f"c:{digest('negation', statement.id)[:12]}"
    against = len(statement.denied)
    if not statement.plain:
        statement.data["shown"] = False
        note(
            statement,
            group=group,
            kind="denied",
            why=f"all that is said of it ({against} claim(s)) is that it is not so",
            decided="hidden: nothing says that it is so",
        )
        return
    times = rules.times(statement.denied)
    if not overlap(statement.times, intervals(times)):
        return
    denial = rules.rank(statement.denied, times)
    statement.data["shown"] = denial <= statement.rank
    ours, theirs = rules.policy.words(statement.rank), rules.policy.words(denial)
    if rules.policy.name == "all":
        decided = "shown: the policy is to show all"
    elif denial == statement.rank:
        decided = f"shown, though the denial weighs as much: each {ours}"
    else:
        how = "shown" if statement.data["shown"] else "hidden"
        decided = f"{how}: it {ours}, the denial {theirs}"
    why = f"{len(statement.plain)} claim(s) say it, {against} say that it is not so"
    note(statement, group=group, kind="negation", why=why, decided=decided)


def _follow_events(graph: KnowledgeGraph, stated: Iterable[Statement]) -> None:
    """Hide the roles of events that are hidden."""
    for statement in stated:
        if statement.tail and not graph.nodes[statement.head].get("shown", True):
            statement.data["shown"] = False


def _check_signature(graph: KnowledgeGraph, statement: Statement, rules: Rules) -> None:
    """Note where an end is of a type that the schema does not allow there; a person can tell."""
    if not statement.tail:
        return
    for owner, end, node in _ends(graph, statement):
        wanted, type_ = rules.axioms.ends.get((owner, end), ()), graph.nodes[node]["type"]
        if not fits(rules.schema, type_, wanted):
            note(
                statement,
                group=f"c:{digest('signature', statement.id, end)[:12]}",
                kind="signature",
                why=f"{named(graph, node)} is of type {type_}; {end} of {owner} asks for"
                f" {' or '.join(wanted)}",
                decided="left as it is: only a person can tell which of the two is wrong",
            )


def _ends(graph: KnowledgeGraph, statement: Statement) -> list[tuple[str, str, str]]:
    """Return for each end of a statement whose it is, its name, and the node that is there."""
    if statement.data["kind"] == "role":
        return [(graph.nodes[statement.head]["type"], statement.type, statement.tail)]
    return [(statement.type, HEAD, statement.head), (statement.type, TAIL, statement.tail)]
