"""The vanilla baseline: one question for everything, no second look.

What a single prompt can do with the same schema, codec, demonstrations and grounding: the
measure for what the turns of the other recipes buy. Unlike ChatIE's vanilla prompt it shows the
signatures of relations, so that the comparison is about turns and not about the schema.
"""

from questgraph.agents.stages.ask import at_once
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType

ONESHOT = Recipe(
    name="oneshot",
    summary="everything in one question",
    source="the single-turn baseline of ChatIE (Wei et al. 2023), with signatures",
    stages=(
        at_once(codec=ByType(complete=False), prompt="oneshot.v1"),
        ground(),
        vote(),
    ),
    demos=4,
)
