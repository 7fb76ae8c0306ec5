"""Which facts are there, in any words? For documents that nobody wrote a schema for."""

from questgraph.agents.converse import about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.stages.base import Calls, Recipe, Stage
from questgraph.agents.state import Context, Said, State, Update
from questgraph.tools.codecs.open_triples import OpenTriples
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import HEAD, TAIL, Frame
from questgraph.tools.schema import Schema

SYSTEM = "facts-system.v1"
MAX_TOKENS = 512
MOST = 16
"""Statements that are made of a few sentences."""

EXAMPLE = """\
Lichens grow on bare rock, where few plants can live. Each lichen is a partnership between a fungus
and an alga: the fungus gives shelter, and the alga makes sugar from sunlight. Mara Quist of the
Stavern Museum has studied them since 1998."""
FACTS = tuple(
    Frame("relation", relation, ((HEAD, head), (TAIL, tail)))
    for head, relation, tail in (
        ("Lichens", "grow on", "bare rock"),
        ("few plants", "can live on", "bare rock"),
        ("lichen", "is a partnership between", "a fungus"),
        ("lichen", "is a partnership between", "an alga"),
        ("fungus", "gives", "shelter"),
        ("alga", "makes sugar from", "sunlight"),
        ("Mara Quist", "is of", "Stavern Museum"),
        ("Mara Quist", "has studied", "Lichens"),
        ("Mara Quist", "has studied lichens since", "1998"),
    )
)
"""What the example states: it shows the form, on a matter of no document."""


def facts(*, prompt: str = "facts.v1", name: str = "facts") -> Stage:
    """Return a stage that asks for all facts, each a relation whose type is a phrase.

    Args:
        prompt: The question.
        name: The stage's name.
    """
    codec = OpenTriples(MOST)

    def wording(passage: str) -> str:
        return render(prompt, passage=fenced(passage), how=codec.instruct())

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        wanted = wording(state["unit"].chunk.text)
        messages = [
            Message("system", render(recipe.system)),
            Message("user", wording(EXAMPLE)),
            Message("assistant", codec.write(FACTS)),
            Message("user", wanted),
        ]
        question = about(codec, (), wanted, max_tokens=MAX_TOKENS)
        answer = await converse(context.gateway, messages, question, stage=name)
        last = len(state["turns"]) + len(answer.turns) - 1
        return {
            "frames": (*state["frames"], *(Said(frame, (last,)) for frame in answer.value or ())),
            "turns": list(answer.turns),
            "problems": [answer.problem] if answer.problem else [],
        }

    def calls(schema: Schema) -> Calls:
        return Calls(1, 1, 1, MAX_TOKENS, (wording(EXAMPLE),))

    return Stage(name=name, summary="asks for facts in any words", run=run, calls=calls)
