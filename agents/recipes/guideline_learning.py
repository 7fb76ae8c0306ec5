"""Guideline learning: the relation of a pair, by rules that were learned from mistakes.

Pang et al. 2023, "Guideline Learning for In-context Information Extraction".

* Offline (`questgraph demos learn LABELLED --recipe guideline-learning`): each labelled pair is
  classified; of each wrong answer the model writes a rule, which is kept under the generalised case
  that it was wrong about. Then the pairs are classified again with the rules, and each rule is
  credited with the right answers and charged with the wrong ones that it was shown for.
* Generalise: what is said of the pair, with the names replaced by what they name.
* The rules of the most similar cases that did not mislead more often than they helped stand in the
  question for the relation.

Differences: for relations only, the paper has events besides. Every mistake is learned from, where
the paper begins with the cases that samples disagree about. A rule that turned out misleading is
left out and not rewritten.
"""

from questgraph.agents.rules import MOST_RULES
from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.classify import classify
from questgraph.agents.stages.generalise import generalise
from questgraph.agents.stages.given import unless_given
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.pair import pair
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType

GUIDELINE_LEARNING = Recipe(
    name="guideline-learning",
    summary="the relation of each pair, by rules learned from mistakes",
    source="Pang et al. 2023, Guideline Learning for In-context Information Extraction",
    system="classify-system.v1",
    stages=(
        unless_given(ask("entity", codec=ByType(), detected=False)),
        ground(),
        vote(),
        pair(),
        generalise(),
        classify(rules=MOST_RULES),
    ),
    demos=4,
    view="case",
    lesson="rules",
)
