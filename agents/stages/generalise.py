"""What is this a case of? One question for each pair, before rules are looked up for it."""

from dataclasses import replace

from questgraph.agents.candidates import marked
from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.rules import GENERALISE, SENTENCE
from questgraph.agents.samples import final
from questgraph.agents.stages.base import NO_CALLS, OCCURS, Calls, Recipe, Stage
from questgraph.agents.stages.pair import MOST_PAIRS
from questgraph.agents.state import Candidate, Context, Problem, State, Update
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import Turn
from questgraph.tools.schema import Schema

MAX_TOKENS = 256


def generalise(*, prompt: str = "generalise.v1") -> Stage:
    """Return a stage that asks of each pair for its case, with the names abstracted away.

    The turn that tells the case is noted with the candidate; the question shows the sentences of
    the pair and nothing else.

    Args:
        prompt: The question.
    """

    def wording(shown: str) -> str:
        return render(prompt, marked=shown, how=SENTENCE.instruct())

    async def put(candidate: Candidate, state: State, context: Context) -> Answer[tuple[str, ...]]:
        text = wording(fenced(marked(candidate, state["unit"])))
        question = about(SENTENCE, (), text, max_tokens=MAX_TOKENS)
        return await converse(context.gateway, [Message("user", text)], question, stage=GENERALISE)

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        pairs = [each for each in state["candidates"] if each.kind == "relation"]
        answers = await together(put(pair, state, context) for pair in pairs)
        turns, problems, told = list[Turn](), list[Problem](), list[Candidate]()
        for pair, answer in zip(pairs, answers, strict=True):
            turns += answer.turns
            turn = len(state["turns"]) + len(turns) - 1
            told.append(replace(pair, turns=(*pair.turns, turn)) if answer.value else pair)
            problems += [final(answer.problem)] if answer.problem else []
        others = [each for each in state["candidates"] if each.kind != "relation"]
        return {"candidates": (*told, *others), "turns": turns, "problems": problems}

    def calls(schema: Schema) -> Calls:
        if not schema.relations:
            return NO_CALLS
        # The name of a type stands in for the words of the passage.
        question = wording(schema.relations[0].name)
        return Calls(0, OCCURS * MOST_PAIRS, MOST_PAIRS, MAX_TOKENS, (question,))

    return Stage(name=GENERALISE, summary="asks what each pair is a case of", run=run, calls=calls)
