"""SynthIE: a model that reads triples badly writes them well, so texts are written for triples.

Josifoski et al. 2023, "Exploiting Asymmetry for Synthetic Training Data Generation: SynthIE and the
Case of Information Extraction". Sets of triples that hang together are drawn from a graph
(`walks`), the model writes a text for each, and the pair is a labelled passage.

Differences from the published sets, whose texts leave triples out and were not filtered: every
name must stand in the text as it is spelled, and every triple is put to the model again as a yes/no
question about the text alone; one that is not confirmed drops the passage.
"""

import random
from collections.abc import Sequence

from questgraph.agents.stages.base import Exchange
from questgraph.agents.state import Problem
from questgraph.agents.synthesis.answers import Lists, quoted
from questgraph.agents.synthesis.attributes import configuration
from questgraph.agents.synthesis.harvest import Dropped, Harvest, Item, gather, lost
from questgraph.agents.synthesis.pinning import pinned, relation, with_ends
from questgraph.agents.synthesis.sources import Triple
from questgraph.agents.synthesis.walks import walks
from questgraph.agents.synthesis.writing import WRITTEN, Writer, words_of
from questgraph.tools.labelled import Labelled
from questgraph.tools.prompts import render
from questgraph.tools.records import Frame
from questgraph.tools.schema import Schema

EXAMPLES = 2
"""Labelled passages of the bank that a question shows."""


async def synthie(
    writer: Writer,
    triples: Sequence[Triple],
    *,
    count: int,
    longest: int = 3,
    seed: int = 0,
    dimensions: Lists | None = None,
) -> Harvest:
    """Write `count` passages for triples of a graph.

    Args:
        writer: Who writes.
        triples: The graph.
        count: How many passages to write.
        longest: Triples of a passage at most.
        seed: Of the walks and of what is written.
        dimensions: In which ways passages differ, see `attributes`.
    """
    sets = walks(triples, count=count, longest=longest, seed=seed)

    async def make(number: int) -> Item:
        style = configuration(dimensions or {}, random.Random(f"{seed} {number}"))
        id_ = f"synthie-{seed}-{number:05}"
        return await _passage(writer, id_, sets[number], style, seed + number)

    return await gather(make, range(len(sets)), writer.gateway)


async def _passage(
    writer: Writer, id_: str, triples: Sequence[Triple], style: str, seed: int
) -> Item:
    frames = [f for t in triples for f in with_ends(relation(*t[:3]), t.types)]
    wanted = _question(frames, writer.schema, style)
    text = await writer.write(
        wanted, stage="write", seed=seed, before=await _examples(writer, wanted)
    )
    if isinstance(text, Problem):
        return lost(id_, text)
    passage = pinned(id_, text, frames)
    if isinstance(passage, Dropped):
        return passage
    doubted = await writer.doubted(passage, "relation")
    if isinstance(doubted, Problem):
        return lost(id_, doubted, text)
    if doubted:
        return Dropped(id_, "not confirmed", words_of(doubted, writer.schema), text)
    return passage


async def _examples(writer: Writer, wanted: str) -> list[Exchange]:
    """Return passages of the bank as they would have been asked for."""
    found = await writer.examples(wanted, EXAMPLES, lambda demo: bool(demo.frames("relation")))
    return [_shown(demo, writer.schema) for demo in found]


def _shown(demo: Labelled, schema: Schema) -> Exchange:
    return Exchange(_question(demo.frames("relation"), schema, ""), WRITTEN.write(demo.text))


def _question(frames: Sequence[Frame], schema: Schema, style: str) -> str:
    facts = []
    for frame in frames:
        if frame.kind == "relation":
            (_, head), (_, tail), *_ = frame.fillers
            type_ = schema[frame.type]
            facts.append(
                {
                    "head": quoted(head),
                    "words": type_.words,
                    "tail": quoted(tail),
                    "guideline": type_.guideline,
                }
            )
    return render("synth-triples.v1", facts=facts, style=style, how=WRITTEN.instruct())
