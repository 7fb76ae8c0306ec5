"""C-ICL: contrastive demonstrations, what is right beside what was wrong and is corrected.

Mo et al. 2024, "C-ICL: Contrastive In-context Learning for Information Extraction". The prompt is
CodeIE's. Half of the demonstrations are near passages with the right answer; the other half are
passages of which a model said something wrong: the wrong lines stand first, marked as wrong,
and the right answer follows. Entities and relations; events are not asked for.

Stages: `ask_entities` and `ask_relations` (with contrast), `ground`, `vote`. No verification.
Demonstrations: `contrasting` takes half of each sort, the nearest. Wrong answers come from the bank
(`Labelled.rejected`); the lesson `mistakes` finds them: it runs `codeie` over labelled passages
and keeps what several samples got wrong alike. Without such a bank this is `codeie` with nearest
demonstrations.

Differences: no code was released. Wrong lines stand in the question, as comments, and never in an
answer: weaker models repeat wrong answers that they seem to have given themselves.
"""

from dataclasses import replace

from questgraph.agents.recipes.codeie import CODEIE
from questgraph.agents.stages.contrast import contrast

C_ICL = replace(
    CODEIE,
    name="c-icl",
    summary="codeie with demonstrations of mistakes and their corrections",
    source="Mo et al. 2024, C-ICL: Contrastive In-context Learning for Information Extraction",
    stages=tuple(contrast(stage) if stage.show else stage for stage in CODEIE.stages),
    selection="contrasting",
    lesson="mistakes",
)
