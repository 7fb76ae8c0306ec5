"""What do several samples agree on, when they do not use the same words?"""

from collections.abc import Sequence

from rapidfuzz.fuzz import ratio

ALIKE = 70
"""Likeness, of 100, above which two wordings count as one (Code4Struct)."""

Filler = tuple[str, str]
"""A role and the words that fill it."""


def agreed(samples: Sequence[Sequence[Filler]], *, alike: float = ALIKE) -> list[Filler]:
    """Return what more than half of `samples` say, each in its longest wording.

    Wordings of one role that are spelled alike count as one; a sample has one vote for it, however
    often it says so.

    >>> agreed([[("firm", "Acme Ltd")], [("firm", "Acme Ltd.")], [("firm", "Bolt")]])
    [('firm', 'Acme Ltd.')]
    """
    groups: list[tuple[str, list[tuple[int, str]]]] = []
    for number, sample in enumerate(samples):
        for role, text in sample:
            said = _group(groups, role, text, alike)
            said.append((number, text))
    return [
        (role, max((text for _, text in said), key=len))
        for role, said in groups
        if 2 * len({number for number, _ in said}) > len(samples)
    ]


def _group(
    groups: list[tuple[str, list[tuple[int, str]]]], role: str, text: str, alike: float
) -> list[tuple[int, str]]:
    """Return the group that `text` is nearest to, or a new one."""
    near = [
        (max(ratio(text, other) for _, other in said), said) for of, said in groups if of == role
    ]
    likeness, nearest = max(near, key=lambda pair: pair[0], default=(0.0, []))
    if likeness > alike:
        return nearest
    said: list[tuple[int, str]] = []
    groups.append((role, said))
    return said
