"""All metrics by the names under which they are reported.

A metric compares one passage and returns a tally; adding tallies up, scoring a corpus and putting
an interval around the score are the same for all (`counts`, `intervals`).
"""

from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim
from questgraph.tools.registry import Registry
from questgraph.tools.scoring import entities, events, relations
from questgraph.tools.scoring.counts import Tally, tally_sets
from questgraph.tools.scoring.sides import Side

Task = Literal["entity", "relation", "event", "graph"]


class Tallying(Protocol):
    """A comparison of what was said of a passage with what is labelled."""

    def __call__(
        self, gold: Labelled, said: Sequence[Claim], symmetric: Container[str] = ()
    ) -> Tally:
        """Return the counts by type.

        Args:
            gold: The labelled passage.
            said: Claims with spans into its text; those that were not admitted do not count.
            symmetric: Relations of which head and tail may be swapped.
        """
        ...


@dataclass(frozen=True, slots=True)
class Metric:
    """A way of comparing what was said with what is labelled."""

    name: str
    task: Task
    summary: str
    tally: Tallying


def keyed(keys: Callable[[Side], Iterable[tuple[str, Hashable]]]) -> Tallying:
    """Return the comparison of sides as sets of (type, key): equal keys are the same claim."""

    def tally(gold: Labelled, said: Sequence[Claim], symmetric: Container[str] = ()) -> Tally:
        sides = (Side(gold.text, claims, symmetric) for claims in (gold.claims, said))
        return tally_sets(*map(keys, sides))

    return tally


metrics: Registry[Metric] = Registry("metric")

for _metric in (
    Metric("ner.span.strict", "entity", "place and type", keyed(entities.spans)),
    Metric("ner.string.strict", "entity", "name and type", keyed(entities.strings)),
    Metric("ner.string.single", "entity", "one type a name", keyed(entities.single_strings)),
    Metric("ner.soft", "entity", "names alike, and type", entities.soft),
    Metric("re.boundary", "relation", "places of the ends", keyed(relations.boundaries)),
    Metric(
        "re.strict",
        "relation",
        "places and entity types of the ends",
        keyed(relations.typed_boundaries),
    ),
    Metric("re.string", "relation", "names of the ends", keyed(relations.strings)),
    Metric("re.class.noNA", "relation", "relation of a given pair", relations.given_pairs),
    Metric("re.cluster", "relation", "any mention of the ends", relations.clustered),
    Metric("re.tripletset", "graph", "triples of words", relations.triples),
    Metric("ee.trg.i", "event", "place of the trigger", keyed(events.trigger_spans)),
    Metric("ee.trg.c", "event", "trigger and type", keyed(events.typed_triggers)),
    Metric("ee.arg.i", "event", "argument and event type", keyed(events.argument_spans)),
    Metric("ee.arg.c", "event", "argument, event type, role", keyed(events.typed_arguments)),
    Metric("ee.arg.i.head", "event", "head word, event type", keyed(events.argument_heads)),
    Metric(
        "ee.arg.c.head", "event", "head word, event type, role", keyed(events.typed_argument_heads)
    ),
    Metric("ee.word", "event", "words shared in a role", events.word_overlap),
):
    metrics[_metric.name] = _metric
