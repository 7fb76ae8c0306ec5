"""Which types occur at all? (ChatIE, stage I)."""

from collections.abc import Sequence

from questgraph.agents.converse import about, converse
from questgraph.agents.dialogue import dialogue, explained_at_once, glossary
from questgraph.agents.stages.base import END, NO_CALLS, Calls, Exchange, Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.tools.codecs.base import Codec
from questgraph.tools.labelled import Labelled
from questgraph.tools.prompts import render
from questgraph.tools.records import KINDS, Kind
from questgraph.tools.schema import AnyType, RelationType, Schema

MAX_TOKENS = 512


def detect(
    *kinds: Kind,
    codec: Codec[list[str]],
    prompt: str = "detect.v1",
    name: str = "detect",
    session: str = "main",
    final: bool = True,
) -> Stage:
    """Return a stage that asks which types of `kinds` occur in the passage.

    Later stages ask about these types only, so a short answer saves calls.

    Args:
        kinds: What to look for; everything when none is named.
        codec: How the choice is answered.
        prompt: The question.
        name: The stage's name.
        session: The dialogue it belongs to.
        final: Whether a passage in which nothing occurs is done with; otherwise the next
            stage follows all the same.
    """
    kinds = kinds or KINDS

    def wording(schema: Schema, types: Sequence[AnyType], *, explain: bool = True) -> str:
        return render(
            prompt,
            kinds=kinds,
            types=types,
            glossary=glossary(types) if explain and not explained_at_once(schema) else "",
            how=codec.instruct(types),
        )

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        types = context.schema.types(*kinds)
        if not types:
            return {}
        text = wording(context.schema, types)
        question = about(codec, types, text, max_tokens=MAX_TOKENS)
        messages = dialogue(recipe, context.schema, name, state, state["turns"], text)
        answer = await converse(context.gateway, messages, question, stage=name)
        named = with_ends(answer.value or (), context.schema)
        return {
            "types": (*state["types"], *(type_.name for type_ in types if type_.name in named)),
            "turns": list(answer.turns),
            "problems": [answer.problem] if answer.problem else [],
        }

    def show(demo: Labelled, schema: Schema) -> list[Exchange]:
        types = schema.types(*kinds)
        gold = {frame.type for frame in demo.frames(*kinds)}
        answer = codec.write([type_.name for type_ in types if type_.name in gold], types)
        if not types:
            return []
        return [Exchange(wording(schema, types), answer, wording(schema, types, explain=False))]

    def calls(schema: Schema) -> Calls:
        types = schema.types(*kinds)
        return Calls(1, 1, 1, MAX_TOKENS, (wording(schema, types),)) if types else NO_CALLS

    def leave(state: State) -> str | None:
        return None if state["types"] else END

    return Stage(
        name=name,
        summary="asks which types occur",
        run=run,
        session=session,
        calls=calls,
        show=show,
        leads=(END,) if final else (),
        leave=leave if final else None,
    )


def with_ends(names: Sequence[str], schema: Schema) -> set[str]:
    """Return the types that were named, and those that must occur where these do.

    Who works for whom cannot be told of a passage in which no person occurs: a relation brings the
    types of its ends, where there is one choice only.
    """
    found = set(names)
    for name in names:
        type_ = schema[name]
        if isinstance(type_, RelationType):
            found.update(ends[0] for ends in (type_.head, type_.tail) if len(ends) == 1)
    return found
