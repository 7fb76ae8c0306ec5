"""What a passage takes, stage by stage: worked out from the recipe, without asking.

Everything is told three times. At least: nothing of the schema occurs and answers are empty.
Likely: as the recipe went before, or else by the assumptions below. At most: every type occurs and
every answer is as long as it may be. Complaints and questions that are asked again count as often
as they came before; a history that never had any reckons with none.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from questgraph.agents.dialogue import dialogue, fenced
from questgraph.agents.estimates.totals import Past, StageCost
from questgraph.agents.runs.plan import Asked, Plan
from questgraph.agents.stages.base import END, Calls, Recipe, Stage
from questgraph.agents.state import State, initial
from questgraph.tools.schema import Schema


@dataclass(frozen=True, slots=True)
class Range:
    """A figure that nobody knows yet: always `0 <= least <= likely <= most`."""

    least: float = 0
    likely: float = 0
    most: float = 0

    @classmethod
    def of(cls, least: float, likely: float, most: float) -> "Range":
        """Return a range, `likely` moved to the nearer end when it is outside."""
        return cls(least, min(max(likely, least), most), most)

    @classmethod
    def exactly(cls, figure: float) -> "Range":
        """Return a figure that is known after all."""
        return cls(figure, figure, figure)

    def __add__(self, other: "Range") -> "Range":
        return self._with(other, lambda mine, theirs: mine + theirs)

    def __mul__(self, other: "Range | float") -> "Range":
        other = other if isinstance(other, Range) else Range.exactly(other)
        return self._with(other, lambda mine, theirs: mine * theirs)

    def less(self, figure: float) -> "Range":
        """Return what is left without `figure`; nothing when it is more."""
        return Range(*(max(0.0, mine - figure) for mine in (self.least, self.likely, self.most)))

    def no_less(self, other: "Range") -> "Range":
        """Return the greater of the two, end by end."""
        return self._with(other, max)

    def whole(self) -> "Range":
        """Return the range in whole numbers."""
        return Range(round(self.least), round(self.likely), round(self.most))

    def _with(self, other: "Range", do: Callable[[float, float], float]) -> "Range":
        return Range(
            do(self.least, other.least), do(self.likely, other.likely), do(self.most, other.most)
        )


NOTHING = Range()

TOKENS_A_BYTE = Range(1 / 6, 1 / 4, 1 / 2.5)
"""Tokens in a byte of UTF-8, as long as none were counted: four bytes a token. Bytes, since scripts
with more of them in a character have fewer characters in a token."""

SPREAD = Range(0.8, 1, 1.25)
"""How other texts may differ from those whose tokens were counted."""

AGAIN = 4
"""Calls that one question comes to at most: it is put again once, and each time once more when the
answer was cut off."""

ANSWER = 1 / 8
"""Length of an answer as a share of the longest, as long as none were counted."""

EVIDENCE = 1 / 4
"""Length of the evidence for a claim as a share of the passage, as long as none was counted."""


@dataclass(frozen=True, slots=True)
class Need:
    """Calls and tokens that something takes."""

    calls: Range = NOTHING
    prompt_tokens: Range = NOTHING
    completion_tokens: Range = NOTHING

    def __add__(self, other: "Need") -> "Need":
        return Need(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )

    def times(self, number: int) -> "Need":
        """Return what so many of it take, in whole numbers."""
        return Need(
            (self.calls * number).whole(),
            (self.prompt_tokens * number).whole(),
            (self.completion_tokens * number).whole(),
        )


def forecast(plan: Plan, passages: Sequence[Asked], size: float, past: Past) -> dict[str, Need]:
    """Return what each stage takes for a passage, on average; those that cannot ask are left out.

    Args:
        plan: What is asked.
        passages: Some passages, to measure what stands around them.
        size: Bytes in a passage, on average.
        past: What the recipe cost before, or an empty record.
    """
    states = [initial(unit, demos) for unit, demos in passages]
    found: dict[str, Need] = {}
    remembered: dict[str, Range] = {}
    for stage, calls in asking(plan.recipe, plan.schema):
        cost = past.stages.get(stage.name, StageCost())
        tokens_a_byte = _tokens_a_byte(past, cost)
        answer = _answer(calls, cost)
        question = tokens_a_byte * fmean(map(_size, calls.questions))
        prompt = tokens_a_byte * _shown(plan, stage, states, size) + question
        if stage.session and plan.recipe.history != "none":
            talk = _talk(calls, cost)
            before = remembered.get(stage.session, NOTHING)
            remembered[stage.session] = before + talk * (question + answer)
            # On average half of the stage's other questions come first.
            prompt += before + talk.less(calls.samples) * 0.5 * (question + answer)
        elif counted := cost.each(cost.prompt_tokens):
            prompt = Range.of(prompt.least, counted, prompt.most)
        number = _number(calls, cost, past)
        found[stage.name] = Need(number, number * prompt, number * answer)
    return found


def asking(recipe: Recipe, schema: Schema) -> Iterator[tuple[Stage, Calls]]:
    """Yield the stages that ask, each with how much for a passage of the whole recipe.

    A stage need not be come to when one before it may end the unit, and is come to again when one
    behind it may send the unit back.
    """
    sure = True
    for place, stage in enumerate(recipe.stages):
        calls = stage.calls(schema) if stage.calls else None
        if calls and calls.most:
            most = calls.most * _visits(recipe, schema, place)
            yield stage, calls._replace(least=calls.least if sure else 0, most=most)
        sure = sure and END not in stage.leads


def _visits(recipe: Recipe, schema: Schema, place: int) -> int:
    """Return how often a unit comes to the stage at `place` at most."""
    names = [stage.name for stage in recipe.stages[: place + 1]]
    return 1 + sum(
        later.calls(schema).most
        for later in recipe.stages[place + 1 :]
        if later.calls and set(later.leads) & set(names)
    )


def _number(calls: Calls, cost: StageCost, past: Past) -> Range:
    """Return how many calls a passage needs."""
    likely = cost.questions / past.units if past.units else calls.likely
    again = Range.of(1, cost.calls / max(cost.questions, 1), AGAIN).likely
    return Range.of(calls.least, likely, calls.most) * Range(1, again, again)


def _talk(calls: Calls, cost: StageCost) -> Range:
    """Return how many questions the stage puts about a passage that comes to it."""
    likely = cost.questions / cost.passages if cost.passages else calls.likely
    return Range.of(calls.least, likely, calls.most)


def _answer(calls: Calls, cost: StageCost) -> Range:
    """Return how many tokens an answer has."""
    counted = cost.each(cost.completion_tokens)
    likely = ANSWER * calls.max_tokens if counted is None else counted
    return Range.of(1, likely, calls.max_tokens)


def _tokens_a_byte(past: Past, cost: StageCost) -> Range:
    for counted in (cost, past.total):
        if counted.sampled_bytes:
            return SPREAD * (counted.sampled_tokens / counted.sampled_bytes)
    return TOKENS_A_BYTE


def _shown(plan: Plan, stage: Stage, states: Sequence[State], size: float) -> Range:
    """Return how many bytes stand before the first question of a stage."""
    if not stage.session:
        # It shows a piece of the passage and nothing else.
        fence = Range.exactly(_size(fenced("")))
        return fence + Range(0, EVIDENCE, 1) * size
    around = []
    for state in states:
        messages = dialogue(plan.recipe, plan.schema, stage.name, state, (), "")
        whole = sum(_size(text) for _, text in messages)
        around.append(whole - _size(state["unit"].chunk.text))
    return Range.exactly(fmean(around) + size)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
