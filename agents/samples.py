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
) -> list[Answer[T]]:
    """Return the answers to `samples` askings of a question, which do not know of each other."""
    temperature = TEMPERATURE if samples > 1 else 0.0
    return await together(
        converse(gateway, messages, question, stage=stage, temperature=temperature, seed=seed)
        for seed in range(samples)
    )


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
