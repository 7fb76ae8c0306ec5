"""ChatIE: zero-shot extraction as a chat, types first, then a question for each type.

Wei et al. 2023, "ChatIE: Zero-Shot Information Extraction via Chatting with ChatGPT". As in the
published experiment prompts: one session for each task and passage, every question and raw
reply stays in the history, no demonstrations, no verification.

* Entities: no detection, each type is asked; the answer is a list of [type, name] pairs.
* Relations: detection by a tuple of names, then for each relation a table of head and tail; a
  relation with further slots (the complex objects of DuIE2.0) gets a question for each slot, with
  the pair put into it.
* Events: the single most likely type, then a table of type, role and content.

`chatie-tool` is the variant of the released web tool.

Differences, where the released parsers lose data: a table without header or rule loses no row;
a type is asked in schema order and not in the order of a set; a reply that cannot be read is
asked again once and then marked as failed, where the original stores an error string as a
result.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.stages.detect import detect
from questgraph.agents.stages.follow import follow
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.names import ListedNames
from questgraph.tools.codecs.pairs import Pairs
from questgraph.tools.codecs.table import Table
from questgraph.tools.records import PLURALS, Kind


def types_first(
    kind: Kind, *, prompt: str = "chatie-detect.v1", table: Table | None = None
) -> tuple[Stage, Stage]:
    """Return the two stages about one kind: which types occur, then a table for each of them."""
    kinds = PLURALS[kind]
    return (
        detect(
            kind,
            codec=ListedNames(),
            prompt=prompt,
            name=f"detect_{kinds}",
            session=kinds,
            final=False,
        ),
        ask(
            kind,
            codec=table or Table(),
            prompt="chatie-ask.v1",
            name=f"ask_{kinds}",
            session=kinds,
            together=1,
        ),
    )


CHATIE = Recipe(
    name="chatie",
    summary="types, then a question for each type, in one raw chat history",
    source="Wei et al. 2023, ChatIE: Zero-Shot Information Extraction via Chatting with ChatGPT",
    system="chatie-system.v1",
    stages=(
        ask(
            "entity",
            codec=Pairs(),
            prompt="chatie-ask.v1",
            name="ask_entities",
            session="entities",
            detected=False,
            together=1,
        ),
        *types_first("relation"),
        follow(session="relations"),
        *types_first("event"),
        ground(),
        vote(),
    ),
    history="full_raw",
)
