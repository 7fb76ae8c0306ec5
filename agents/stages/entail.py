"""Which relation of the schema does that mean? Phrases become relations by entailment."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.samples import final
from questgraph.agents.stages.base import NO_CALLS, PAIRS, Calls, Recipe, Stage
from questgraph.agents.stages.triples import named
from questgraph.agents.state import Context, Problem, State, Update
from questgraph.retrieval.entailment import Entailment
from questgraph.tools.codecs.choice import NONE, Choice
from questgraph.tools.codecs.parsing import fold as fold_name
from questgraph.tools.errors import ConfigError
from questgraph.tools.folding import fold
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import HEAD, TAIL, Frame, Turn
from questgraph.tools.schema import RelationType, Schema

MAX_TOKENS = 16

WIDEST = 40
"""Phrases of one passage that are put to a language model at most."""


Types = tuple[str, ...]
"""What is claimed to be the type of a name."""


class Hypothesis(NamedTuple):
    """What a statement may mean."""

    type: str
    swapped: bool
    """Whether the tail of the statement is the head of the relation."""

    words: str


class Phrase(NamedTuple):
    """A relation in free words between entities of some types: it is told once what it means."""

    head: Types
    words: str
    """Folded."""

    tail: Types


Open: TypeAlias = tuple[Phrase, Frame, Sequence[Hypothesis]]
"""A phrase, the first statement that has it, and what it may mean."""


def entail(*, sure: float = 0.6, at_most: int = WIDEST, name: str = "entail") -> Stage:
    """Return a stage that makes relations of the schema of statements in any words.

    A statement counts when both of its ends are named entities of the passage, and are not one. It
    means the relation that follows from it with the highest score, P(follows) - P(does not), in one
    direction or the other, if that is more than `sure`; only relations whose signature accepts the
    entities are compared. Statements that mean none of them are left out.

    The run's model of inference judges (`QUESTGRAPH_NLI`), or else the language model is asked.

    Args:
        sure: Score that must be exceeded.
        at_most: How many phrases to ask a language model about.
        name: The stage's name.
    """
    mapper = _Mapper(sure, at_most, name)
    return Stage(
        name=name,
        summary="tells which relations statements mean",
        run=mapper.run,
        calls=mapper.calls,
    )


@dataclass(frozen=True, slots=True)
class _Mapper:
    """What `entail` was told, and how it is done."""

    sure: float
    at_most: int
    name: str

    async def run(self, state: State, context: Context, recipe: Recipe) -> Update:
        types = {fold(name).text: tuple(names) for name, names in named(state["claims"])}
        phrases = [_phrase(said.frame, types) for said in state["frames"]]
        first: dict[Phrase, Frame] = {}
        for said, phrase in zip(state["frames"], phrases, strict=True):
            if phrase:
                first.setdefault(phrase, said.frame)
        options = {
            phrase: list(_hypotheses(frame, phrase, context.schema))
            for phrase, frame in first.items()
        }
        meant = {phrase: _same_words(phrase, some) for phrase, some in options.items()}
        unclear = [
            (phrase, first[phrase], some)
            for phrase, some in options.items()
            if some and not meant[phrase]
        ]
        if context.entailment:
            judged, update = await self._judged(unclear, context.entailment)
        else:
            judged, update = await self._asked(unclear, context)
        meant |= judged
        frames = [
            replace(said, frame=_mapped(said.frame, hypothesis))
            for said, phrase in zip(state["frames"], phrases, strict=True)
            if phrase and (hypothesis := meant[phrase])
        ]
        return {**update, "frames": tuple(frames)}

    def calls(self, schema: Schema) -> Calls:
        if not schema.relations:
            return NO_CALLS
        example = [Hypothesis(type_.name, False, type_.words) for type_ in schema.relations]
        questions = (_question("head relation tail", example),)
        return Calls(0, min(PAIRS, self.at_most), self.at_most, MAX_TOKENS, questions)

    async def _judged(
        self, unclear: Sequence[Open], entailment: Entailment
    ) -> tuple[Mapping[Phrase, Hypothesis | None], Update]:
        """Let a model of inference say what phrases mean; one turn of the trace has it all."""
        meant: dict[Phrase, Hypothesis | None] = {phrase: None for phrase, *_ in unclear}
        lines = []
        for phrase, frame, options in unclear:
            words = [option.words for option in options]
            try:
                scores = await asyncio.to_thread(entailment.judge, _premise(frame), words)
            except ConfigError as error:
                return meant, {"problems": [Problem(self.name, "failed", str(error))]}
            best = max(range(len(scores)), key=scores.__getitem__)
            score = round(2 * scores[best] - 1, 3)
            meant[phrase] = options[best] if score > self.sure else None
            lines.append(f"{_premise(frame)} -> {words[best]}: {score:.2f}")
        answer = "\n".join(lines) or "nothing"
        question = f"What follows, by {entailment.name}, with more than {self.sure}?"
        return meant, {"turns": [Turn(self.name, question, answer, parsed=answer)]}

    async def _asked(
        self, unclear: Sequence[Open], context: Context
    ) -> tuple[Mapping[Phrase, Hypothesis | None], Update]:
        """Ask the language model what phrases mean: what it chooses has all the probability."""
        put = unclear[: self.at_most]
        answers = await together(self._put(_premise(f), options, context) for _, f, options in put)
        meant: dict[Phrase, Hypothesis | None] = {phrase: None for phrase, *_ in unclear}
        for (phrase, _, options), answer in zip(put, answers, strict=True):
            if answer.value is not None and answer.value < len(options):
                meant[phrase] = options[answer.value]
        return meant, {
            "turns": [turn for answer in answers for turn in answer.turns],
            "problems": [final(answer.problem) for answer in answers if answer.problem],
        }

    async def _put(
        self, premise: str, options: Sequence[Hypothesis], context: Context
    ) -> Answer[int]:
        text = _question(premise, options)
        question = about(_choice(options), (), text, max_tokens=MAX_TOKENS)
        message = Message("user", text)
        return await converse(context.gateway, [message], question, stage=self.name)


def _phrase(frame: Frame, types: Mapping[str, Types]) -> Phrase | None:
    """Return what is to be told of a statement; nothing when its ends are not two entities."""
    head, tail = (fold(wording).text for _, wording in frame.fillers)
    if head == tail or head not in types or tail not in types:
        return None
    return Phrase(types[head], fold_name(frame.type), types[tail])


def _hypotheses(frame: Frame, phrase: Phrase, schema: Schema) -> Iterator[Hypothesis]:
    """Yield what a statement may mean, in both directions, as far as signatures allow."""
    head, tail = (_one_line(wording) for _, wording in frame.fillers)
    for type_ in schema.relations:
        if _fits(type_, phrase.head, phrase.tail, schema):
            yield Hypothesis(type_.name, False, f'"{head}" {type_.words} "{tail}"')
        if not type_.symmetric and _fits(type_, phrase.tail, phrase.head, schema):
            yield Hypothesis(type_.name, True, f'"{tail}" {type_.words} "{head}"')


def _fits(type_: RelationType, head: Types, tail: Types, schema: Schema) -> bool:
    return any(schema.accepts(type_.head, name) for name in head) and any(
        schema.accepts(type_.tail, name) for name in tail
    )


def _same_words(phrase: Phrase, options: Sequence[Hypothesis]) -> Hypothesis | None:
    """Return the hypothesis that says the same in the same words: nobody need judge that."""
    said = (each for each in options if fold_name(each.type) == phrase.words and not each.swapped)
    return next(said, None)


def _mapped(frame: Frame, hypothesis: Hypothesis) -> Frame:
    (_, head), (_, tail) = frame.fillers
    if hypothesis.swapped:
        head, tail = tail, head
    return Frame("relation", hypothesis.type, ((HEAD, head), (TAIL, tail)))


def _premise(frame: Frame) -> str:
    (_, head), (_, tail) = frame.fillers
    return f'"{_one_line(head)}" {_one_line(frame.type)} "{_one_line(tail)}"'


def _question(premise: str, options: Sequence[Hypothesis]) -> str:
    choice = _choice(options)
    return render("entail.v1", premise=premise, options=choice.lines, how=choice.instruct())


def _choice(options: Sequence[Hypothesis]) -> Choice:
    return Choice((*(option.words for option in options), NONE))


def _one_line(text: str) -> str:
    """Return a text that cannot look like options of its own."""
    return " ".join(text.split())
