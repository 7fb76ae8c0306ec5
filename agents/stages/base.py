"""What a stage and a recipe are."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from questgraph.agents.state import Context, State, Update
from questgraph.tools.labelled import Labelled
from questgraph.tools.schema import Schema

History = Literal["full_raw", "full_parsed", "none"]
"""Which earlier turns of its session a question is asked after: all, as the model wrote them
(ChatIE); all, in the spelling of what was read, which keeps slips from spreading; none."""

END = "end"
"""Where a stage may send a unit that needs no further questions."""


class Exchange(NamedTuple):
    """A question and the right answer to it, as a demonstration shows them."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One node of the state machine: a name, what it does, and where it may lead.

    Stages are made by the decorated-factory functions in this folder; what they ask and how they
    read is pure, and the only thing they wait for is the gateway.
    """

    name: str
    """Unique in a recipe; the node's name in the drawing and in the trace."""

    summary: str
    """What it does, in a few words for `questgraph recipes NAME`."""

    run: Callable[[State, Context, "Recipe"], Awaitable[Update]]

    session: str = ""
    """Stages of one session share a dialogue; empty for stages that ask nothing."""

    show: Callable[[Labelled, Schema], Sequence[Exchange]] | None = None
    """How a labelled passage would go through this stage, when demonstrations show it."""

    leads: tuple[str, ...] = ()
    """Where `leave` may send the unit other than to the next stage."""

    leave: Callable[[State], str | None] | None = None
    """Names one of `leads`, or `None` for the next stage. Pure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A published way of asking, as a tuple of stages: data that `machine` compiles."""

    name: str
    summary: str
    """One line for the table of recipes."""

    source: str
    """Where this way of asking was published."""

    stages: tuple[Stage, ...]
    system: str = "system.v1"
    """Prompt of the system message; it has no slots but the glossary."""

    history: History = "none"
    demos: int = 0
    """How many demonstrations a passage is asked with, when there is a bank."""

    demo_tokens: int = 1500
    """How long they may be together, in estimated tokens."""

    def stage(self, name: str) -> Stage:
        """Return the stage called `name`."""
        return next(stage for stage in self.stages if stage.name == name)

    def session(self, name: str) -> tuple[Stage, ...]:
        """Return the stages of session `name`, in order."""
        return tuple(stage for stage in self.stages if stage.session == name)
