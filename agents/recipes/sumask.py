"""SUMASK: summarise what is said of two entities, then ask about the summary.

Li et al. 2023, "Revisiting Large Language Models as Zero-shot Relation Extractors". A chain of
three questions for each relation that two entities may have, five times at temperature 0.7:

* Summarise: how are the two related in this text?
* Ask: the triple becomes a question for yes or no, so that odd relation names read naturally.
* Answer: yes or no, by the summary alone.

A relation that most chains confirm survives. Of several survivors the one counts whose summaries,
questions and answers are dispersed least, as vectors: a model that is sure says the same each time.
Without a survivor the pair has no relation. Only relations whose signature accepts the types of
the two are tried. No demonstrations, no history.

Differences (there is no released code): the five summaries of a pair are shared by its relations,
since no relation occurs in that question, which leaves two questions of three. Chains that cannot
be read are not counted as a no. Entities are asked for where none are given. Vectors come from the
embedder of the bank, or are counts of words and letters where there is no bank.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.given import unless_given
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.pair import pair
from questgraph.agents.stages.summarise import summarise
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType

SUMASK = Recipe(
    name="sumask",
    summary="summarises each pair, asks about each relation, answers by the summary, five times",
    source="Li et al. 2023, Revisiting Large Language Models as Zero-shot Relation Extractors",
    stages=(
        unless_given(ask("entity", codec=ByType(), name="ask_entities", detected=False)),
        ground(),
        vote(),
        pair(),
        summarise(samples=5),
    ),
)
