"""The loop between a question and its answer: send, read, send the complaint back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from questgraph.agents.state import Problem
from questgraph.tools.codecs.base import Codec
from questgraph.tools.codecs.parsing import looks_refused, repeats
from questgraph.tools.errors import (
    AnswerError,
    ModelError,
    ModelRefusedError,
    OverBudgetError,
    PromptTooLongError,
)
from questgraph.tools.gateway.gateway import Call, Gateway
from questgraph.tools.likelihood import likelihoods
from questgraph.tools.models.base import AnswerFormat, Message, Request
from questgraph.tools.models.tokens import Tokens
from questgraph.tools.records import Frame, Status, Turn
from questgraph.tools.schema import AnyType

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T]):
    """Something to ask, and how to read what comes back."""

    text: str
    read: Callable[[str], T]
    """Turns a reply into a value, or raises `AnswerError` with a complaint to the model."""

    write: Callable[[T], str]
    """Spells a value the way the answer is wanted."""

    format: AnswerFormat | None = None
    max_tokens: int = 1024


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What came of a question."""

    value: T | None
    """What was read; `None` when nothing could be."""

    turns: tuple[Turn, ...]
    """Every turn that it took, unreadable ones included."""

    problem: Problem | None = None
    """Why something is missing, when it is."""

    tokens: Tokens = ()
    """The tokens of the last turn's answer and how likely each was, where that is known."""

    def likelihoods(self, frames: Sequence[Frame]) -> list[tuple[Frame, float | None]]:
        """Return each of the frames that were read with how likely the model found its words."""
        if not self.tokens:
            return [(frame, None) for frame in frames]
        values = likelihoods(self.turns[-1].answer, self.tokens, frames)
        return list(zip(frames, values, strict=True))


def about(codec: Codec[T], types: Sequence[AnyType], text: str, *, max_tokens: int) -> Question[T]:
    """Return the question `text` about `types`, answered in `codec`."""
    return Question(
        text=text,
        read=lambda answer: codec.read(answer, types),
        write=lambda value: codec.write(value, types),
        format=codec.format(types),
        max_tokens=max_tokens,
    )


async def converse(
    gateway: Gateway,
    messages: Sequence[Message],
    question: Question[T],
    *,
    stage: str,
    tries: int = 2,
    temperature: float = 0.0,
    seed: int = 0,
) -> Answer[T]:
    """Ask, and send unreadable answers back with the reason.

    Trouble becomes a `problem` and is not raised: one failed question marks its part of the
    unit and does not sink the others.

    Args:
        gateway: Through which the model is asked.
        messages: The dialogue, which ends with the question.
        question: What is asked, and how to read the answer.
        stage: Who asks, for the trace.
        tries: How many questions may be asked in all.
        temperature: How freely the model chooses its words.
        seed: Number of the sample.
    """
    dialogue, turns, asked = list(messages), list[Turn](), question.text
    complaint: AnswerError | None = None
    while len(turns) < tries:
        request = Request(
            tuple(dialogue), question.max_tokens, temperature, seed, format=question.format
        )
        try:
            call = await _with_room(gateway, request)
        except ModelError as error:
            return _given_up(turns, complaint, Problem(stage, _status(error), str(error)))
        first = question.text if complaint else ""
        turn = Turn(
            stage, asked, call.reply.text, call=call.key, complained=first, usage=call.usage
        )
        if call.reply.finish != "stop" or repeats(turn.answer):
            return _given_up([*turns, turn], complaint, _cut_short(stage, call))
        try:
            value = question.read(turn.answer)
        except AnswerError as error:
            complaint, asked = error, str(error)
            turns.append(turn)
            dialogue += [Message("assistant", turn.answer), Message("user", asked)]
        else:
            turn = replace(turn, parsed=question.write(value))
            return Answer(value, (*turns, turn), tokens=call.reply.tokens)
    return _given_up(turns, complaint, _unreadable(stage, turns, complaint))


async def _with_room(gateway: Gateway, request: Request) -> Call:
    """Ask, and once more with twice the room when the reply is cut off or runs away."""
    call = await gateway.ask(request)
    if call.reply.finish != "length" and not repeats(call.reply.text):
        return call
    longer = await gateway.ask(replace(request, max_tokens=2 * request.max_tokens))
    return replace(longer, usage=call.usage + longer.usage)


def _cut_short(stage: str, call: Call) -> Problem:
    if call.reply.finish == "refusal":
        return Problem(stage, "refused", f"the endpoint declined: {call.reply.text[:200]!r}")
    how = "repeated itself" if repeats(call.reply.text) else "was cut off"
    return Problem(stage, "truncated", f"the answer {how}, with twice the room too")


def _status(error: ModelError) -> Status:
    match error:
        case PromptTooLongError():
            # As with an answer that is too long, a shorter passage may do.
            return "truncated"
        case OverBudgetError():
            return "over_budget"
        case ModelRefusedError():
            return "refused"
        case _:
            return "failed"


def _unreadable(stage: str, turns: Sequence[Turn], complaint: AnswerError | None) -> Problem:
    if turns and looks_refused(turns[-1].answer):
        return Problem(stage, "refused", f"the model declined: {turns[-1].answer[:200]!r}")
    return Problem(stage, "failed", f"no readable answer in {len(turns)} tries: {complaint}")


def _given_up(turns: Sequence[Turn], complaint: AnswerError | None, problem: Problem) -> Answer[T]:
    """Return what could be read all the same, and why it is not all."""
    partial = complaint and complaint.partial
    return Answer(partial, tuple(turns), problem)  # type: ignore[arg-type]  # of the same codec
