"""Which of two fits better? Claims that cannot all be true are compared two by two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.rivals import Rival, has_rivals, narrowed, rivalries, told_once, without
from questgraph.agents.stages.base import OCCURS, Calls, Recipe, Stage
from questgraph.agents.state import Context, Problem, State, Update
from questgraph.agents.statements import statement
from questgraph.tools.codecs.choice import NONE, Choice
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import Claim, Turn
from questgraph.tools.schema import Schema

MAX_TOKENS = 16
WIDEST = 8
"""Comparisons about one passage at most; rivals that are left over all stay."""


def refine(*, at_most: int = WIDEST, prompt: str = "refine.v1", name: str = "refine") -> Stage:
    """Return a stage that lets the better one stay where only one can be right.

    Rivals are compared in the order of the text, the winner with the next one. Each pair is asked
    about in both orders: a model that prefers whatever stands first contradicts itself, and then
    the earlier one stays. Neither of them, or an answer that cannot be read, decides nothing.

    Args:
        at_most: How many pairs to compare.
        prompt: The question.
        name: The stage's name.
    """

    def wording(choice: Choice) -> str:
        return render(prompt, options=choice.lines, how=choice.instruct())

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        claims = told_once(state["claims"])
        groups = _trimmed(rivalries(claims, context.schema), at_most)
        contests = await together(settle(group, claims, state, context) for group in groups)
        turns: list[Turn] = []
        for contest in contests:
            claims = _decided(claims, contest, len(state["turns"]) + len(turns))
            turns += contest.turns
        problems = [problem for contest in contests for problem in contest.problems]
        return {"claims": tuple(claims), "turns": turns, "problems": problems}

    async def settle(
        rivals: Sequence[Rival], claims: Sequence[Claim], state: State, context: Context
    ) -> "_Contest":
        contest, best = _Contest(rivals), rivals[0]
        for rival in rivals[1:]:
            words = [_words(one, claims, context.schema) for one in (best, rival)]
            answers = await together(put(pair, state, context) for pair in (words, words[::-1]))
            contest.add(*answers)
            match [answer.value for answer in answers]:
                case 1, 0:
                    contest.beaten[best] = rival
                    best = rival
                case ((0 | 1), (0 | 1)):
                    contest.beaten[rival] = best
        return contest

    async def put(words: Sequence[str], state: State, context: Context) -> Answer[int]:
        choice = Choice((*words, NONE))
        text = wording(choice)
        question = about(choice, (), text, max_tokens=MAX_TOKENS)
        messages = [Message("user", f"{fenced(state['unit'].chunk.text)}\n\n{text}")]
        return await converse(context.gateway, messages, question, stage=name)

    def calls(schema: Schema) -> Calls:
        # The words of a type stand in for those of a claim.
        words = [type_.words for type_ in schema.types() if has_rivals(type_)]
        questions = tuple(wording(Choice((text, text, NONE))) for text in words)
        most = 2 * at_most if words else 0
        return Calls(0, min(2 * OCCURS * len(words), most), most, MAX_TOKENS, questions)

    return Stage(name=name, summary="compares rivals two by two", run=run, calls=calls)


@dataclass(slots=True)
class _Contest:
    """Rivals, and what came of comparing them."""

    rivals: Sequence[Rival]
    beaten: dict[Rival, Rival] = field(default_factory=dict)
    """Each loser and whoever was better."""

    turns: list[Turn] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, *answers: Answer[int]) -> None:
        """Take in what was asked, in this order."""
        for answer in answers:
            self.turns += answer.turns
            self.problems += [answer.problem] if answer.problem else []


def _trimmed(groups: Sequence[Sequence[Rival]], at_most: int) -> Iterator[Sequence[Rival]]:
    """Yield groups that take `at_most` comparisons together."""
    for group in groups:
        if at_most > 0:
            yield group[: at_most + 1]
        at_most -= len(group) - 1


def _words(rival: Rival, claims: Sequence[Claim], schema: Schema) -> str:
    """Put into words what is true if `rival` is right."""
    i, argument = rival.places[0]
    return statement(narrowed(claims[i], argument), schema[claims[i].type])


def _decided(claims: Sequence[Claim], contest: _Contest, before: int) -> list[Claim]:
    """Return the claims after a contest whose first turn has the index `before`."""
    asked = tuple(range(before, before + len(contest.turns)))
    told = list(claims)
    for i in {i for rival in contest.rivals for i, _ in rival.places}:
        told[i] = replace(told[i], turns=(*told[i].turns, *asked))
    for loser, winner in contest.beaten.items():
        told = without(told, loser, winner)
    return told
