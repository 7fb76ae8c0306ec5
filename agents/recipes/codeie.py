"""CodeIE: extraction as the rest of an unfinished Python function.

Li et al. 2023, "CodeIE: Large Code Generation Models are Better Few-Shot Information Extractors".
A model that has read much code keeps to the form of code more surely than to a form made up in
words. So the passage is a string, the task a function with a one-line docstring and an empty
list, and the answer the lines that append to it: one question for the entities, one for the
relations, in any number of demonstrations of exactly that form. Events are not asked for.

Stages: `ask_entities`, `ask_relations`, `ground`, `vote`. No verification.
Demonstrations: near ones that together show as many types as possible, where the original draws k
for each type at random. Parsing: calls of `append`, found with `ast` and never run.

Differences: the types are listed once in the system message, where the original lets the
demonstrations tell them; a relation does not repeat the types of its ends; a line that cannot be
read or names an unknown type is asked for again once and then reported, where the original only
counts it; an answer ends with a mark, so an empty one differs from none.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.code.appends import Appends
from questgraph.tools.records import PLURALS, Kind


def stages(*, samples: int = 1) -> tuple[Stage, ...]:
    """Return the stages, each question asked so often."""
    kinds: tuple[Kind, ...] = ("entity", "relation")
    # A stage for each kind, so that demonstrations show no more than what is asked.
    asks = (
        ask(
            kind,
            codec=Appends(),
            prompt="codeie-ask.v1",
            name=f"ask_{PLURALS[kind]}",
            detected=False,
            together=1000,
            samples=samples,
        )
        for kind in kinds
    )
    return (*asks, ground(), vote())


CODEIE = Recipe(
    name="codeie",
    summary="completes a Python function that lists entities, then one for relations",
    source="Li et al. 2023, CodeIE: Large Code Generation Models are Better Few-Shot Information "
    "Extractors",
    system="codeie-system.v1",
    opening="code-opening.v1",
    stages=stages(),
    demos=8,
)
