"""Code4UIE in two stages: first the import of the classes that occur, then their instances.

Guo et al. 2023, "Retrieval-Augmented Code Generation for Universal Information Extraction". With
many types the definitions fill the prompt. So the first question is an unfinished import, whose
rest names the classes that the passage needs, and the second shows the definitions of these
alone. A passage that needs none is done after one question.

Stages: `detect` (the import), `ask`, `ground`, `vote`. No verification; every question stands by
itself. Demonstrations and parsing as in `code4uie`.

Differences: those of `code4uie`; and an imported relation brings the classes of its ends, where
there is one choice only.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.detect import detect
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.code.imports import Imports
from questgraph.tools.codecs.code.instances import Instances

CODE4UIE_TWO_STAGE = Recipe(
    name="code4uie-two-stage",
    summary="imports the classes that occur, then makes instances of these",
    source="Guo et al. 2023, Retrieval-Augmented Code Generation for Universal Information "
    "Extraction",
    system="code4uie-imports-system.v1",
    opening="code-opening.v1",
    stages=(
        detect(codec=Imports(), prompt="code4uie-imports.v1", name="imports"),
        ask(codec=Instances(), prompt="code4uie-imported-ask.v1", mixed=True, together=1000),
        ground(),
        vote(),
    ),
    demos=10,
    view="masked",
    selection="nearest",
)
