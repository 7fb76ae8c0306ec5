"""CoT-ER: what each of the two is, the words that join them, and then their relation.

Ma et al. 2023, "Chain of Thought with Explicit Evidence Reasoning for Few-shot Relation
Extraction".

* One question for each pair; the answer reasons in steps: the concept of the head, the concept of
  the tail, the evidence in the passage, the relation.
* Demonstrations: chains that the model wrote offline of labelled pairs, with the right relation
  before its eyes (`questgraph demos learn LABELLED --recipe cot-er`); those of the most similar
  passages, as many as the budget of tokens has room for. Without such a bank the steps are asked
  for without demonstrations.

Differences: NONE is a relation, since pairs of running text are mostly unrelated, where the
published episodes have none of that. Pairs that are not given are made of entities that a first
question finds. There are no hand-written seeds, which would have to be written for each schema.
"""

from questgraph.agents.shots import Shots
from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.classify import classify
from questgraph.agents.stages.given import unless_given
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.pair import pair
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.codecs.reasoned import Step

CHAIN = (
    Step("head_is", "what kind of thing the first one is"),
    Step("tail_is", "what kind of thing the second one is"),
    Step("evidence", "the words of the passage that join them"),
)

COT_ER = Recipe(
    name="cot-er",
    summary="the relation of each pair, by concepts and evidence",
    source="Ma et al. 2023, Chain of Thought with Explicit Evidence Reasoning for Few-shot "
    "Relation Extraction",
    system="classify-system.v1",
    stages=(
        unless_given(ask("entity", codec=ByType(), detected=False)),
        ground(),
        vote(),
        pair(),
        classify(shots=Shots(positive=5, negative=2), before=CHAIN),
    ),
    demos=4,
    demo_tokens=2500,
    view="pair",
    lesson="chains",
)
