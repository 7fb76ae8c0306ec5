"""RT: retrieve similar passages, then think about the words one by one.

Li and Zhang 2024, "How far is Language Model from 100% Few-shot Named Entity Recognition in Medical
Domain".

* Retrieve: for each entity type the nearest passages that have it, and one that has not.
* Think: the answer is a list of words, each with a flag and a reason; the words that are not of
  the type are listed too, up to eight in a demonstration.
* The words with the flag True are the entities.

Differences: each type is asked by itself, since the lines name no type; the published sets have one
or two. Mentions of several words stand in one line. Demonstrations with masked entities are left
out. The released scorer counts words, those of no type included, and calls it F1: compare nothing
with its numbers.
"""

from questgraph.agents.shots import Shots
from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.word_flags import WordFlags

RT = Recipe(
    name="rt",
    summary="words with a flag and a reason, after similar passages",
    source="Li and Zhang 2024, How far is Language Model from 100% Few-shot Named Entity "
    "Recognition in Medical Domain",
    system="rt-system.v1",
    stages=(
        ask(
            "entity",
            codec=WordFlags,
            prompt="rt-ask.v1",
            detected=False,
            together=1,
            shots=Shots(positive=4, negative=1),
        ),
        ground(),
        vote(),
    ),
    demos=5,
    demo_tokens=2500,
)
