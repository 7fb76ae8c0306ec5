"""TANL: the passage is copied, and what it says is marked in the copy.

Paolini et al. 2021, "Structured Prediction as Translation between Augmented Natural Languages".
For models that were tuned on it.

* One question for all types; each passage has a codec of its own, which aligns a drifting copy
  with the passage, so that a slip of the copy loses no entity.
* No demonstrations, no history, no second look: the tuning stands for them.

Differences: entities, relations and events share a copy, where the paper marks the arguments of
each trigger in a copy of their own; types are named in the question, where a tuned model knows
those of its one data set. What cannot be resolved is complained about and not dropped.
"""

from questgraph.agents.stages.ask import at_once
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.tanl import Tanl

TANL = Recipe(
    name="tanl",
    summary="everything as marks in a copy of the passage, for models tuned on that",
    source="Paolini et al. 2021, Structured Prediction as Translation between Augmented Natural "
    "Languages",
    system="supervised-system.v1",
    stages=(
        at_once(codec=Tanl, prompt="tanl.v1"),
        ground(),
        vote(),
    ),
)
