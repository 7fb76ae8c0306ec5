"""Multi-turn: types, then arguments in compact JSON, then checks, then what was missed.

ChatIE's staging (Wei et al. 2023) as we would do it. One dialogue for each passage. The parsed
answers are put back, so a slip of form does not spread (Xie et al. 2023); everything constant
stands first, so that turn two and later read little that is new. Demonstrations are whole dialogues
about similar passages. Claims are checked by rules first; only what these leave in doubt costs a
question, which shows the evidence alone. Relations whose type has qualifiers cost a question for
each.

    detect ──> ask ──> follow ──> ground ──> vote ──> verify ──> more ──> ground …
      └──> end                                                    └──> end

What its turns are worth beside `staged`, which asks everything at once: `docs/quality.md`.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.detect import detect
from questgraph.agents.stages.follow import follow
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.more import more
from questgraph.agents.stages.verify import verify
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.codecs.names import JsonNames

MULTI_TURN = Recipe(
    name="multi-turn",
    summary="types, arguments per type, checks, one round for what was missed",
    source="after ChatIE (Wei et al. 2023), with the parsed history of Xie et al. 2023",
    stages=(
        detect(codec=JsonNames()),
        ask(codec=ByType()),
        follow(),
        ground(),
        vote(),
        verify(),
        more(codec=ByType(complete=False)),
    ),
    history="full_parsed",
    demos=4,
)
