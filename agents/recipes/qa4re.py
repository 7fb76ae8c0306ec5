"""QA4RE: which relation two entities have is a multiple-choice question.

Zhang et al. 2023, "Aligning Instruction Tasks Unlocks Large Language Models as Zero-Shot Relation
Extractors". Models that were tuned to follow instructions have seen much question answering and
little relation extraction, so each pair of entities becomes a question with lettered options.

* Pruning: only relations whose signature accepts the types of the two entities are options.
* Question: the sentences with both mentions between marks; each option is the template of a
  relation with the mentions put in (a type's `question` with `{head}` and `{tail}`, else its name
  in words); the last option is none of the above.
* Answer: one letter. No history, no verification, no demonstrations: with some it is
  `choose(shots=…)`, whose demonstrations are similar pairs of the same entity types.

Differences: entities and their types, which the paper takes from the gold labels, are asked for
where none are given. Letters are enforced by a constraint in place of a bias on logits; a reply
without one is asked again once and is then a problem, where the released reader draws an option at
random. A symmetric relation is asked in one direction. As in the paper a pair has one relation.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.choose import choose
from questgraph.agents.stages.given import unless_given
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.pair import pair
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType

QA4RE = Recipe(
    name="qa4re",
    summary="each pair of entities a multiple-choice question over the relations that fit",
    source="Zhang et al. 2023, Aligning Instruction Tasks Unlocks Large Language Models as "
    "Zero-Shot Relation Extractors",
    stages=(
        unless_given(ask("entity", codec=ByType(), name="ask_entities", detected=False)),
        ground(),
        vote(),
        pair(),
        choose(),
    ),
)
