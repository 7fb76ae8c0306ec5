"""Our default: types, then arguments in compact JSON, then checks, then what was missed.

One dialogue for each passage. The parsed answers are put back, so a slip of form does not
spread; everything constant stands first, so that turn two and later read little that is new.
Demonstrations are whole dialogues about similar passages. Claims are checked by rules first;
only what these leave in doubt costs a question, which shows the evidence alone. Relations whose
type has qualifiers cost a question for each.
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

STAGED = Recipe(
    name="staged",
    summary="types, arguments per type, checks, one round for what was missed",
    source="questgraph; staging after ChatIE (Wei et al. 2023), parsed history after Xie et al. "
    "2023, retrieved demonstrations after GPT-NER (Wang et al. 2023)",
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
