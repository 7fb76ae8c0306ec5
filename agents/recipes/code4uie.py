"""Code4UIE: the schema as classes, the answer as instances of them.

Guo et al. 2023, "Retrieval-Augmented Code Generation for Universal Information Extraction". Every
type is a Python class with its guideline as docstring and its signature as typed fields; the
answer to a passage is a list of instances, entities, relations and events alike, in one question.

Stages: `ask`, `ground`, `vote`. No verification.
Demonstrations: those whose sentence is most similar with the names taken out (view `masked`), since
what is told of somebody matters more than who it is. Parsing: calls of the schema's classes,
found with `ast` and never run.

Differences: answers may be 1,024 tokens long, where 128 cut rich sentences off; the arguments of
relations and events are words and not instances, which would repeat what the entity's own line
says; an instance of an unknown class is complained about once before it is dropped; of a
passage that is asked about, names are not known yet, so it is compared as it is.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.code.instances import Instances

CODE4UIE = Recipe(
    name="code4uie",
    summary="schema as Python classes, everything as instances in one question",
    source="Guo et al. 2023, Retrieval-Augmented Code Generation for Universal Information "
    "Extraction",
    system="code4uie-system.v1",
    opening="code-opening.v1",
    stages=(
        ask(
            codec=Instances(),
            prompt="code4uie-ask.v1",
            detected=False,
            mixed=True,
            together=1000,
        ),
        ground(),
        vote(),
    ),
    demos=10,
    view="masked",
    selection="nearest",
)
