"""How much of what a model said is in the text at all."""

from collections.abc import Iterable
from typing import NamedTuple

from questgraph.tools.records import Claim


class Groundedness(NamedTuple):
    """Wordings and claims, and how many of them the text holds. Adds up over passages."""

    wordings: int = 0
    """Arguments of claims, repeats counted."""

    found: int = 0
    exact: int = 0
    """Wordings that stand in the text sign by sign."""

    claims: int = 0
    hallucinated: int = 0
    """Claims with an argument that the text does not hold."""

    # Counts add up; they are not joined, as other tuples are.
    def __add__(self, other: "Groundedness", /) -> "Groundedness":  # type: ignore[override]
        return Groundedness(*map(sum, zip(self, other, strict=True)))

    @property
    def precision(self) -> float:
        """Share of the wordings that were found in the text; 0.0 where there are none."""
        return self.found / self.wordings if self.wordings else 0.0

    @property
    def exact_share(self) -> float:
        """Share of the wordings that the text holds as they are; 0.0 where there are none."""
        return self.exact / self.wordings if self.wordings else 0.0

    @property
    def hallucination_rate(self) -> float:
        """Share of the claims that name what is not in the text; 0.0 where there are none."""
        return self.hallucinated / self.claims if self.claims else 0.0


def groundedness(claims: Iterable[Claim]) -> Groundedness:
    """Return how well claims are grounded, also those that were not admitted."""
    everything = list(claims)
    levels = [mention.level for claim in everything for _, mention in claim.arguments]
    return Groundedness(
        wordings=len(levels),
        found=sum(level != "absent" for level in levels),
        exact=levels.count("exact"),
        claims=len(everything),
        hallucinated=sum(not claim.grounded for claim in everything),
    )
