"""What the state machine knows about a unit, and what its nodes work with."""

import operator
from dataclasses import dataclass
from typing import Annotated, TypedDict

from questgraph.retrieval.bank import Bank
from questgraph.retrieval.catalogue import Catalogue
from questgraph.retrieval.entailment import Entailment
from questgraph.tools.decoding import encodable
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Argument, Claim, Frame, Kind, Outcome, Status, Turn, Unit
from questgraph.tools.schema import Schema


@dataclass(frozen=True, slots=True)
class Said:
    """A frame, and which turns said it."""

    frame: Frame
    turns: tuple[int, ...]
    """Indices into the unit's turns."""

    samples: int = 1
    """How many samples of the question could be read; `len(turns)` of them said the frame."""

    probability: float | None = None
    """How likely the model found the words that say it; the mean of the samples that did."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that the passage may say: its parts are pinned to the text, its type is open."""

    kind: Kind
    arguments: tuple[Argument, ...]

    types: tuple[str, ...] = ()
    """Types that it may be of, the likeliest first."""

    scores: tuple[float, ...] = ()
    """How likely each of `types` is, where whoever proposed it knows."""

    turns: tuple[int, ...] = ()
    """Indices into the unit's turns that brought it up."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A question that got no usable answer."""

    stage: str
    status: Status
    reason: str


class State(TypedDict):
    """All that is known about one unit.

    A key with a reducer collects what its writers add; any other key holds the newest value.
    Plain data only: no clients, no open files.
    """

    unit: Unit
    demos: tuple[Labelled, ...]
    """Demonstrations for this passage, most similar last."""

    context: tuple[str, ...]
    """What is shown beside the passage: sentences from elsewhere, hints of a parser."""

    types: tuple[str, ...]
    """Types to ask about, in the order to ask."""

    candidates: tuple[Candidate, ...]
    """What is to be decided about."""

    frames: tuple[Said, ...]
    """What was said and is not grounded yet."""

    claims: tuple[Claim, ...]
    turns: Annotated[list[Turn], operator.add]
    """The whole conversation, for the trace and for later questions."""

    problems: Annotated[list[Problem], operator.add]
    rounds: int
    """How often it was asked whether anything was missed."""


class Update(TypedDict, total=False):
    """What a node may return: the keys of `State` that nodes write."""

    context: tuple[str, ...]
    types: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    frames: tuple[Said, ...]
    claims: tuple[Claim, ...]
    turns: list[Turn]
    problems: list[Problem]
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What nodes work with and no checkpoint stores: the same for a whole run."""

    gateway: Gateway
    schema: Schema

    bank: Bank | None = None
    """Demonstrations in the words of the schema, for stages that look for their own."""

    catalogue: Catalogue | None = None
    """Known names, for stages that check names by them."""

    entailment: Entailment | None = None
    """Who says what follows from what; the language model when it is left out."""

    proposer: Gateway | None = None
    """To the small language model that reads first, for stages that propose; what the bank taught
    when it is left out."""


def initial(unit: Unit, demos: tuple[Labelled, ...] = ()) -> State:
    """Return the state in which nothing was asked yet."""
    pairs = [claim for claim in unit.given if not claim.type]
    return State(
        unit=unit,
        demos=demos,
        context=(),
        types=(),
        candidates=tuple(Candidate(pair.kind, pair.arguments) for pair in pairs),
        frames=(),
        claims=tuple(claim for claim in unit.given if claim.type),
        turns=[],
        problems=[],
        rounds=0,
    )


def outcome(state: State) -> Outcome:
    """Say how the unit ended.

    One question without a usable answer makes the unit incomplete, whatever the others gave.
    """
    if state["problems"]:
        first = state["problems"][0]
        reasons = "; ".join(f"{problem.stage}: {problem.reason}" for problem in state["problems"])
        # They quote answers, and models write halves of characters.
        return Outcome(first.status, encodable(reasons))
    if not state["claims"]:
        return Outcome("empty", "the model found nothing of the schema here")
    return Outcome("done")
