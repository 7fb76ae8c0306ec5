"""GPT-RE: the relation of a pair, after the answers about the most similar pairs, with reasons.

Wan et al. 2023, "GPT-RE: In-context Learning for Relation Extraction using Large Language Models".

* One question for each pair of entities; the task line names NONE first and asks to decide first
  whether the pair is related at all.
* Demonstrations: pairs of the same types of entities, related and unrelated ones, whose passages
  are nearest with the pair named in front (view `pair`), or marked in it (view `marked`).
* Reasons: offline (`questgraph demos learn LABELLED --recipe gpt-re`) the model is asked of each
  labelled pair which words show the relation that it has; where a bank has such reasons each
  demonstration ends with one, and so does the answer.
* Verification, optional: `verify(every=("relation",), shots=Shots(2, 2), name="recheck")` behind
  the stages asks yes or no about each relation that was told, which can only turn it down.

Differences: pairs that are not given are made of entities that a first question finds. The best
released representation is that of a fine-tuned relation model; the named pair comes next there, and
is what any sentence encoder can do. The label is a value of JSON, where the released reader takes
the first name of a relation that the reply contains. Offered are the relations whose signature
fits the pair.
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

BECAUSE = Step("because", "the words that show it")

GPT_RE = Recipe(
    name="gpt-re",
    summary="the relation of each pair, after similar pairs with reasons",
    source="Wan et al. 2023, GPT-RE: In-context Learning for Relation Extraction using Large "
    "Language Models",
    system="classify-system.v1",
    stages=(
        unless_given(ask("entity", codec=ByType(), detected=False)),
        ground(),
        vote(),
        pair(),
        classify(shots=Shots(positive=6, negative=3), after=(BECAUSE,)),
    ),
    demos=4,
    demo_tokens=2500,
    view="pair",
    lesson="reasons",
)
