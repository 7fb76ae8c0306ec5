"""How are these two related? One question for each pair, after answered ones about like pairs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from questgraph.agents.candidates import decided
from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import dialogue, explained_at_once, glossary, opening
from questgraph.agents.precedents import Precedent, precedents
from questgraph.agents.rules import RULE, case_of, rules_for
from questgraph.agents.samples import final
from questgraph.agents.shots import NO_SHOTS, Shots, contrasting
from questgraph.agents.stages.base import NO_CALLS, OCCURS, Calls, Recipe, Stage
from questgraph.agents.stages.pair import MOST_PAIRS
from questgraph.agents.state import Candidate, Context, Problem, State, Update
from questgraph.retrieval.bank import Bank
from questgraph.tools.codecs.reasoned import Decision, Reasoned, Step
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import HEAD, TAIL, Argument, Claim, Mention, Turn
from questgraph.tools.schema import AnyType, Schema

MAX_TOKENS = 512


def classify(
    *,
    shots: Shots = NO_SHOTS,
    before: Sequence[Step] = (),
    after: Sequence[Step] = (),
    rules: int = 0,
    prompt: str = "classify.v1",
    name: str = "classify",
    session: str = "classify",
) -> Stage:
    """Return a stage that tells the relation of each pair, or that there is none.

    A pair that is of some relation becomes a claim; one whose question has no usable answer stays
    a candidate. Demonstrations are each question's own: pairs of the same types of entities, some
    of which are related and some not.

    Args:
        shots: How many demonstrations, of related and of unrelated pairs.
        before: What is reasoned before the answer; a demonstration must have it in its notes.
        after: What explains the answer; asked for only where demonstrations have it in their notes.
        rules: How many learned rules each question is asked after, for pairs that were generalised.
        prompt: The question.
        name: The stage's name.
        session: The dialogue it belongs to.
    """
    classifier = _Classifier(shots, tuple(before), tuple(after), rules, prompt, name)
    how = " step by step" if before else ""
    return Stage(
        name=name,
        summary=f"tells the relation of each pair{how}",
        run=classifier.run,
        session=session,
        calls=classifier.calls,
    )


def note_of(step: str, candidate: Candidate) -> str:
    """Return the name of the note that holds `step` of what was learned of a labelled pair.

    >>> from questgraph.tools.records import Span
    >>> ends = Argument(HEAD, Mention("Ann", span=Span(0, 3))), Argument(TAIL, Mention("Bo"))
    >>> note_of("because", Candidate("relation", ends))
    'because of 0-3, -'
    """
    spans = (mention.span for _, mention in candidate.arguments[:2])
    return f"{step} of {', '.join(f'{s.start}-{s.end}' if s else '-' for s in spans)}"


@dataclass(frozen=True, slots=True)
class _Classifier:
    """What `classify` was told, and how it is done."""

    shots: Shots
    before: tuple[Step, ...]
    after: tuple[Step, ...]
    rules: int
    prompt: str
    name: str

    async def run(self, state: State, context: Context, recipe: Recipe) -> Update:
        pairs = [each for each in state["candidates"] if each.kind == "relation"]
        left = [each for each in state["candidates"] if each.kind != "relation"]
        codec = Reasoned(self.before, self.after if _noted(context.bank, self.after) else ())
        answers = await together(self._put(each, codec, state, context, recipe) for each in pairs)
        claims, turns, problems = list[Claim](), list[Turn](), list[Problem]()
        for pair, answer in zip(pairs, answers, strict=True):
            turns += answer.turns
            turn = len(state["turns"]) + len(turns) - 1
            if answer.value and answer.value.type:
                claims.append(decided(pair, answer.value.type, state["unit"], turns=[turn]))
            if answer.problem:
                problems.append(final(answer.problem))
                left.append(pair)
        return {
            "claims": (*state["claims"], *claims),
            "candidates": tuple(left),
            "turns": turns,
            "problems": problems,
        }

    def calls(self, schema: Schema) -> Calls:
        if not schema.relations:
            return NO_CALLS
        # The names of types stand in for the words of the passage.
        ends = tuple(Argument(role, Mention(schema.relations[0].name)) for role in (HEAD, TAIL))
        pair = Candidate("relation", ends, tuple(type_.name for type_ in schema.relations))
        codec = Reasoned(self.before, self.after)
        question = self._wording(pair, codec, schema, ())
        return Calls(0, OCCURS * MOST_PAIRS, MOST_PAIRS, MAX_TOKENS, (question,))

    async def _put(
        self, pair: Candidate, codec: Reasoned, state: State, context: Context, recipe: Recipe
    ) -> Answer[Decision]:
        schema, types = context.schema, _types(pair, context.schema)
        case = case_of(pair, state["turns"]) if self.rules else ""
        learned = await rules_for(case, state, context, k=self.rules)
        rules = dict.fromkeys(demo.notes[RULE] for demo in learned)
        text = self._wording(pair, codec, schema, list(rules))
        messages = dialogue(recipe, schema, self.name, state, (), text, demos=())
        examples = await self._examples(pair, codec, state, context, recipe)
        return await converse(
            context.gateway,
            (messages[0], *examples, *messages[1:]),
            about(codec, types, text, max_tokens=MAX_TOKENS),
            stage=self.name,
        )

    async def _examples(
        self, pair: Candidate, codec: Reasoned, state: State, context: Context, recipe: Recipe
    ) -> list[Message]:
        """Return answered questions about pairs like `pair`."""
        schema = context.schema

        def like(demo: Labelled, positive: bool) -> Precedent | None:
            return next(_like(pair, demo, codec, schema, positive=positive), None)

        start = state["unit"].chunk.span.start
        spans = (mention.span for _, mention in pair.arguments[:2])
        shots = await contrasting(
            self.shots,
            state,
            context,
            has=lambda demo: like(demo, True) is not None,
            lacks=lambda demo: like(demo, False) is not None,
            about=[span.shift(-start) for span in spans if span],
            tokens=recipe.demo_tokens,
        )
        messages = []
        for demo, positive in shots:
            if found := like(demo, positive):
                candidate = replace(found.candidate, types=pair.types)
                text = self._wording(candidate, codec, schema, ())
                steps = _steps(found, demo, codec)
                answer = codec.write(Decision(found.type, steps), _types(pair, schema))
                messages += [
                    Message("user", f"{opening(recipe, demo.text)}\n\n{text}"),
                    Message("assistant", answer),
                ]
        return messages

    def _wording(
        self, pair: Candidate, codec: Reasoned, schema: Schema, rules: Sequence[str]
    ) -> str:
        types = _types(pair, schema)
        head, tail = (mention.text for _, mention in pair.arguments[:2])
        return render(
            self.prompt,
            types=types,
            head=head,
            tail=tail,
            rules=rules,
            glossary="" if explained_at_once(schema) else glossary(types),
            how=codec.instruct(types),
        )


def _like(
    pair: Candidate, demo: Labelled, codec: Reasoned, schema: Schema, *, positive: bool
) -> Iterator[Precedent]:
    """Yield the pairs of a labelled passage that show what may be said of `pair`."""
    sorts = [mention.type for _, mention in pair.arguments[:2]]
    for found in _pairs_of(demo, schema):
        if (
            bool(found.type) == positive
            and found.type in ("", *pair.types)
            and [mention.type for _, mention in found.candidate.arguments[:2]] == sorts
            and all(_steps(found, demo, codec))
        ):
            yield found


# Every question looks through many passages of the bank.
@lru_cache(maxsize=4096)
def _pairs_of(demo: Labelled, schema: Schema) -> tuple[Precedent, ...]:
    return tuple(precedents(demo, "relation", schema))


def _steps(precedent: Precedent, demo: Labelled, codec: Reasoned) -> tuple[str, ...]:
    """Return what was learned of a labelled pair; empty texts where nothing was."""
    names = (note_of(step.name, precedent.candidate) for step in codec.steps)
    return tuple(demo.notes.get(name, "") for name in names)


def _noted(bank: Bank | None, steps: Sequence[Step]) -> bool:
    """Say whether the bank has notes of `steps`."""
    if bank is None or not steps:
        return False
    notes = (name for demo in bank.passages if demo for name in demo.notes)
    return any(name.startswith(f"{steps[0].name} of ") for name in notes)


def _types(pair: Candidate, schema: Schema) -> list[AnyType]:
    return [schema[name] for name in pair.types]
