"""ProgGen's self-correction: what the samples do not agree on is put to the model again.

Heng et al. 2024, "ProgGen: Generating Named Entity Recognition Datasets Step-by-step with
Self-Reflexive Large Language Models". The second half of it: how labels are made right. (The first
half, sentences made for the purpose, is a matter of `questgraph synth`.)

* Names are predicted three times; in doubt is what not every sample said, and what the checks
  doubt, such as one name of two types.
* What is in doubt is asked about in batches of three names of one type, with its definition: (A)
  right; (B) wrong boundary, with the right words; (C) wrong type, with the right one; (D) no name.
* Corrections are grounded like any answer.

Differences: doubt comes from votes and checks, where the paper takes the log-probabilities of the
labels (the lowest fifth of them), which most endpoints do not give; so at most nine names of a
passage are asked about. A correction that the passage does not have, or a choice that contradicts
its correction, decides nothing: the name stays, unchecked, and its reason says so, where the
released code only counts such cases. The questions have no demonstrations.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.repair import repair
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType

PROGGEN = Recipe(
    name="proggen",
    summary="names three times, then right, boundary, type or none for what is in doubt",
    source="Heng et al. 2024, ProgGen: Generating Named Entity Recognition Datasets Step-by-step "
    "with Self-Reflexive Large Language Models",
    stages=(
        ask("entity", codec=ByType(), detected=False, samples=3),
        ground(),
        # Nothing is voted down: what few samples said is what is asked about.
        vote(share=0.0),
        repair(),
        ground(name="ground_again"),
        vote(share=0.0, name="vote_again"),
    ),
    demos=4,
)
