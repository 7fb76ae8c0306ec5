"""Planner: the model itself picks the next move, as a tool call, under a budget.

Our agentic recipe, in the manner of ReAct (Yao et al. 2023) and of the tool-using agents since. One
dialogue for each passage, in which every second question is "What next?". The answer is a tool
call in compact JSON, `{"move":"ask","about":"person"}`, of the moves that the state allows:

* `detect` which types occur; afterwards only these are offered;
* `ask` for everything of one type;
* `fill` a role that an event, or a qualifier that a relation, has empty;
* `context`: helpful sentences from elsewhere in the document (`amalvy`'s stage);
* `look` up what is known of a type: claims so far, and of the bank those about the same names;
* `verify` a claim that the rules leave in doubt;
* `stop`, once anything was asked.

    plan ──> detect | ask | fill | context | look | verify ──> ground ──> vote ──> check ──> plan
      └──> end

What comes of a move is pinned, joined and checked by rule before the next one, as everywhere: the
planner decides what is asked and never what is true. It always ends: no move is made twice, the
budget bounds the moves, nobody is asked when only stopping is left, and an unreadable plan ends the
passage and marks it. Each move costs one question at most besides that for the move.

Questions, codecs, history and checks are those of `multi-turn`, so the two can be compared: what is
the order worth that the model chooses? `planner` has no round for what was missed, and verifies
what it wants to. No demonstrations: those of a bank show answers and no plans.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.confirm import confirm
from questgraph.agents.stages.detect import detect
from questgraph.agents.stages.fill import fill, unfilled
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.look import known_types, look
from questgraph.agents.stages.plan import (
    doubted,
    doubtful,
    move,
    once,
    onward,
    plan,
    types_at_hand,
    while_types,
)
from questgraph.agents.stages.surround import elsewhere, surround
from questgraph.agents.stages.verify import verify
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.codecs.names import JsonNames

TYPES = types_at_hand(JsonNames())

PLANNER = Recipe(
    name="planner",
    summary="the model picks the next move, under a budget",
    source="questgraph; acting by tool calls after ReAct (Yao et al. 2023)",
    stages=(
        plan(
            {
                "detect": once,
                "ask": TYPES,
                "fill": unfilled,
                "context": while_types(TYPES, elsewhere),
                "look": known_types(TYPES),
                "verify": doubtful,
            }
        ),
        move(detect(codec=JsonNames(), final=False), then="ground"),
        move(ask(codec=ByType(), together=1), then="ground"),
        move(fill(), then="ground"),
        move(surround(name="context"), then="ground"),
        move(look(), then="ground"),
        move(confirm(doubted, name="verify"), then="ground"),
        ground(),
        vote(),
        onward(verify(at_most=0, name="check"), "plan"),
    ),
    history="full_parsed",
)
