"""Was anything missed? One bounded round."""

from collections.abc import Sequence

from questgraph.agents.converse import about, converse
from questgraph.agents.dialogue import dialogue
from questgraph.agents.stages.base import Calls, Recipe, Stage
from questgraph.agents.state import Context, Said, State, Update
from questgraph.tools.codecs.base import Codec
from questgraph.tools.prompts import render
from questgraph.tools.records import Claim, Frame
from questgraph.tools.schema import AnyType, Schema

MAX_TOKENS = 512


def more(
    *,
    codec: Codec[list[Frame]],
    rounds: int = 1,
    back: str = "ground",
    prompt: str = "more.v1",
    name: str = "more",
    session: str = "main",
) -> Stage:
    """Return a stage that asks for what the answers so far left out.

    A detection miss is otherwise never revisited (ChatIE's first defect). Only what is new
    goes `back`; an answer without anything new, or the last round, ends the unit.

    Args:
        codec: How the frames are answered.
        rounds: How often to ask at most.
        back: The stage that takes new frames.
        prompt: The question.
        name: The stage's name.
        session: The dialogue it belongs to.
    """

    def wording(types: Sequence[AnyType]) -> str:
        return render(prompt, types=types, how=codec.instruct(types))

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        if state["rounds"] >= rounds:
            return {}
        types = context.schema.types()
        text = wording(types)
        question = about(codec, types, text, max_tokens=MAX_TOKENS)
        messages = dialogue(recipe, context.schema, name, state, state["turns"], text)
        answer = await converse(context.gateway, messages, question, stage=name)
        turn = len(state["turns"]) + len(answer.turns) - 1
        known = {_told(claim) for claim in state["claims"]}
        new = [frame for frame in answer.value or () if _said(frame) not in known]
        return {
            "frames": tuple(Said(frame, (turn,)) for frame in new),
            "turns": list(answer.turns),
            "problems": [answer.problem] if answer.problem else [],
            "rounds": state["rounds"] + 1,
        }

    def calls(schema: Schema) -> Calls:
        once = min(rounds, 1)
        return Calls(once, once, rounds, MAX_TOKENS, (wording(schema.types()),))

    def leave(state: State) -> str | None:
        return back if state["frames"] else None

    return Stage(
        name=name,
        summary=f"asks what was missed, {rounds} time{'s' if rounds > 1 else ''} at most",
        run=run,
        session=session,
        calls=calls,
        leads=(back,),
        leave=leave,
    )


def _told(claim: Claim) -> tuple[str, frozenset[tuple[str, str]]]:
    return claim.type, frozenset((role, mention.text) for role, mention in claim.arguments)


def _said(frame: Frame) -> tuple[str, frozenset[tuple[str, str]]]:
    return frame.type, frozenset(frame.fillers)
