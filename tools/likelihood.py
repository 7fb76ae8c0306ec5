"""How likely a model found what it said, read off the tokens of its answer.

This is no number that the model says about itself: it is how much of the probability went to the
words that it chose.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence

from questgraph.tools.models.tokens import Token
from questgraph.tools.records import Frame, Span


def likelihoods(
    answer: str, tokens: Sequence[Token], frames: Sequence[Frame]
) -> list[float | None]:
    """Return for each frame the geometric mean of the probabilities of the tokens that say it.

    The tokens are those that the frame's wordings touch where the answer writes them. A wording
    that several frames share is looked for at the first place that none of them has taken; when
    all are taken the least likely place counts.

    Args:
        answer: What the model wrote.
        tokens: Of the answer; may be empty.
        frames: What was read from the answer, in the order said.

    Returns:
        `None` for a frame with a wording that the answer does not have, as when a codec lets a
        model name things by number, and for all frames without tokens.
    """
    if not tokens:
        return [None] * len(frames)
    taken: list[Span] = []
    return [_likelihood(answer, tokens, frame, taken) for frame in frames]


def mean_known(values: Iterable[float | None]) -> float | None:
    """Return the mean of the values that are known; `None` when none is."""
    known = [value for value in values if value is not None]
    return _mean(known) if known else None


def _likelihood(
    answer: str, tokens: Sequence[Token], frame: Frame, taken: list[Span]
) -> float | None:
    said: list[float] = []
    for _, wording in frame.fillers:
        places = list(_places(answer, wording))
        free = next((p for p in places if not any(p.overlaps(other) for other in taken)), None)
        if free:
            taken.append(free)
        told = [_said_at(place, tokens) for place in ([free] if free else places)]
        found = [logprobs for logprobs in told if logprobs]
        if not found:
            return None
        least: list[float] = min(found, key=_mean)
        said += least
    return math.exp(_mean(said)) if said else None


def _places(answer: str, wording: str) -> Iterator[Span]:
    """Yield where the answer writes a wording, whole words before parts of words."""
    if not wording:
        return
    # JSON and code write quotes and other signs by other signs.
    written = dict.fromkeys(
        [wording, *(json.dumps(wording, ensure_ascii=pure)[1:-1] for pure in (False, True))]
    )
    parts: list[Span] = []
    for form in written:
        for found in re.finditer(re.escape(form), answer):
            place = Span(*found.span())
            if _whole(answer, place):
                yield place
            else:
                parts.append(place)
    yield from parts


def _whole(answer: str, place: Span) -> bool:
    """Say whether no word goes on before or behind a place."""
    around = answer[max(place.start - 1, 0) : place.start], answer[place.end : place.end + 1]
    inside = answer[place.start], answer[place.end - 1]
    return not any(a.isalnum() and b.isalnum() for a, b in zip(around, inside, strict=True))


def _said_at(place: Span, tokens: Sequence[Token]) -> list[float]:
    """Return the logarithms of the tokens that share a character with a place."""
    starts = (0, *(token.end for token in tokens))
    return [
        token.logprob
        for start, token in zip(starts, tokens, strict=False)
        if start < place.end and place.start < token.end
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
