"""What might be an entity, and is it one? Candidates with a decision and a reason (PromptNER)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Exchange, Stage
from questgraph.tools.codecs.candidate_table import CandidateTable
from questgraph.tools.folding import fold
from questgraph.tools.labelled import Labelled
from questgraph.tools.phrases import noun_phrases
from questgraph.tools.records import MENTION, Frame
from questgraph.tools.schema import Schema

_ALL = 10_000
"""More types than there are: one question covers them all."""

TURNED_DOWN = 3
"""Candidates that a demonstration turns down: without them a model accepts all that it lists."""


def nominate(*, prompt: str = "nominate.v1", name: str = "nominate") -> Stage:
    """Return a stage that asks for whatever might be an entity, with a decision and a reason.

    Demonstrations turn candidates down, too: what was said of them and is wrong, and other phrases.
    """
    codec = CandidateTable()
    stage = ask("entity", codec=codec, prompt=prompt, name=name, detected=False, together=_ALL)
    plain = stage.show
    assert plain, "demonstrations show what `ask` asks"

    def show(demo: Labelled, schema: Schema) -> list[Exchange]:
        frames = [*demo.frames("entity"), *islice(_others(demo), TURNED_DOWN)]
        listed = sorted(frames, key=lambda frame: demo.text.find(frame.fillers[0][1]))
        answer = codec.write(listed, schema.entities)
        return [exchange._replace(answer=answer) for exchange in plain(demo, schema)]

    return replace(stage, show=show, summary="asks for candidates, each with a decision and why")


def _others(demo: Labelled) -> Iterator[Frame]:
    """Yield phrases of a passage that are no entity, nor part of one, nor hold one."""
    names = [fold(frame.fillers[0][1]).text for frame in demo.frames("entity")]
    rejected = [claim.fillers(MENTION)[0].text for claim in demo.rejected if claim.kind == "entity"]
    for phrase in dict.fromkeys([*rejected, *noun_phrases(demo.text)]):
        folded = fold(phrase).text
        if not any(folded in name or name in folded for name in names):
            yield Frame("entity", "", ((MENTION, phrase),))
