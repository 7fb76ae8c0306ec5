"""Passages, and a model that answers any recipe about them and counts four bytes a token."""

from questgraph.tools.models.base import Reply, Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Document, Usage
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

SCHEMA = Schema(
    name="small",
    entities=(EntityType(name="person"), EntityType(name="organization")),
    relations=(
        RelationType(
            name="works_for",
            head=("person",),
            tail=("organization",),
            qualifiers=(Role(name="date"),),
        ),
        RelationType(name="knows", head=("person",), tail=("person",)),
    ),
    events=(EventType(name="appointment", trigger="the verb", roles=(Role(name="person"),)),),
)

RECIPES = ("multi-turn", "staged", "oneshot", "chatie")
"""Those that the answers below are for; the others' own tests hold their bounds."""

ANSWERS = {
    "Which of the types": '{"types":["person","organization","works_for","appointment"]}',
    "Copy every mention": '{"person":["Ann Lee"],"organization":["Acme"]}',
    "Give every pair": '{"works_for":[["Ann Lee","Acme"]]}',
    "Give every event": '{"appointment":[{"trigger":"named","person":["Ann Lee"]}]}',
    "The passage says": '{"answer":"May"}',
    "anything of the types": "{}",
    "Does it say": '{"answer":"yes"}',
    "Answer in JSON": '{"person":["Ann Lee"],"works_for":[["Ann Lee","Acme"]]}',
    "Give everything": '{"person":["Ann Lee"],"works_for":[["Ann Lee","Acme"]]}',
    "entities of type person": '[["person","Ann Lee"]]',
    "entities of type organization": '[["organization","Acme"]]',
    "list of relations": "(works_for)",
    "relation works_for": "Ann Lee | Acme",
    "event type of": "(appointment)",
    "an event of type": "appointment | person | Ann Lee",
}
"""Answers about a passage that has something of the schema, by words of the question."""

EMPTY = {
    "Which of the types": '{"types":[]}',
    "Find the": "[]",
    "Answer in JSON": "{}",
    "Give everything": "{}",
}
"""Answers about a passage that has nothing of it; `none` to all other questions."""


def documents(count: int) -> list[Document]:
    """Return so many passages; every other one has nothing of the schema."""
    said = "Ann Lee works for Acme, which named her in case"
    return [
        Document(f"{n:05}", f"It rained on day {n}." if n % 2 else f"{said} {n}.")
        for n in range(count)
    ]


def counting_model(*, seconds: float = 0.0, slots: int = 256) -> ScriptedModel:
    """Return the model; each answer takes so long, as it says itself."""

    def answer(request: Request) -> Reply:
        written = sum(len(message.content.encode()) for message in request.messages)
        last = request.messages[-1].content
        empty = any("It rained" in message.content for message in request.messages)
        answers = EMPTY if empty else ANSWERS
        said = next((answers[key] for key in answers if key in last), "none")
        usage = Usage(
            prompt_tokens=written // 4, completion_tokens=1 + len(said) // 4, seconds=seconds
        )
        return Reply(said, usage=usage)

    return ScriptedModel(answer, slots=slots)
