"""Filter-then-rerank: a small model decides what is easy, the language model what is hard.

Ma et al. 2023, "Large Language Model Is Not a Good Few-shot Information Extractor, but a Good
Reranker for Hard Samples!". Language models label worse than small tuned ones where there are many
types, but choose well among few: so only the samples that the small model is unsure of are put to
them, as a choice of its three likeliest labels or none.

* Filter: a name is taken, or left out, when its likeliest label has a probability of 0.6 or more,
  a relation from 0.7 on (the thresholds of the paper). The trace says what share was asked about.
* Rerank: a multiple-choice question for each hard sample, its options put into words, none last;
  four demonstrations about similar samples.
* An answer that names no option keeps the small model's label.

Differences: the small model is a linear probe over the vectors of the bank's embedder, learned
from the bank in seconds, where the paper's is fine-tuned; it is less sure, so more is asked about.
With `--proposer` a small language model takes its place for names, such as one that was tuned by
`questgraph train run`: it is asked once for all names of the passage, and how likely it found its
own words is the probability (docs/proposing.md). Demonstrations are similar labelled samples and
have no written analysis, since nobody wrote one for the bank at hand. Pairs are made of the
entities found, where the paper has them given; relations of which the bank shows none are all asked
about. Events are left to other recipes: the paper's event detection names triggers and no roles.
"""

from questgraph.agents.shots import Shots
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.choose import choose
from questgraph.agents.stages.given import unless_given
from questgraph.agents.stages.pair import pair
from questgraph.agents.stages.propose import propose, rate
from questgraph.agents.stages.route import route

DEMONSTRATIONS = Shots(positive=3, negative=1)

LIKELIEST = 3
"""Types of a hard sample that are in question."""

FILTER_THEN_RERANK = Recipe(
    name="filter-then-rerank",
    summary="a small model takes what it is sure of, the rest is a choice of its likeliest types",
    source="Ma et al. 2023, Large Language Model Is Not a Good Few-shot Information Extractor, "
    "but a Good Reranker for Hard Samples!",
    stages=(
        unless_given(propose()),
        route("entity", sure=0.6, top=LIKELIEST, name="route_entities"),
        choose("entity", shots=DEMONSTRATIONS, keep_on_failure=True, name="choose_entities"),
        pair(),
        rate(),
        route("relation", sure=0.7, top=LIKELIEST, name="route_relations"),
        choose("relation", shots=DEMONSTRATIONS, keep_on_failure=True, name="choose_relations"),
    ),
    demos=4,
)
