"""Who decides? What a small model is sure of is settled; the rest goes to the large one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from questgraph.agents.candidates import decided, fitting
from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.stages.pair import MOST_PAIRS
from questgraph.agents.state import Candidate, Context, State, Update
from questgraph.tools.records import Claim, Kind, Turn
from questgraph.tools.schema import Schema


def route(
    kind: Kind,
    *,
    sure: float,
    top: int | None = None,
    named: bool = False,
    at_most: int = MOST_PAIRS,
    name: str = "route",
) -> Stage:
    """Return a stage that settles the candidates whose probability is high enough.

    Those that are of a type become claims, those that are nothing go; what is left in `candidates`
    is hard and for the next stage to ask about. The trace has how many there are of each. What has
    no probabilities is hard.

    Args:
        kind: What it decides about; candidates of other kinds are left alone.
        sure: Probability from which the small model is believed.
        top: How many types of a hard candidate are in question, the likeliest; all of the schema
            that fit when left out.
        named: Whether only what is likelier something than nothing can be hard.
        at_most: How many may be hard; of more, the surest are settled all the same.
        name: The stage's name.
    """
    router = _Router(kind, sure, top, named, at_most, name)
    return Stage(
        name=name, summary=f"settles what a small model is {sure:.0%} sure of", run=router.run
    )


@dataclass(frozen=True, slots=True)
class _Router:
    """What `route` was told, and how it is done."""

    kind: Kind
    sure: float
    top: int | None
    named: bool
    at_most: int
    name: str

    async def run(self, state: State, context: Context, recipe: Recipe) -> Update:
        mine = [each for each in state["candidates"] if each.kind == self.kind]
        others = [each for each in state["candidates"] if each.kind != self.kind]
        hard = sorted(filter(self._is_hard, mine), key=certainty)[: self.at_most]
        asked = [each for each in mine if each in hard]
        turn, unit = len(state["turns"]), state["unit"]
        taken = [
            decided(each, each.types[0], unit, turns=(turn,), reason=_why(each))
            for each in mine
            if each not in hard and _is_something(each)
        ]
        return {
            "claims": (*state["claims"], *taken),
            "candidates": (*others, *(self._narrowed(each, context.schema) for each in asked)),
            "turns": [self._noted(mine, taken, asked)],
        }

    def _is_hard(self, candidate: Candidate) -> bool:
        if self.named and not _is_something(candidate):
            return False
        return certainty(candidate) < self.sure

    def _narrowed(self, candidate: Candidate, schema: Schema) -> Candidate:
        """Return a candidate with the types that are in question."""
        if self.top is not None and candidate.scores:
            return replace(
                candidate,
                types=candidate.types[: self.top],
                scores=candidate.scores[: self.top],
            )
        types = dict.fromkeys((*candidate.types, *fitting(candidate, schema)))
        return replace(candidate, types=tuple(types))

    def _noted(
        self, mine: Sequence[Candidate], taken: Sequence[Claim], asked: Sequence[Candidate]
    ) -> Turn:
        share = len(asked) / max(len(mine), 1)
        dropped = len(mine) - len(taken) - len(asked)
        answer = f"taken {len(taken)}, left out {dropped}, asked about {len(asked)} ({share:.0%})"
        return Turn(
            self.name,
            f"Of which of {len(mine)} is the small model at least {self.sure:.0%} sure?",
            answer,
            parsed=answer,
        )


def certainty(candidate: Candidate) -> float:
    """Return the probability of what a candidate most likely is, a type or nothing.

    >>> certainty(Candidate("entity", (), ("person", "place"), (0.5, 0.1)))
    0.5
    >>> certainty(Candidate("entity", (), ("person", "place")))
    0.0
    """
    return max(candidate.scores[0], _nothing(candidate)) if candidate.scores else 0.0


def _nothing(candidate: Candidate) -> float:
    return 1 - sum(candidate.scores)


def _is_something(candidate: Candidate) -> bool:
    """Say whether a candidate is likelier of its first type than nothing."""
    return not candidate.scores or candidate.scores[0] >= _nothing(candidate)


def _why(candidate: Candidate) -> str:
    return f"probability {certainty(candidate):.2f}"
