"""P-ICL: one question for all entities, with point entities for each type.

Jiang et al. 2024, "P-ICL: Point In-Context Learning for Named Entity Recognition with Large
Language Models".

* Point entities: ten mentions of each type stand beside its explanation. They are those nearest to
  the centres of a k-means clustering of the bank's mentions.
* One question for all entity types; the answer is JSON, type to names.
* Demonstrations: a few whole passages besides.

Differences: the passages are the nearest ones and not drawn at random, since nearness costs
nothing. Answers have room, where the released script cuts them off at 128 tokens and loses what
stands behind. Points are mentions of the labelled passages; the embedder is a sentence encoder.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType

P_ICL = Recipe(
    name="p-icl",
    summary="entities in one question, with point entities for each type",
    source="Jiang et al. 2024, P-ICL: Point In-Context Learning for Named Entity Recognition with "
    "Large Language Models",
    stages=(
        ask("entity", codec=ByType(), detected=False, together=1000, points=10),
        ground(),
        vote(),
    ),
    demos=4,
    selection="nearest",
)
