"""What does the passage name? A small language model reads first, and says how sure it is."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from questgraph.agents.shots import only
from questgraph.agents.stages.ask import at_once
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.state import Candidate, Context, State, Update
from questgraph.retrieval.probe import Guess
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.records import MENTION, Argument, Claim, Span
from questgraph.tools.schema import Schema

PROPOSE = "propose"
"""Name of the stage whose place a small language model can take."""

HALF = 0.5

DIGITS = 6
"""Of a probability: processors differ in the digits behind, and a run must not."""


@cache
def first_question() -> Recipe:
    """Return how the small model is asked: as `staged` asks first, but for names alone.

    It gets no demonstrations: a model that was tuned on such questions needs none, and the others
    are the faster without.
    """
    asking = at_once("entity", codec=ByType(complete=False), prompt="tell.v1", name=PROPOSE)
    return Recipe(
        name=PROPOSE,
        summary="asks for all names at once",
        source="questgraph, the first question of `staged`",
        stages=(asking,),
        system="system.v2",
    )


async def read_first(state: State, context: Context, proposer: Gateway) -> Update:
    """Ask a small model what the passage names and return candidates, each with a probability.

    A name is a candidate wherever the passage has it. One that it does not have is a claim that
    stays out of the graph, as with any other answer.

    Args:
        state: Holds the passage.
        context: Says what to look for.
        proposer: Through which the small model is asked.
    """
    if not context.schema.entities:
        return {}
    schema = only(context.schema.entities, context.schema)
    recipe, around = first_question(), replace(context, gateway=proposer, schema=schema)
    unread: State = {**state, "demos": (), "frames": (), "claims": ()}
    said = await recipe.stage(PROPOSE).run(unread, around, recipe)
    pinned = await ground().run({**unread, "frames": said["frames"]}, around, recipe)
    claims = pinned["claims"]
    absent = [claim for claim in claims if not claim.grounded]
    return {
        "candidates": (*state["candidates"], *candidates(claims, schema)),
        "claims": (*state["claims"], *absent),
        "turns": said["turns"],
        "problems": said["problems"],
    }


def candidates(claims: Iterable[Claim], schema: Schema) -> tuple[Candidate, ...]:
    """Return a candidate for each place that `claims` name, in the order of the text."""
    at: dict[Span, list[Claim]] = {}
    for claim in claims:
        if span := claim.arguments[0].mention.span:
            at.setdefault(span, []).append(claim)
    said = Counter(claim.type for here in at.values() for claim in here)
    # What the passage has elsewhere is likelier than what it has nowhere.
    types = sorted((type_.name for type_ in schema.entities), key=lambda type_: -said[type_])
    return tuple(_candidate(here, types) for _, here in sorted(at.items()))


def _candidate(claims: Sequence[Claim], types: Sequence[str]) -> Candidate:
    """Return what several claims say about one place."""
    told: dict[str, float | None] = {}
    for claim in claims:
        told.setdefault(claim.type, claim.probability)
    mention = replace(claims[0].arguments[0].mention, type="")
    turns = dict.fromkeys(turn for claim in claims for turn in claim.turns)
    return Candidate("entity", (Argument(MENTION, mention),), *guess(told, types), tuple(turns))


def guess(told: Mapping[str, float | None], types: Sequence[str]) -> Guess:
    """Return how likely something is of each type, the likeliest first.

    A model tells the probability of what it said and of nothing else. What is left of it is spread
    over the other types, none of which becomes likelier than what was said; that it is nothing is
    only held possible where there is no other type, and never for likelier than what was said.

    Args:
        told: The types that were said of it, and how likely the words were.
        types: All types that it may be of; of those that were not said the first are preferred.

    >>> guess({"person": 0.5}, ["place", "person", "firm"])
    Guess(types=('person', 'place', 'firm'), scores=(0.5, 0.25, 0.25))
    >>> guess({"person": None}, ["place", "person", "firm"])
    Guess(types=('person',), scores=())
    """
    known = {type_: share for type_, share in told.items() if share is not None}
    if len(known) < len(told):
        return Guess(tuple(told), ())
    said = sorted(known, key=lambda type_: -known[type_])
    others = [type_ for type_ in types if type_ not in known]
    shares = [known[type_] for type_ in said]
    if others:
        left = max(0.0, 1 - sum(shares))
        shares += [min(left / len(others), shares[-1])] * len(others)
        whole = sum(shares)
    else:
        shares[0] = max(shares[0], HALF)
        whole = max(1.0, sum(shares))
    return Guess((*said, *others), tuple(round(share / whole, DIGITS) for share in shares))
