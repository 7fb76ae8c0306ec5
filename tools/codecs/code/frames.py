"""From calls to frames, and to a complaint about those that say something else."""

from collections.abc import Callable, Iterable

from questgraph.tools.codecs.code.reading import Call, Found, says_nothing
from questgraph.tools.errors import AnswerError
from questgraph.tools.records import Frame

_MOST = 5
"""Slips that one complaint names."""


def frames_said(
    answer: str, found: Found, read: Callable[[Call], Iterable[Frame]], how: str
) -> list[Frame]:
    """Return the frames of all calls, each once, in the order said.

    Args:
        answer: The reply.
        found: Its calls.
        read: Returns the frames of a call, or raises `AnswerError` with what is wrong with it.
        how: Says how to answer.

    Raises:
        AnswerError: When something could not be read; the frames of the rest are in `partial`.
    """
    problems = [f"This cannot be read: {line}" for line in found.broken]
    frames: dict[Frame, None] = {}
    for call in found.calls:
        try:
            for frame in read(call):
                frames[frame] = None
        except AnswerError as error:
            problems.append(error.complaint)
    if problems:
        said = "; ".join(list(dict.fromkeys(problems))[:_MOST])
        raise AnswerError(f"{said}. {how}", partial=list(frames))
    if not found.calls and not says_nothing(answer):
        raise AnswerError(how)
    return list(frames)
