"""Does the text really say so? A yes/no question about claims that a planner picks."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.stages.base import Calls, Recipe, Stage
from questgraph.agents.stages.verify import MAX_TOKENS, WIDEST, statement
from questgraph.agents.state import Context, Problem, State, Update
from questgraph.tools.codecs.yesno import YesNo
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import Claim, Turn, Verdict
from questgraph.tools.schema import AnyType, Schema

Pick: TypeAlias = Callable[[State], Iterable[int]]
"""Names claims of the state by their indices."""


def confirm(
    pick: Pick, *, at_most: int = WIDEST, prompt: str = "verify.v1", name: str = "confirm"
) -> Stage:
    """Return a stage that asks whether claims are true and settles them by the answer.

    The question is that of `verify`: the evidence and the claim in words, without the dialogue. A
    claim without an answer stays as it was.

    Args:
        pick: Which claims to ask about; those that are turned down, or in the same words as one
            before, are no questions of their own.
        at_most: How many to ask about.
        prompt: The question.
        name: The stage's name.
    """
    codec = YesNo()

    def wording(words: str, type_: AnyType) -> str:
        parts = {"guideline": type_.guideline, "avoid": type_.avoid, "how": codec.instruct()}
        return render(prompt, statement=words, **parts)

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        claims, alike = list(state["claims"]), dict[str, list[int]]()
        for i in pick(state):
            if claims[i].admitted:
                words = statement(claims[i], context.schema[claims[i].type])
                alike.setdefault(words, []).append(i)
        asked = list(alike.items())[:at_most]
        answers = await together(
            put(claims[same[0]], words, state, context) for words, same in asked
        )
        turns: list[Turn] = []
        for (_, same), answer in zip(asked, answers, strict=True):
            turns += answer.turns
            for i in same:
                claims[i] = _settled(claims[i], answer.value, len(state["turns"]) + len(turns) - 1)
        problems = [_final(answer.problem) for answer in answers if answer.problem]
        return {"claims": tuple(claims), "turns": turns, "problems": problems}

    async def put(claim: Claim, words: str, state: State, context: Context) -> Answer[bool]:
        chunk = state["unit"].chunk
        window = claim.evidence.shift(-chunk.span.start) if claim.evidence else (0, None)
        text = wording(words, context.schema[claim.type])
        question = about(codec, (), text, max_tokens=MAX_TOKENS)
        messages = [Message("user", f"{fenced(chunk.text[slice(*window)])}\n\n{text}")]
        return await converse(context.gateway, messages, question, stage=name)

    def calls(schema: Schema) -> Calls:
        # The words of a type stand in for those of a claim.
        questions = tuple(wording(type_.words, type_) for type_ in schema.types())
        return Calls(0, at_most / 2, at_most, MAX_TOKENS, questions)

    return Stage(name=name, summary="asks whether claims are true", run=run, calls=calls)


def _settled(claim: Claim, decision: bool | None, turn: int) -> Claim:
    if decision is None:
        return claim
    verdict: Verdict = "confirmed" if decision else "refuted"
    return replace(claim, verdict=verdict, turns=(*claim.turns, turn))


def _final(problem: Problem) -> Problem:
    """Return a problem that no shorter passage helps: a yes or no is cut off there too."""
    return replace(problem, status="failed") if problem.status == "truncated" else problem
