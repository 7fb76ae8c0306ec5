"""Coherent sets of triples: random walks that go where the set has seldom been.

After SynthIE (Josifoski et al. 2023). A graph's common relations would fill most walks; so a step
is weighted down by how often its relation was taken already, and, within a relation, by how often
its ends were. A relation that was not taken yet outweighs those that were, which covers rare ones
soon.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from questgraph.agents.synthesis.sources import Triple

SHYNESS = 2.0
"""Power with which a relation that was taken loses weight."""

WEIGHED = 50
"""Triples of one relation that a step chooses between: a graph may have millions."""


def walks(
    triples: Sequence[Triple], *, count: int, longest: int, seed: int
) -> list[tuple[Triple, ...]]:
    """Return `count` sets of 1 to `longest` triples, each connected by shared ends.

    Equal sets are left out, so there are fewer when the graph has no more.
    """
    walker = _Walker(triples, random.Random(seed))
    sets = dict[frozenset[Triple], tuple[Triple, ...]]()
    # A small graph repeats itself; it has little else to say then.
    for _ in range(4 * count):
        if len(sets) == count:
            break
        walk = walker.walk(walker.chance.randint(1, longest))
        sets.setdefault(frozenset(walk), walk)
    return list(sets.values())


class _Walker:
    """Walks a graph and remembers where it was."""

    def __init__(self, triples: Sequence[Triple], chance: random.Random) -> None:
        self.chance = chance
        self._all = _by_relation(triples)
        self._relations: Counter[str] = Counter()
        self._ends: Counter[str] = Counter()
        self._around: dict[str, list[Triple]] = defaultdict(list)
        for triple in triples:
            self._around[triple.head].append(triple)
            self._around[triple.tail].append(triple)

    def walk(self, length: int) -> tuple[Triple, ...]:
        """Return at most `length` triples that hang together."""
        walk = [self._step(self._all)]
        while len(walk) < length and (near := self._near(walk)):
            walk.append(self._step(_by_relation(near)))
        return tuple(walk)

    def _near(self, walk: Sequence[Triple]) -> list[Triple]:
        """Return the triples that a walk may go on with."""
        ends = dict.fromkeys(end for triple in walk for end in (triple.head, triple.tail))
        near = dict.fromkeys(triple for end in ends for triple in self._around[end])
        # A second relation of the same two would be told in the words of the first.
        pairs = {frozenset((triple.head, triple.tail)) for triple in walk}
        return [t for t in near if frozenset((t.head, t.tail)) not in pairs]

    def _step(self, by_relation: Mapping[str, Sequence[Triple]]) -> Triple:
        relations = list(by_relation)
        weights = [(1 + self._relations[relation]) ** -SHYNESS for relation in relations]
        (relation,) = self.chance.choices(relations, weights)
        triples = by_relation[relation]
        some = self.chance.sample(triples, min(WEIGHED, len(triples)))
        (step,) = self.chance.choices(
            some, [1 / (1 + self._ends[triple.head] + self._ends[triple.tail]) for triple in some]
        )
        self._relations[relation] += 1
        self._ends.update((step.head, step.tail))
        return step


def _by_relation(triples: Iterable[Triple]) -> dict[str, list[Triple]]:
    groups: dict[str, list[Triple]] = defaultdict(list)
    for triple in triples:
        groups[triple.relation].append(triple)
    return groups
