"""GoLLIE's form: guidelines as dataclasses with docstrings and examples beside the fields.

Sainz et al. 2024, "GoLLIE: Annotation Guidelines improve Zero-Shot Information-Extraction". Each
type is a dataclass; its docstring is the annotation guideline with what does not count, a comment
beside a field says what fills it, such as which words. The answer is a list of instances, one
question for each task: entities, relations, events.

Stages: `ask_entities`, `ask_relations`, `ask_events`, `ground`, `vote`. No verification; what the
passage does not have stays out of the graph. Parsing: calls of the schema's classes, found with
`ast` and never run.

Differences: the original is a tuned model that needs no demonstrations; here the four nearest show
an untuned one what to do. Examples are those of the schema, not drawn from training data.
Guidelines come in the order of the schema, since dropping and shuffling them served training.

`gollie-style-masked` is the robustness test: class names that tell nothing, so that a model that
reads the names and not the guidelines fails.
"""

from dataclasses import replace

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.code.instances import Instances
from questgraph.tools.records import KINDS, PLURALS


def _stages(prompt: str, *, masked: bool) -> tuple[Stage, ...]:
    codec = Instances(masked=masked)
    # A stage for each task, so that demonstrations show no more than what is asked.
    asks = (
        ask(
            kind,
            codec=codec,
            prompt=prompt,
            name=f"ask_{PLURALS[kind]}",
            detected=False,
            together=40,
        )
        for kind in KINDS
    )
    return (*asks, ground(), vote())


GOLLIE_STYLE = Recipe(
    name="gollie-style",
    summary="guidelines as dataclasses, a list of instances for each task",
    source="Sainz et al. 2024, GoLLIE: Annotation Guidelines improve Zero-Shot "
    "Information-Extraction",
    system="gollie-system.v1",
    opening="code-opening.v1",
    stages=_stages("gollie-ask.v1", masked=False),
    demos=4,
    selection="nearest",
)

GOLLIE_STYLE_MASKED = replace(
    GOLLIE_STYLE,
    name="gollie-style-masked",
    summary="gollie-style with class names that tell nothing",
    system="gollie-masked-system.v1",
    stages=_stages("gollie-masked-ask.v1", masked=True),
)
