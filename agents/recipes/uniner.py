"""UniNER's conversation: the text, an acknowledgement, then one question for each type.

Zhou et al. 2024, "UniversalNER: Targeted Distillation from Large Language Models for Open Named
Entity Recognition". The template with which its models were tuned, as a way of asking any model:

* The text is said first, and the model is made to answer that it has read it.
* Each entity type is a question in a conversation of its own, so they are asked side by side.
* The answer is a JSON list of strings, empty where there is nothing.

No demonstrations, no verification, no vote. Differences: the wording is ours; a type's guideline is
shown with its question, as in the variant of UniNER that was tuned on definitions; every place of
a mention is found, where the released scorer compares strings.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.mentions import Mentions

UNINER = Recipe(
    name="uniner",
    summary="entities: one conversation for each type, after an acknowledgement",
    source="Zhou et al. 2024, UniversalNER: Targeted Distillation from Large Language Models for "
    "Open Named Entity Recognition",
    system="uniner-system.v1",
    acknowledged="I have read the text.",
    stages=(
        ask("entity", codec=Mentions(), prompt="uniner.v1", detected=False, together=1),
        ground(),
        vote(),
    ),
)
