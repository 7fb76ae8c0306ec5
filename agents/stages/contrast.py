"""Demonstrations of mistakes: the wrong lines first, then what is right (C-ICL)."""

from collections.abc import Sequence
from dataclasses import replace

from questgraph.agents.stages.base import Exchange, Stage
from questgraph.tools.labelled import Labelled, frames_of
from questgraph.tools.prompts import render
from questgraph.tools.records import Claim
from questgraph.tools.schema import Schema


def contrast(stage: Stage, *, prompt: str = "c-icl-wrong.v1") -> Stage:
    """Return `stage` with demonstrations that show what was said of a passage and is wrong.

    The wrong lines stand in the question, as comments, so no answer of a demonstration is wrong;
    from there on question and answer are those of any other demonstration.

    Args:
        stage: Asks; it must put the same questions whatever a demonstration has.
        prompt: How a question tells what is wrong.
    """

    def show(demo: Labelled, schema: Schema) -> Sequence[Exchange]:
        return stage.show(demo, schema) if stage.show else ()

    def contrasted(demo: Labelled, schema: Schema) -> list[Exchange]:
        exchanges = []
        for right, wrong, nothing in zip(
            show(demo, schema),
            show(replace(demo, claims=_wrong(demo)), schema),
            show(replace(demo, claims=()), schema),
            strict=True,
        ):
            question = right.question
            if wrong.answer != nothing.answer:
                question = render(prompt, question=question, wrong=wrong.answer)
            exchanges.append(Exchange(question, right.answer))
        return exchanges

    return replace(stage, show=contrasted)


def _wrong(demo: Labelled) -> tuple[Claim, ...]:
    """Return the rejected claims but those that only stand there since another one needs them."""
    right = set(demo.frames())
    return tuple(claim for claim in demo.rejected if not right & set(frames_of([claim])))
