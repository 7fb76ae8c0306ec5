"""Self-improving: entities after demonstrations that the model annotated itself.

Xie et al. 2024, "Self-Improving for Zero-Shot Named Entity Recognition with Large Language Models".

* Offline, without any label (`questgraph demos learn TEXTS --recipe self-improve`): each passage
  is asked about five times; an entity that four of the samples name is taken as right, and a
  passage scores what its samples agree.
* Demonstrations: sixteen; of the fifty nearest passages those with the highest scores, the most
  similar last.
* One question for all entity types, answered with a list of pairs; no verification.

Differences: a passage without entities scores the share of samples that found none, where the
released code gives it 0 and so drops every negative demonstration. A passage whose samples agree
on nothing is no demonstration at all.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.pairs import Pairs

SELF_IMPROVE = Recipe(
    name="self-improve",
    summary="entities in one question, after self-annotated demonstrations",
    source="Xie et al. 2024, Self-Improving for Zero-Shot Named Entity Recognition with Large "
    "Language Models",
    stages=(
        ask("entity", codec=Pairs(), prompt="oneshot.v1", detected=False, together=1000),
        ground(),
        vote(),
    ),
    demos=16,
    demo_tokens=4000,
    selection="scored",
    lesson="annotate",
)
