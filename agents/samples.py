"""One question asked several times, so that the answers can be counted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, Question, converse
from questgraph.agents.state import Problem
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.models.base import Message

T = TypeVar("T")

TEMPERATURE = 0.7
"""Used when a question is asked several times (Wang et al. 2022, "Self-consistency")."""


async def sampled(
    gateway: Gateway,
    messages: Sequence[Message],
    question: Question[T],
    *,
    stage: str,
    samples: int,
    temperature: float = TEMPERATURE,
) -> list[Answer[T]]:
    """Return the answers to `samples` askings of a question, which do not know of each other.

    Args:
        gateway: Through which the model is asked.
        messages: The dialogue, which ends with the question.
        question: What is asked.
        stage: Who asks.
        samples: How often.
        temperature: How freely the model chooses its words; one sample is not drawn at all.
    """
    drawn = temperature if samples > 1 else 0.0
    return await together(
        converse(gateway, messages, question, stage=stage, temperature=drawn, seed=seed)
        for seed in range(samples)
    )


def votes(answers: Sequence[Answer[T]], turn: int) -> dict[T, list[int]]:
    """Return for each value that samples gave the turns that said it, the first value first.

    Args:
        answers: One for each sample.
        turn: Index of the first turn of the answers.
    """
    counted: dict[T, list[int]] = {}
    for answer in answers:
        turn += len(answer.turns)
        if answer.value is not None:
            counted.setdefault(answer.value, []).append(turn - 1)
    return counted


def missing(answers: Sequence[Answer[T]]) -> list[Problem]:
    """Return the problems that leave something out.

    A sample that could not be read does not when others could be. One that the budget forbade
    does, since it can be asked for later.
    """
    problems = [answer.problem for answer in answers if answer.problem]
    if all(answer.problem for answer in answers):
        return problems[:1]
    return [problem for problem in problems if problem.status == "over_budget"]


def final(problem: Problem) -> Problem:
    """Return a problem that no shorter passage helps, since the question is about a piece of it."""
    return replace(problem, status="failed") if problem.status == "truncated" else problem
