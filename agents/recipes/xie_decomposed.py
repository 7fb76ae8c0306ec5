"""Four reasoning strategies for zero-shot NER: decomposed questions, syntax, tools, votes.

Xie et al. 2023, "Empirical Study of Zero-Shot NER with ChatGPT".

* Decomposed questions: one dialogue for each passage with a question for each type, in an order
  that the model suggests. What was read of an answer, and not what was written, is put back.
* Syntactic prompting: the model is first to work out the noun phrases. `Preamble` also takes
  other syntax, and stands in front of the question or, as the beginning of a reply, behind it.
* Tool augmentation: noun phrases that a program finds stand beside the passage. `hint` takes any
  parser in place of this one, where the original uses HanLP.
* Self-consistency: each question is asked five times at temperature 0.7. Two-stage majority voting
  keeps a mention that half of the samples name, and then the type that most of these give it. The
  vote comes after each question, so that what it keeps becomes the history.

Answers are a JSON list of {mention: type}, the last one where reasoning stands before it. No
demonstrations, no verification.

Differences: a sample that cannot be read is asked again once and then not counted, where the
released code takes it as a vote for nothing; a reply is never evaluated as code. A mention that two
questions give different types keeps both claims, where the later answer overwrites the earlier
one. Claims have places in the text: one type for each string is not enforced.
"""

from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.hint import hint
from questgraph.agents.stages.order import order
from questgraph.agents.stages.poll import Preamble, poll
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.labels import Labels
from questgraph.tools.phrases import told_phrases

XIE_DECOMPOSED = Recipe(
    name="xie-decomposed",
    summary="entities: type by type in one dialogue, five samples and a vote for each",
    source="Xie et al. 2023, Empirical Study of Zero-Shot NER with ChatGPT",
    stages=(
        order("entity"),
        hint(told_phrases),
        poll(
            codec=Labels(),
            prompt="xie.v1",
            samples=5,
            preamble=Preamble("noun phrases", "front"),
        ),
        ground(),
        # The votes are counted already: equal claims are only joined.
        vote(share=0),
    ),
    system="xie-system.v1",
    history="full_parsed",
)
