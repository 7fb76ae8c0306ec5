"""Grammar-constrained decoding: the answer can hold no words but those of the passage.

Geng et al. 2023, "Grammar-Constrained Decoding for Structured NLP Tasks without Finetuning". One
question for all types, with four demonstrations; what may be written next is given by a grammar
that is made anew for each input.

* Names are runs of words of the passage; types are those of the schema and stand in its order.
* The embedded model gets a grammar, other endpoints a JSON schema that lists the runs of up to
  five words, where those are five hundred at most; a longer passage leaves the words free there.
* No second look: a grammar makes answers valid and not right. It may even push a model that would
  say something else towards short or empty lists, which is why the form asked for, that of the
  demonstrations and that of the grammar are one.

Differences: the paper's closed information extraction writes marked triples with names of a
catalogue of millions; here it is our compact JSON, and entities, relations and events come in one
answer, up to eight types in a question.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.words_of import WordsOf

GCD = Recipe(
    name="gcd",
    summary="everything in one question, in words that only the passage has",
    source="Geng et al. 2023, Grammar-Constrained Decoding for Structured NLP Tasks without "
    "Finetuning",
    stages=(
        ask(codec=WordsOf, prompt="oneshot.v1", detected=False, mixed=True),
        ground(),
        vote(),
    ),
    demos=4,
)
