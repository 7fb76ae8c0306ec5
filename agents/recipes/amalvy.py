"""Amalvy: names in a long document, with two sentences from elsewhere that help.

Amalvy, Labatut and Dufour 2023, "Learning to Rank Context for Named Entity Recognition Using a
Synthetic Dataset". A passage of a novel often does not say who a name is; some sentence elsewhere
does. Candidates by three heuristics (neighbours, a shared noun, BM25), ranked by how much they
help, the best two beside the passage, then one plain question for each group of types. The second
look is retrieval's alone: no verification. Answers are our compact JSON.

Differences:

* The reader is a language model with demonstrations, where the paper trains a tagger.
* The re-ranker, which the paper trains on synthetic examples, is a seam: `surround(scorer=…)`
  takes any function of a passage and sentences. Without one, likeness of vectors ranks, or BM25.
* A noun is a word with a capital or a rare word: no tagger is needed, in no language.
* The unit is a passage and not a sentence, and of the sentences that share a noun those that share
  most are candidates, not random ones: the same document gives the same question.
* Context is fenced off. The released code joins it to the sentence and cuts the labels out again;
  here a name that stands in the context alone is `absent` and never enters the graph.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.surround import surround
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType

AMALVY = Recipe(
    name="amalvy",
    summary="names, with helpful sentences from elsewhere in the document",
    source="Amalvy et al. 2023, Learning to Rank Context for Named Entity Recognition Using a "
    "Synthetic Dataset",
    stages=(
        surround(),
        ask("entity", codec=ByType(), detected=False),
        ground(),
        vote(),
    ),
    demos=4,
)
