"""CodeKGC with a rationale: entities first, then relations, then the triples that join them.

Bi et al. 2024, "CodeKGC: Code Language Model for Generative Knowledge Graph Construction", its
rationale-enhanced generation: a chain of thought in code. The model writes down which entities it
sees and which relations it considers before it commits itself to triples.

Stages, demonstrations, parsing and differences as in `codekgc`. The rationale of a demonstration
follows from its labels, where the original has it written by hand.
"""

from dataclasses import replace

from questgraph.agents.recipes.codekgc import CODEKGC
from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.code.triples import Triples

CODEKGC_RATIONALE = replace(
    CODEKGC,
    name="codekgc-rationale",
    summary="lists entities and relations in Python, then the triples that join them",
    stages=(
        ask(
            "entity",
            "relation",
            codec=Triples(rationale=True),
            prompt="codekgc-rationale-ask.v1",
            detected=False,
            mixed=True,
            together=1000,
        ),
        ground(),
        vote(),
    ),
)
