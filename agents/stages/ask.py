"""Who fills each argument? (ChatIE, stage II)."""

import asyncio
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about
from questgraph.agents.dialogue import dialogue, explained_at_once, glossary, signature
from questgraph.agents.samples import sampled
from questgraph.agents.shots import Shots, contrasting, only
from questgraph.agents.stages.base import OCCURS, Calls, Exchange, Recipe, Stage
from questgraph.agents.state import Context, Said, State, Update
from questgraph.tools.codecs.base import Codec, Coding, codec_for
from questgraph.tools.labelled import Labelled
from questgraph.tools.likelihood import mean_known
from questgraph.tools.prompts import render
from questgraph.tools.records import KINDS, PLURALS, Frame, Kind, Turn
from questgraph.tools.schema import AnyType, Schema

MAX_TOKENS = 1024
EVERYTHING = 1000
"""Types in one question at most, where one covers them all."""


def ask(
    *kinds: Kind,
    codec: Coding[list[Frame]],
    prompt: str = "ask.v1",
    name: str = "ask",
    session: str = "main",
    detected: bool = True,
    together: int = 8,
    mixed: bool = False,
    samples: int = 1,
    shots: Shots | None = None,
    points: int = 0,
) -> Stage:
    """Return a stage that asks for everything of the types at hand.

    With a history the questions follow each other; without one they are asked side by side.

    Args:
        kinds: What to ask for, in this order; everything when none is named.
        codec: How the frames are answered; it may depend on the passage.
        prompt: The question.
        name: The stage's name.
        session: The dialogue it belongs to.
        detected: Whether to ask only for types that an earlier stage detected.
        together: How many types one question may cover.
        mixed: Whether one question may cover several kinds.
        samples: How often each question is asked, for a vote.
        shots: Demonstrations of each question's own, in place of the passage's; it is then asked as
            if the schema had no other types (GPT-NER).
        points: Mentions of the bank that are shown for each entity type (P-ICL).
    """
    asker = _Asker(
        kinds or KINDS, codec, prompt, name, detected, together, mixed, samples, shots, points
    )
    times = f", {samples} times" if samples > 1 else ""
    return Stage(
        name=name,
        summary=f"asks for {', '.join(PLURALS[kind] for kind in asker.kinds)}{times}",
        run=asker.run,
        session=session,
        calls=asker.calls,
        show=asker.show,
    )


def at_once(
    *kinds: Kind, codec: Coding[list[Frame]], prompt: str, name: str = "ask", samples: int = 1
) -> Stage:
    """Return a stage that asks for everything of `kinds` in one question, detected or not.

    Args:
        kinds: What to ask for; everything when none is named.
        codec: How the frames are answered.
        prompt: The question.
        name: The stage's name.
        samples: How often it is asked, for a vote.
    """
    return ask(
        *kinds,
        codec=codec,
        prompt=prompt,
        name=name,
        detected=False,
        together=EVERYTHING,
        mixed=True,
        samples=samples,
    )


@dataclass(frozen=True, slots=True)
class _Asker:
    """What `ask` was told, and how it is done."""

    kinds: tuple[Kind, ...]
    codec: Coding[list[Frame]]
    prompt: str
    name: str
    detected: bool
    together: int
    mixed: bool
    samples: int
    shots: Shots | None
    points: int

    async def run(self, state: State, context: Context, recipe: Recipe) -> Update:
        if self.points:
            context = await _pointed(context, self.points)
        names = state["types"] if self.detected else None
        groups = list(self._groups(context.schema, names))
        talk = Talk(state)
        if recipe.history == "none":
            answers = (self._put(types, [], state, context, recipe) for types in groups)
            for samples in await together(answers):
                talk.add(samples)
        else:
            for types in groups:
                talk.add(await self._put(types, talk.turns, state, context, recipe))
        return talk.update()

    def show(self, demo: Labelled, schema: Schema) -> list[Exchange]:
        frames = demo.frames(*self.kinds)
        names = {frame.type for frame in frames} if self.detected else None
        codec = codec_for(self.codec, demo.text)
        return [
            Exchange(
                self._wording(codec, schema, types),
                codec.write(_frames_of(frames, types), types),
                briefly=self._wording(codec, schema, types, explain=False),
            )
            for types in self._groups(schema, names)
        ]

    def calls(self, schema: Schema) -> Calls:
        groups = list(self._groups(schema, None))
        codec = codec_for(self.codec, "")
        questions = tuple(self._wording(codec, schema, types) for types in groups)
        most = self.samples * len(groups)
        if not self.detected:
            return Calls(most, most, most, MAX_TOKENS, questions, self.samples)
        # A question is left out when none of its types was detected.
        likely = self.samples * sum(1 - (1 - OCCURS) ** len(types) for types in groups)
        return Calls(0, likely, most, MAX_TOKENS, questions, self.samples)

    async def _put(
        self,
        types: Sequence[AnyType],
        turns: Sequence[Turn],
        state: State,
        context: Context,
        recipe: Recipe,
    ) -> list[Answer[list[Frame]]]:
        """Ask about `types`, once for each sample."""
        codec = codec_for(self.codec, state["unit"].chunk.text)
        schema, demos = await self._shown(types, state, context, recipe)
        text = self._wording(codec, schema, types)
        question = about(codec, types, text, max_tokens=MAX_TOKENS)
        messages = dialogue(recipe, schema, self.name, state, turns, text, demos=demos)
        return await sampled(
            context.gateway, messages, question, stage=self.name, samples=self.samples
        )

    async def _shown(
        self, types: Sequence[AnyType], state: State, context: Context, recipe: Recipe
    ) -> tuple[Schema, Sequence[Labelled] | None]:
        """Return what a question about `types` explains, and demonstrations of its own, if any."""
        if not self.shots:
            return context.schema, None
        names = {type_.name for type_ in types}
        shots = await contrasting(
            self.shots,
            state,
            context,
            has=lambda demo: any(claim.type in names for claim in demo.claims),
            tokens=recipe.demo_tokens,
        )
        return only(types, context.schema), [shot.demo for shot in shots]

    def _groups(self, schema: Schema, names: Container[str] | None) -> Iterator[Sequence[AnyType]]:
        """Yield the types that one question covers, for each question."""
        for kinds in [self.kinds] if self.mixed else [(kind,) for kind in self.kinds]:
            types = [t for t in schema.types(*kinds) if names is None or t.name in names]
            for start in range(0, len(types), self.together):
                yield types[start : start + self.together]

    def _wording(
        self,
        codec: Codec[list[Frame]],
        schema: Schema,
        types: Sequence[AnyType],
        *,
        explain: bool = True,
    ) -> str:
        return render(
            self.prompt,
            kind=types[0].kind,
            types=[(type_, signature(type_)) for type_ in types],
            glossary=glossary(types) if explain and not explained_at_once(schema) else "",
            how=codec.instruct(types),
        )


class Talk:
    """What a stage's questions brought so far, as an update of the state in the making."""

    def __init__(self, state: State) -> None:
        self._before = state
        self._turns: list[Turn] = []
        self._said: list[Said] = []
        self._answers: list[Answer[list[Frame]]] = []

    @property
    def turns(self) -> list[Turn]:
        """The unit's turns, those of this stage included."""
        return [*self._before["turns"], *self._turns]

    def add(self, answers: Sequence[Answer[list[Frame]]]) -> None:
        """Take in the samples of one question: equal frames become votes."""
        turns_of: dict[Frame, list[int]] = {}
        likely: dict[Frame, list[float | None]] = {}
        for answer in answers:
            self._turns += answer.turns
            last = len(self._before["turns"]) + len(self._turns) - 1
            for frame, probability in answer.likelihoods(answer.value or ()):
                turns_of.setdefault(frame, []).append(last)
                likely.setdefault(frame, []).append(probability)
        read = sum(answer.value is not None for answer in answers)
        self._said += [
            Said(frame, tuple(turns), read, mean_known(likely[frame]))
            for frame, turns in turns_of.items()
        ]
        self._answers += answers

    def update(self) -> Update:
        """Return what changed."""
        return {
            "frames": (*self._before["frames"], *self._said),
            "turns": self._turns,
            "problems": [answer.problem for answer in self._answers if answer.problem],
        }


def _frames_of(frames: Sequence[Frame], types: Sequence[AnyType]) -> list[Frame]:
    """Return those of `frames` that are of one of `types`."""
    names = {type_.name for type_ in types}
    return [frame for frame in frames if frame.type in names]


async def _pointed(context: Context, n: int) -> Context:
    """Return the context with mentions of the bank as the examples of the entity types."""
    if context.bank is None:
        return context
    points = await asyncio.to_thread(context.bank.points, n)
    entities = tuple(
        replace(type_, examples=points.get(type_.name) or type_.examples)
        for type_ in context.schema.entities
    )
    return replace(context, schema=replace(context.schema, entities=entities))
