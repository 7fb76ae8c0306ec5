"""GenIE: relations as triplets on one line.

Josifoski et al. 2022, "GenIE: Generative Information Extraction", in the spelling of Josifoski et
al. 2023, "Exploiting Asymmetry for Synthetic Training Data Generation" (SynthIE). For models that
were tuned on it.

* One question for all relations of the schema; nothing is asked of a schema without any.
* No demonstrations, no history, no second look: the tuning stands for them.

Differences: names are those of the passage, pinned to its text, and not entries of a catalogue, so
decoding is not bound to one; an entity is claimed as the end of a relation and not by itself.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.linear import Linear

GENIE = Recipe(
    name="genie",
    summary="relations as triplets on one line, for models tuned on that",
    source="Josifoski et al. 2022, GenIE: Generative Information Extraction",
    system="supervised-system.v1",
    stages=(
        ask("relation", codec=Linear(), prompt="genie.v1", detected=False, together=1000),
        ground(),
        vote(),
    ),
)
