"""Why a labelled pair has the relation that it has, told with the label before one's eyes.

Wan et al. 2023, "GPT-RE" (reasons), and Ma et al. 2023, "CoT-ER" (chains of concepts and evidence).
What is told is noted with the passage under the place of the pair, and shown by `classify`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from types import MappingProxyType

from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.learning.base import Learned, Lesson, Study, of_each
from questgraph.agents.precedents import Precedent, precedents
from questgraph.agents.recipes.cot_er import CHAIN
from questgraph.agents.recipes.gpt_re import BECAUSE
from questgraph.agents.samples import final
from questgraph.agents.stages.classify import note_of
from questgraph.tools.codecs.reasoned import Step, Steps
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.schema import Schema

MAX_TOKENS = 512

UNRELATED = 2
"""Pairs of a passage that have no relation and are explained, too."""


def explained(passage: Labelled, schema: Schema) -> Iterator[Precedent]:
    """Yield the pairs of a passage that are learned from: all related ones, a few others."""
    found = list(precedents(passage, "relation", schema))
    yield from (pair for pair in found if pair.type)
    yield from islice((pair for pair in found if not pair.type), UNRELATED)


def _lesson(name: str, summary: str, steps: Sequence[Step]) -> Lesson:
    """Return the lesson that asks for `steps` of each labelled pair."""
    codec = Steps(*steps)

    async def explain(pair: Precedent, passage: Labelled, study: Study) -> Answer[tuple[str, ...]]:
        head, tail = (mention.text for _, mention in pair.candidate.arguments[:2])
        text = render(
            "reasons.v1",
            head=head,
            tail=tail,
            type=study.schema[pair.type] if pair.type else None,
            how=codec.instruct(),
        )
        question = about(codec, (), text, max_tokens=MAX_TOKENS)
        messages = [Message("user", f"{fenced(passage.text)}\n\n{text}")]
        return await converse(study.gateway, messages, question, stage=name)

    async def learn(passage: Labelled, study: Study) -> Learned:
        pairs = list(explained(passage, study.schema))
        answers = await together(explain(pair, passage, study) for pair in pairs)
        notes = dict(passage.notes)
        for pair, answer in zip(pairs, answers, strict=True):
            for step, told in zip(steps, answer.value or (), strict=False):
                notes[note_of(step.name, pair.candidate)] = told
        problems = tuple(final(answer.problem) for answer in answers if answer.problem)
        kept = (replace(passage, notes=MappingProxyType(notes)),) if pairs else ()
        return Learned(kept, problems)

    return Lesson(name=name, summary=summary, labelled=True, learn=of_each(learn))


REASONS = _lesson("reasons", "tells which words show the relation of labelled pairs", [BECAUSE])
CHAINS = _lesson("chains", "tells concepts and evidence of labelled pairs", CHAIN)
