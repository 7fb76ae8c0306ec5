"""ChatIE as its web tool asks: types first for all three tasks.

Wei et al. 2023, "ChatIE: Zero-Shot Information Extraction via Chatting with ChatGPT". The released
tool differs from the prompts of the experiments, which `chatie` follows:

* Entities: types first, then a table of type and name; there each type is asked, and answered by a
  list of pairs.
* Relations: no questions for the slots of complex objects.
* Events: all types that occur, then a table of role and content; there the single most likely
  type, and the table names it again.

The raw history of each task, the free form of the answers, the wording of the second question and
the parsers are shared, and so are the differences from the released code, which `chatie` lists.
The tool never asks again: here an unreadable reply is complained about once.
"""

from questgraph.agents.recipes.chatie import CHATIE, types_first
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.table import Table

PROMPT = "chatie-tool-detect.v1"

CHATIE_TOOL = Recipe(
    name="chatie-tool",
    summary="types first for entities, relations and events, in one raw chat history each",
    source=CHATIE.source,
    system=CHATIE.system,
    stages=(
        *types_first("entity", prompt=PROMPT),
        *types_first("relation", prompt=PROMPT),
        *types_first("event", prompt=PROMPT, table=Table(typed=False)),
        ground(),
        vote(),
    ),
    history=CHATIE.history,
)
