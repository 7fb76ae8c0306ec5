"""Half of the demonstrations with mistakes, half without (C-ICL, Mo et al. 2024)."""

from collections.abc import Sequence
from itertools import chain, islice

from questgraph.retrieval.selection import Candidate, nearest, selections

NAME = "contrasting"


def contrasting(candidates: Sequence[Candidate], k: int) -> list[Candidate]:
    """Return `k` of the nearest, half of them passages of which something wrong was said.

    Where there are too few of one sort the other fills up. A mistake in a near passage is the
    likeliest to be made again, so nearness decides among them too.
    """
    wrong = [candidate for candidate in candidates if candidate.demo.rejected]
    right = [candidate for candidate in candidates if not candidate.demo.rejected]
    half = k // 2
    order = chain(right[: k - half], wrong[:half], right[k - half :], wrong[half:])
    chosen = {candidate.demo.id for candidate in islice(order, k)}
    return nearest([c for c in candidates if c.demo.id in chosen], k)


selections[NAME] = contrasting
