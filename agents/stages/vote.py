"""What did most samples say? Asks no model."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.tools.likelihood import mean_known
from questgraph.tools.records import Claim


def vote(*, share: float = 0.5, name: str = "vote") -> Stage:
    """Return a stage that joins equal claims and turns down what too few samples said.

    Claims are equal when they say the same of the same characters, so different wordings of one
    mention count together. Samples that could not be read are not counted as votes against.

    Args:
        share: Least share of the readable samples that must agree.
        name: The stage's name.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        return {"claims": tuple(_judged(claim, share) for claim in join(state["claims"]))}

    return Stage(name=name, summary="joins equal claims and counts votes", run=run)


def join(claims: Iterable[Claim]) -> list[Claim]:
    """Return `claims` with equal ones joined, in the order of their first appearance."""
    groups: dict[object, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(_identity(claim), []).append(claim)
    return [_joined(group) for group in groups.values()]


def _identity(claim: Claim) -> object:
    """Return what two claims share when they say the same of the same place."""
    parts = sorted(f"{role} {mention.span or mention.text}" for role, mention in claim.arguments)
    return claim.kind, claim.type, tuple(parts)


def _joined(group: Sequence[Claim]) -> Claim:
    if len(group) == 1:
        return group[0]
    # A verdict was given to the first of them, in an earlier round.
    first = next((claim for claim in group if claim.verdict != "unchecked"), group[0])
    turns = tuple(sorted({turn for claim in group for turn in claim.turns}))
    samples = max(claim.samples for claim in group)
    votes = min(samples, sum(claim.votes for claim in group))
    # Not the highest: the more often something is said, the higher that is by chance.
    probability = mean_known(claim.probability for claim in group)
    return replace(first, turns=turns, votes=votes, samples=samples, probability=probability)


def _judged(claim: Claim, share: float) -> Claim:
    if claim.votes >= share * claim.samples:
        return claim
    reason = f"said by {claim.votes} of {claim.samples} samples"
    return replace(claim, verdict="refuted", reason=reason)
