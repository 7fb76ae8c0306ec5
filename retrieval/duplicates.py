"""Passages that are nearly the same: a demonstration must not give away what is evaluated."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

SHARED_WORDS = 0.8
"""Share of common word triples from which two passages count as the same."""

Triples = frozenset[tuple[str, ...]]


def triples(text: str) -> Triples:
    """Return the runs of three words in `text`; of fewer words, the one run there is."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset([tuple(words)])


def alike(ours: Triples, theirs: Triples) -> bool:
    """Say whether two passages are the same, or one nearly holds the other."""
    return len(ours & theirs) >= SHARED_WORDS * min(len(ours), len(theirs))


def near_duplicates(texts: Sequence[str], of: Sequence[str]) -> list[int]:
    """Return the numbers of those `texts` that are nearly one `of` the others.

    >>> near_duplicates(["Ann left Oslo in May.", "Bob stayed."], of=["ann left Oslo in May!"])
    [0]
    """
    known = [triples(text) for text in of]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, runs in enumerate(known):
        for run in runs:
            holders[run].append(number)
    found = []
    for i, text in enumerate(texts):
        ours = triples(text)
        shared = Counter(number for run in ours for number in holders.get(run, ()))
        if any(alike(ours, known[number]) for number in shared):
            found.append(i)
    return found
