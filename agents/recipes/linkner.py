"""LinkNER: a small model marks the names; those that it is uncertain of are put to the large one.

Zhang et al. 2024, "LinkNER: Linking Local Named Entity Recognition Models to Large Language Models
using Uncertainty". It is meant for names that the small model has never seen.

* The small model proposes spans; what it takes for a name with an uncertainty (one less the
  probability of the likeliest label) of 0.4 or less stands as it is, and what it takes for none is
  never asked about. The trace says what share was asked about.
* For each of the others the language model is asked which type of the whole schema the marked
  words are of in their sentence, or whether they are no name at all.

Differences: the small model is a linear probe over the vectors of the bank's embedder in place of
a fine-tuned span model, and its uncertainty is that of its probabilities (the released code has
evidential and sampled ones too); with `--proposer` it is a small language model, which is as
uncertain of a name as of the words by which it says it (docs/proposing.md). The answer is a letter
under a constraint, where the original matches labels in free text in up to five tries; one that
cannot be read after a second try leaves the unit incomplete instead of counting as no name.
"""

from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.choose import choose
from questgraph.agents.stages.given import unless_given
from questgraph.agents.stages.propose import propose
from questgraph.agents.stages.route import route

UNCERTAIN = 0.4

LINKNER = Recipe(
    name="linkner",
    summary="a small model marks names; uncertain ones are put to the model with all types",
    source="Zhang et al. 2024, LinkNER: Linking Local Named Entity Recognition Models to Large "
    "Language Models using Uncertainty",
    stages=(
        unless_given(propose()),
        route("entity", sure=1 - UNCERTAIN, named=True),
        choose("entity"),
    ),
    demos=4,
)
