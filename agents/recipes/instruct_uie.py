"""InstructUIE: a question for each task, with its options.

Wang et al. 2023, "InstructUIE: Multi-task Instruction Tuning for Unified Information Extraction".
For models that were tuned on it, or on instructions at large.

* Three questions that do not know of each other: entities, relations, events; each lists all of
  its types as options.
* No demonstrations, no history, no second look: the tuning stands for them.

Differences: the passage comes before the instruction, so that all three questions share their
beginning; one wording of each instruction, where the paper draws one of several at training; its
auxiliary tasks (spans, types, pairs, arguments alone) serve training and are left out. An option
that was not given is complained about, where the paper only counts it.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.instruct_uie import InstructUie

INSTRUCT_UIE = Recipe(
    name="instruct-uie",
    summary="a question for each task with its options, for models tuned on that",
    source="Wang et al. 2023, InstructUIE: Multi-task Instruction Tuning for Unified Information "
    "Extraction",
    system="supervised-system.v1",
    stages=(
        ask(codec=InstructUie(), prompt="instruct-uie.v1", detected=False, together=1000),
        ground(),
        vote(),
    ),
)
