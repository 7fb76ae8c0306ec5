"""The words of a text that say something, short enough to be read."""

from collections.abc import Iterable

GAP = 1200
"""Characters between two mentions from which what lies between is left out."""

AROUND = 200
"""Characters that are kept before and after what is left out."""

CUT = " […] "


def quote(text: str, around: tuple[int, int], mentions: Iterable[tuple[int, int]]) -> str:
    """Return what a part of a text says, without long stretches between two mentions.

    Args:
        text: The document.
        around: Start and end of the part.
        mentions: Starts and ends of what must be in it.
    """
    parts, (start, last) = list[str](), around
    end = start
    for opens, closes in sorted(mentions):
        if opens - end > GAP:
            parts.append(text[start : end + AROUND])
            start = opens - AROUND
        end = max(end, closes)
    return CUT.join([*parts, text[start:last]])
