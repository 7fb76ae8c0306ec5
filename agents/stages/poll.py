"""What do most samples say of this type? The vote is what later questions remember (Xie)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from questgraph.agents.converse import Answer, about
from questgraph.agents.dialogue import dialogue
from questgraph.agents.samples import missing, sampled
from questgraph.agents.stages.base import Calls, Exchange, Recipe, Stage
from questgraph.agents.state import Context, Problem, Said, State, Update
from questgraph.agents.voting import two_stage
from questgraph.tools.codecs.base import Codec
from questgraph.tools.labelled import Labelled
from questgraph.tools.prompts import render
from questgraph.tools.records import Frame, Turn
from questgraph.tools.schema import EntityType, Schema

MAX_TOKENS = 1024


class Preamble(NamedTuple):
    """Syntax that the model is to work out before it answers (syntactic prompting)."""

    what: str
    """Such as `noun phrases`, `parts of speech`, `constituents`, `dependencies`."""

    where: Literal["front", "back"]
    """As an instruction before the question, or as the beginning of a reply behind it."""


def poll(
    *,
    codec: Codec[list[Frame]],
    prompt: str,
    samples: int = 5,
    preamble: Preamble | None = None,
    name: str = "poll",
    session: str = "main",
) -> Stage:
    """Return a stage that asks for the entities of each type in turn, and votes on each answer.

    What the vote keeps is the answer that the later questions are asked after, in the spelling of
    the codec, and no sample itself.

    Args:
        codec: How the entities are answered.
        prompt: The question.
        samples: How often each question is asked; once means no vote.
        preamble: What to work out first.
        name: The stage's name.
        session: The dialogue it belongs to.
    """
    poller = _Poller(codec, prompt, samples, preamble, name)
    return Stage(
        name=name,
        summary=f"asks for the entities of each type {samples} times, and votes",
        run=poller.run,
        session=session,
        calls=poller.calls,
        show=poller.show,
    )


@dataclass(frozen=True, slots=True)
class _Poller:
    """What `poll` was told, and how it is done."""

    codec: Codec[list[Frame]]
    prompt: str
    samples: int
    preamble: Preamble | None
    name: str

    async def run(self, state: State, context: Context, recipe: Recipe) -> Update:
        schema = context.schema
        told = [type_ for name in state["types"] for type_ in schema.entities if type_.name == name]
        remembered, turns = list[Turn](), list[Turn]()
        said, problems = list(state["frames"]), list[Problem]()
        for type_ in told or schema.entities:
            text = self._wording(type_, schema, first=not remembered)
            messages = dialogue(recipe, schema, self.name, state, remembered, text)
            question = about(self.codec, schema.entities, text, max_tokens=MAX_TOKENS)
            answers = await sampled(
                context.gateway, messages, question, stage=self.name, samples=self.samples
            )
            kept = list(_voted(answers, len(state["turns"]) + len(turns)))
            said += kept
            turns += [turn for answer in answers for turn in answer.turns]
            problems += missing(answers)
            if any(answer.value is not None for answer in answers):
                voted = self.codec.write([each.frame for each in kept], schema.entities)
                remembered.append(Turn(self.name, text, voted, parsed=voted))
        return {"frames": tuple(said), "turns": turns, "problems": problems}

    def show(self, demo: Labelled, schema: Schema) -> list[Exchange]:
        frames = demo.frames("entity")
        return [
            Exchange(
                self._wording(type_, schema, first=not i),
                self.codec.write([f for f in frames if f.type == type_.name], schema.entities),
            )
            for i, type_ in enumerate(schema.entities)
        ]

    def calls(self, schema: Schema) -> Calls:
        most = self.samples * len(schema.entities)
        questions = tuple(
            self._wording(type_, schema, first=not i) for i, type_ in enumerate(schema.entities)
        )
        return Calls(most, most, most, MAX_TOKENS, questions, self.samples)

    def _wording(self, type_: EntityType, schema: Schema, *, first: bool) -> str:
        return render(
            self.prompt,
            type=type_,
            types=schema.entities,
            first=first,
            preamble=self.preamble,
            how=self.codec.instruct(schema.entities),
        )


def _voted(answers: Sequence[Answer[list[Frame]]], turn: int) -> list[Said]:
    """Return what the readable samples agree on; `turn` is the first turn of the answers."""
    read: list[tuple[int, list[Frame]]] = []
    for answer in answers:
        turn += len(answer.turns)
        if answer.value is not None:
            read.append((turn - 1, answer.value))
    elected = two_stage([frames for _, frames in read])
    return [
        Said(kept.frame, tuple(read[number][0] for number in kept.samples), len(read))
        for kept in elected
    ]
