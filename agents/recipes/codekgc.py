"""CodeKGC: a knowledge graph as a Python list of triples.

Bi et al. 2024, "CodeKGC: Code Language Model for Generative Knowledge Graph Construction". The
schema is code: a class for relations, one for entities with a subclass for each type, and `Triple`
and `Extract` that join them, with the relations that may join which classes. The answer is the
argument of `Extract`. Events are not asked for.

Stages: `ask` (entities and relations in one question), `ground`, `vote`. No verification.
Demonstrations: near ones; the original shows about fifteen fixed ones. Parsing: `Triple(…)` terms
and instances, found with `ast` and never run; the class of an instance is an entity's type.

Differences: greedy decoding, where the original samples once at 0.5 and so gives another graph
each time; mentions are grounded, and unknown classes and relations complained about; an entity
in no triple may stand in the list by itself.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.code.triples import Triples

CODEKGC = Recipe(
    name="codekgc",
    summary="completes a Python list of typed triples",
    source="Bi et al. 2024, CodeKGC: Code Language Model for Generative Knowledge Graph "
    "Construction",
    system="codekgc-system.v1",
    opening="code-opening.v1",
    stages=(
        ask(
            "entity",
            "relation",
            codec=Triples(),
            prompt="codekgc-ask.v1",
            detected=False,
            mixed=True,
            together=1000,
        ),
        ground(),
        vote(),
    ),
    demos=8,
)
