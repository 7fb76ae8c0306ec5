"""Which of these is it? One multiple-choice question for each candidate (QA4RE)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from questgraph.agents.candidates import decided, in_words, marked, places
from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about
from questgraph.agents.dialogue import dialogue, explained_at_once, fenced, glossary, opening
from questgraph.agents.precedents import Precedent, precedent, precedents, unit_of
from questgraph.agents.samples import final, missing, sampled, votes
from questgraph.agents.shots import Shots, contrasting
from questgraph.agents.stages.base import NO_CALLS, OCCURS, Calls, Exchange, Recipe, Stage
from questgraph.agents.stages.pair import MOST_PAIRS
from questgraph.agents.state import Candidate, Context, Problem, State, Update
from questgraph.tools.codecs.choice import NONE, Choice
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import (
    HEAD,
    MENTION,
    TAIL,
    Argument,
    Claim,
    Kind,
    Mention,
    Turn,
    Unit,
)
from questgraph.tools.schema import Schema

MAX_TOKENS = 256
"""Length of an answer at most: a letter, with reasons before it where the answer is free text."""

KEPT = "no answer named an option, so what was proposed is kept"

SHOWN = 3
"""Candidates that one demonstration decides about at most."""


def choose(
    kind: Kind = "relation",
    *,
    shots: Shots | None = None,
    samples: int = 1,
    keep_on_failure: bool = False,
    prompt: str = "choose.v1",
    name: str = "choose",
    session: str = "choose",
) -> Stage:
    """Return a stage that decides of which type each candidate is, if of any.

    Every candidate gets a question of its own, whatever the history: the options are its types in
    words, the last one that it is none of them. What is chosen becomes a claim. A candidate whose
    question has no usable answer stays a candidate.

    Args:
        kind: What it decides about; candidates of other kinds are left alone.
        shots: Demonstrations about similar candidates that each question is asked with, in place
            of those of the passage: such as are of one of the types, and such as are of none.
        samples: How often each question is asked; the option that most samples chose counts.
        keep_on_failure: Whether a candidate is of its first type when no answer names an option
            (filter-then-rerank, Ma et al. 2023).
        prompt: The question.
        name: The stage's name.
        session: The dialogue it belongs to.
    """
    chooser = _Chooser(kind, shots, samples, keep_on_failure, prompt, name)
    times = f", {samples} times" if samples > 1 else ""
    return Stage(
        name=name,
        summary=f"asks for the type of each candidate{times}",
        run=chooser.run,
        session=session,
        calls=chooser.calls,
        show=chooser.show,
    )


@dataclass(frozen=True, slots=True)
class _Chooser:
    """What `choose` was told, and how it is done."""

    kind: Kind
    shots: Shots | None
    samples: int
    keep_on_failure: bool
    prompt: str
    name: str

    async def run(self, state: State, context: Context, recipe: Recipe) -> Update:
        mine = [candidate for candidate in state["candidates"] if candidate.kind == self.kind]
        asked = await together(self._put(each, state, context, recipe) for each in mine)
        left = [candidate for candidate in state["candidates"] if candidate.kind != self.kind]
        claims, turns, problems = list(state["claims"]), list[Turn](), list[Problem]()
        for candidate, answers in zip(mine, asked, strict=True):
            claim = self._counted(
                candidate, answers, len(state["turns"]) + len(turns), state["unit"]
            )
            turns += [turn for answer in answers for turn in answer.turns]
            trouble = self._trouble(answers)
            problems += trouble
            claims += [claim] if claim else []
            left += [candidate] if trouble and not claim else []
        return {
            "claims": tuple(claims),
            "candidates": tuple(left),
            "turns": turns,
            "problems": problems,
        }

    def show(self, demo: Labelled, schema: Schema) -> list[Exchange]:
        shown = islice(precedents(demo, self.kind, schema), SHOWN)
        return [self._exchange(each, unit_of(demo), schema) for each in shown]

    def calls(self, schema: Schema) -> Calls:
        types = schema.types(self.kind)
        if not types:
            return NO_CALLS
        # The names of types stand in for the words of the passage.
        roles = (HEAD, TAIL) if self.kind == "relation" else (MENTION,)
        parts = tuple(Argument(role, Mention(types[0].name)) for role in roles)
        example = Candidate(self.kind, parts, tuple(type_.name for type_ in types))
        question = self._wording(example, unit_of(Labelled("", "")), schema)
        most = self.samples * MOST_PAIRS
        return Calls(0, OCCURS * most, most, MAX_TOKENS, (question,), self.samples)

    async def _put(
        self, candidate: Candidate, state: State, context: Context, recipe: Recipe
    ) -> list[Answer[int]]:
        """Ask about one candidate, once for each sample."""
        text = self._wording(candidate, state["unit"], context.schema)
        question = about(_choice(candidate, context.schema), (), text, max_tokens=MAX_TOKENS)
        similar = await self._similar(candidate, state, context, recipe)
        shown = () if self.shots else None
        first, *rest = dialogue(recipe, context.schema, self.name, state, (), text, demos=shown)
        messages = [first, *similar, *rest]
        return await sampled(
            context.gateway, messages, question, stage=self.name, samples=self.samples
        )

    async def _similar(
        self, candidate: Candidate, state: State, context: Context, recipe: Recipe
    ) -> list[Message]:
        """Return how candidates of similar passages were decided, the most similar last."""
        if not self.shots:
            return []
        find = partial(precedent, candidate=candidate, schema=context.schema)
        shots = await contrasting(
            self.shots,
            state,
            context,
            has=lambda demo: find(demo, typed=True) is not None,
            lacks=lambda demo: find(demo, typed=False) is not None,
            about=places(candidate, state["unit"]),
        )
        messages = []
        for demo, typed in shots:
            if found := find(demo, typed=typed):
                exchange = self._exchange(found, unit_of(demo), context.schema)
                shown = opening(recipe, demo.text)
                messages.append(Message("user", f"{shown}\n\n{exchange.question}"))
                messages.append(Message("assistant", exchange.answer))
        return messages

    def _exchange(self, precedent: Precedent, unit: Unit, schema: Schema) -> Exchange:
        candidate, type_ = precedent
        number = candidate.types.index(type_) if type_ in candidate.types else -1
        choice = _choice(candidate, schema)
        answer = choice.write(number % len(choice.options))
        return Exchange(self._wording(candidate, unit, schema), answer)

    def _wording(self, candidate: Candidate, unit: Unit, schema: Schema) -> str:
        choice = _choice(candidate, schema)
        types = [schema[name] for name in candidate.types]
        return render(
            self.prompt,
            kind=candidate.kind,
            marked=fenced(marked(candidate, unit)),
            options=choice.lines,
            glossary="" if explained_at_once(schema) else glossary(types),
            how=choice.instruct(),
        )

    def _counted(
        self, candidate: Candidate, answers: Sequence[Answer[int]], turn: int, unit: Unit
    ) -> Claim | None:
        """Return what most samples say, as a claim; `None` when it is nothing.

        Args:
            candidate: What was asked about.
            answers: One for each sample.
            turn: Index of the first turn of the answers.
            unit: Where it was asked.
        """
        counted = votes(answers, turn)
        if not counted:
            kept = candidate.types[0] if self.keep_on_failure else ""
            return decided(candidate, kept, unit, reason=KEPT) if kept else None
        # The option that was said first wins a tie.
        number = max(counted, key=lambda option: len(counted[option]))
        if number == len(candidate.types):
            return None
        return decided(
            candidate,
            candidate.types[number],
            unit,
            turns=counted[number],
            votes=len(counted[number]),
            samples=sum(map(len, counted.values())),
        )

    def _trouble(self, answers: Sequence[Answer[int]]) -> list[Problem]:
        problems = map(final, missing(answers))
        return [p for p in problems if not (self.keep_on_failure and p.status == "failed")]


def _choice(candidate: Candidate, schema: Schema) -> Choice:
    told = (in_words(candidate, schema[name]) for name in candidate.types)
    return Choice((*told, NONE))
