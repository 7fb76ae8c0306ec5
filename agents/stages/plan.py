"""What next? The model picks the next move itself, of those that are allowed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from questgraph.agents.converse import about, converse
from questgraph.agents.dialogue import dialogue
from questgraph.agents.stages.base import END, NO_CALLS, OCCURS, Calls, Recipe, Stage
from questgraph.agents.stages.detect import with_ends
from questgraph.agents.state import Context, State, Update
from questgraph.tools.codecs.base import Codec
from questgraph.tools.codecs.move import Move, MoveChoice, read_move
from questgraph.tools.prompts import render
from questgraph.tools.records import HEAD, MENTION, TAIL, Claim, Turn
from questgraph.tools.schema import Schema

MAX_TOKENS = 128
BUDGET = 16
"""Moves in a passage at most."""

MOST_DOUBTS = 8
"""Doubtful claims that are offered at once."""

NAME = "plan"
STOP = Move("stop")

Offers: TypeAlias = Callable[[State, Context], Sequence[str]]
"""Says what a move may be about in the present state: nothing when it is not allowed, one empty
text when it is about nothing in particular."""


def plan(
    moves: Mapping[str, Offers],
    *,
    budget: int = BUDGET,
    prompt: str = "plan.v1",
    session: str = "main",
) -> Stage:
    """Return a stage that asks for the next move and sends the unit to the stage of that name.

    It always ends: no move is made twice, there are `budget` of them at most, and nobody is asked
    when only stopping is left. An answer that cannot be read ends the plan as well, and marks the
    unit. Stopping is no first move: a passage that nobody asked about is not empty. A move about a
    type makes it the type to ask about.

    Args:
        moves: The stages to choose from by name, each with what it may be about.
        budget: How many moves to ask for, stopping included.
        prompt: The question.
        session: The dialogue it belongs to.
    """

    def wording(choice: MoveChoice, left: int) -> str:
        named: dict[str, list[str]] = {}
        for move in choice.allowed:
            named.setdefault(move.name, []).append(move.about)
        return render(prompt, moves=named, left=left, how=choice.instruct())

    def allowed(state: State, context: Context) -> list[Move]:
        made = made_moves(state["turns"])
        if len(made) >= budget:
            return []
        offered = [Move(n, o) for n, offers in moves.items() for o in offers(state, context)]
        return [move for move in dict.fromkeys(offered) if move not in made]

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        asked: Update = {"rounds": state["rounds"] + 1}
        if not (open_ := allowed(state, context)):
            return asked
        made = made_moves(state["turns"])
        choice = MoveChoice([*open_, STOP] if made else open_)
        text = wording(choice, budget - len(made))
        question = about(choice, (), text, max_tokens=MAX_TOKENS)
        messages = dialogue(recipe, context.schema, NAME, state, state["turns"], text)
        answer = await converse(context.gateway, messages, question, stage=NAME)
        subject = answer.value.about if answer.value else ""
        return {
            **asked,
            "types": (subject,) if subject in context.schema else (),
            "turns": list(answer.turns),
            "problems": [answer.problem] if answer.problem else [],
        }

    def leave(state: State) -> str:
        made = made_moves(state["turns"])
        # Each time, one more was chosen, or it is the end.
        chosen = made[-1] if made and len(made) == state["rounds"] else STOP
        return END if chosen == STOP else chosen.name

    def calls(schema: Schema) -> Calls:
        types = [type_.name for type_ in schema.types()]
        example = MoveChoice([Move("ask", name) for name in types])
        likely = min(budget, 2 + OCCURS * len(types))
        return Calls(1, likely, budget, MAX_TOKENS, (wording(example, budget),))

    return Stage(
        name=NAME,
        summary=f"lets the model choose the next move, {budget} times at most",
        run=run,
        session=session,
        calls=calls,
        leads=(*moves, END),
        leave=leave,
    )


def move(stage: Stage, *, then: str, budget: int = BUDGET) -> Stage:
    """Return `stage` as one that a plan may send the unit to, and that sends it on to `then`.

    What it is reckoned to ask is what a whole plan may ask it.
    """

    def calls(schema: Schema) -> Calls:
        own = stage.calls(schema) if stage.calls else NO_CALLS
        return own._replace(
            least=0, likely=min(own.likely, OCCURS * budget), most=min(own.most, budget)
        )

    return replace(onward(stage, then), calls=calls if stage.calls else None)


def onward(stage: Stage, then: str) -> Stage:
    """Return `stage`, after which the unit always goes to the stage `then`."""
    return replace(stage, leads=(then,), leave=None)


def made_moves(turns: Sequence[Turn]) -> list[Move]:
    """Return the moves that were chosen so far, in order."""
    return [read_move(turn.parsed) for turn in turns if turn.stage == NAME and turn.parsed]


def once(state: State, context: Context) -> Sequence[str]:
    """Offer a move that is about the passage as a whole."""
    return [""]


def types_at_hand(codec: Codec[list[str]], detect: str = "detect") -> Offers:
    """Return the offer of the types that were detected; of all while nobody has looked.

    Args:
        codec: How the stage `detect` was answered.
        detect: Its name.
    """

    def offers(state: State, context: Context) -> Sequence[str]:
        types = context.schema.types()
        said = [turn.parsed for turn in state["turns"] if turn.stage == detect and turn.parsed]
        if not said:
            return [type_.name for type_ in types]
        named = with_ends(codec.read(said[-1], types), context.schema)
        return [type_.name for type_ in types if type_.name in named]

    return offers


def while_types(types: Offers, offers: Offers) -> Offers:
    """Return `offers` for as long as there is a type to ask about."""
    return lambda state, context: offers(state, context) if types(state, context) else []


def doubtful(state: State, context: Context) -> Sequence[str]:
    """Offer the claims that the rules leave in doubt."""
    doubts = (c for c in state["claims"] if c.admitted and c.verdict == "unchecked" and c.reason)
    return list(dict.fromkeys(map(handle, doubts)))[:MOST_DOUBTS]


def doubted(state: State) -> Sequence[int]:
    """Pick the claims that the last move is about."""
    subject = made_moves(state["turns"])[-1].about
    return [i for i, claim in enumerate(state["claims"]) if handle(claim) == subject]


def handle(claim: Claim) -> str:
    """Return the short name under which a plan speaks of a claim.

    Claims in the same words, about several places, share it.

    >>> from questgraph.tools.records import Argument, Mention
    >>> named = Argument("trigger", Mention("named")), Argument("person", Mention("Bo"))
    >>> handle(Claim("event", "appointment", named, document_id="d", unit_id="u"))
    'appointment: trigger named, person Bo'
    """
    parts = ", ".join(
        mention.text if role in (MENTION, HEAD, TAIL) else f"{role} {mention.text}"
        for role, mention in claim.arguments
    )
    return f"{claim.type}: {parts}"
