"""In which order are the types best asked for? The model says so itself (Xie)."""

from questgraph.agents.converse import about, converse
from questgraph.agents.dialogue import glossary
from questgraph.agents.stages.base import NO_CALLS, Calls, Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.tools.codecs.names import JsonNames
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import Kind
from questgraph.tools.schema import Schema

MAX_TOKENS = 512


def order(kind: Kind = "entity", *, prompt: str = "order.v1", name: str = "order") -> Stage:
    """Return a stage that puts the types of `kind` in the order that the model suggests.

    The question does not show the passage, so a whole run has one answer to it. Types that the
    answer leaves out come last, and without a readable answer the order is the schema's.
    """
    codec = JsonNames(ranked=True)

    def wording(schema: Schema) -> str:
        types = schema.types(kind)
        return render(prompt, glossary=glossary(types), how=codec.instruct(types))

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        types = context.schema.types(kind)
        if len(types) < 2:
            return {}
        text = wording(context.schema)
        question = about(codec, types, text, max_tokens=MAX_TOKENS)
        answer = await converse(context.gateway, [Message("user", text)], question, stage=name)
        named = dict.fromkeys([*(answer.value or ()), *(type_.name for type_ in types)])
        return {"types": (*state["types"], *named), "turns": list(answer.turns)}

    def calls(schema: Schema) -> Calls:
        if len(schema.types(kind)) < 2:
            return NO_CALLS
        return Calls(1, 1, 1, MAX_TOKENS, (wording(schema),))

    return Stage(name=name, summary="asks in which order to ask for types", run=run, calls=calls)
