"""Which single claims are right, by the metrics that a set is scored with."""

from collections.abc import Container, Iterable
from dataclasses import replace

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim
from questgraph.tools.scoring.counts import Counts, micro
from questgraph.tools.scoring.metrics import metrics


def is_right(
    gold: Labelled, claim: Claim, names: Iterable[str], symmetric: Container[str] = ()
) -> bool | None:
    """Say whether a metric would count a claim as a hit, were it all that was said.

    A claim that was turned down is judged like any other. An event is right when all that the
    metrics take from it, trigger and arguments, is.

    Args:
        gold: The labelled passage.
        claim: What was said of it.
        names: Of metrics; each looks only at claims of its kind.
        symmetric: Relations of which head and tail may be swapped.

    Returns:
        `None` where no metric looks at the claim: it is not in the text, of a kind without labels,
        or about a pair that was not asked about.
    """
    if not claim.grounded:
        return None
    alone = [replace(claim, verdict="unchecked")]
    counts = sum((micro(metrics[n].tally(gold, alone, symmetric)) for n in names), Counts())
    return counts.hits >= counts.said if counts.said else None
