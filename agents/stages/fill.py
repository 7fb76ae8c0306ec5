"""Who else takes part? One role of one event, or one qualifier of one relation."""

from collections.abc import Sequence
from dataclasses import replace

from questgraph.agents.converse import about, converse
from questgraph.agents.dialogue import dialogue
from questgraph.agents.stages.base import NO_CALLS, OCCURS, Calls, Recipe, Stage
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.plan import BUDGET, handle, made_moves
from questgraph.agents.state import Context, Said, State, Update
from questgraph.agents.statements import statement
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.grounding import locate
from questgraph.tools.labelled import frames_of
from questgraph.tools.prompts import render
from questgraph.tools.records import Claim
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Role, Schema

MAX_TOKENS = 128
MOST = 8
"""Open roles that are offered at once."""


def fill(
    *,
    most: int = BUDGET,
    prompt: str = "fill.v1",
    name: str = "fill",
    session: str = "main",
) -> Stage:
    """Return a stage that asks for the role that the last move of a plan is about.

    The claim is told anew with what was answered, and pinned to the text again.

    Args:
        most: How often a plan may come to it.
        prompt: The question.
        name: The stage's name.
        session: The dialogue it belongs to.
    """
    codec, pin = ByType(), ground()

    def wording(words: str, role: Role) -> str:
        return render(prompt, statement=words, role=role, how=codec.instruct([_asked(role)]))

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        i, role = open_roles(state["claims"], context.schema)[made_moves(state["turns"])[-1].about]
        claim = state["claims"][i]
        text = wording(statement(claim, context.schema[claim.type]), role)
        question = about(codec, [_asked(role)], text, max_tokens=MAX_TOKENS)
        messages = dialogue(recipe, context.schema, name, state, state["turns"], text)
        answer = await converse(context.gateway, messages, question, stage=name)
        texts = [filler for frame in answer.value or () for _, filler in frame.fillers]
        there = [text for text in texts if locate(text, state["unit"].chunk.text)]
        turn = len(state["turns"]) + len(answer.turns) - 1
        claims = list(state["claims"])
        if there:
            claims[i] = await told_anew(claim, role, there, turn, state, context, recipe)
        if absent := [text for text in texts if text not in there]:
            # What the passage does not have must not take the rest of the claim along.
            claims.append(await told_anew(claim, role, absent, turn, state, context, recipe))
        return {
            "claims": tuple(claims),
            "turns": list(answer.turns),
            "problems": [answer.problem] if answer.problem else [],
        }

    async def told_anew(
        claim: Claim,
        role: Role,
        texts: Sequence[str],
        turn: int,
        state: State,
        context: Context,
        recipe: Recipe,
    ) -> Claim:
        (frame,) = frames_of([claim])
        fillers = (*frame.fillers, *((role.name, text) for text in texts))
        said = Said(replace(frame, fillers=fillers), (*claim.turns, turn))
        pinned = await pin.run({**state, "frames": (said,)}, context, recipe)
        return replace(pinned["claims"][-1], votes=claim.votes, samples=claim.samples)

    def calls(schema: Schema) -> Calls:
        # The words of a type stand in for those of a claim.
        slots = [(type_, role) for type_ in schema.types() for role in _roles(type_)]
        questions = tuple(wording(type_.words, role) for type_, role in slots)
        if not slots:
            return NO_CALLS
        return Calls(0, min(OCCURS * len(slots), most), most, MAX_TOKENS, questions)

    return Stage(name=name, summary="asks for one role", run=run, session=session, calls=calls)


def unfilled(state: State, context: Context) -> Sequence[str]:
    """Offer the roles that nobody fills yet, of events and relations that stand."""
    return list(open_roles(state["claims"], context.schema))[:MOST]


def open_roles(claims: Sequence[Claim], schema: Schema) -> dict[str, tuple[int, Role]]:
    """Return the empty roles by the name that a plan gives them, each with the claim's index."""
    found: dict[str, tuple[int, Role]] = {}
    for i, claim in enumerate(claims):
        # One that was confirmed or doubted by a model is settled as it is.
        if claim.admitted and claim.verdict != "confirmed":
            for role in _roles(schema[claim.type]):
                if not claim.fillers(role.name):
                    found.setdefault(f"{role.name} of {handle(claim)}", (i, role))
    return found


def _roles(type_: AnyType) -> Sequence[Role]:
    match type_:
        case EventType(roles=roles) | RelationType(qualifiers=roles):
            return roles
        case _:
            return ()


def _asked(role: Role) -> EntityType:
    """Return a role as something that is named in the text: its fillers are listed like that."""
    return EntityType(name=role.name, guideline=role.guideline)
