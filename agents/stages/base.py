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


OCCURS = 0.2
"""Share of a schema's types that a passage is reckoned to have, until something was measured."""

PAIRS = 5
"""Pairs of one relation type in a passage that are reckoned with at most: only answers tell how
many there are."""


class Calls(NamedTuple):
    """How many questions a stage puts about a passage that comes to it, and what they are.

    Complaints, and questions that are asked again for a longer answer, are not counted.
    """

    least: int
    """When nothing of the schema occurs."""

    likely: float
    """When `OCCURS` of its types do."""

    most: int
    """When all of them do."""

    max_tokens: int
    """Length of an answer at most."""

    questions: tuple[str, ...]
    """What is asked then, or examples of it."""

    samples: int = 1
    """How often each question is asked; samples do not know of each other."""


NO_CALLS = Calls(0, 0, 0, 0, ())


class Exchange(NamedTuple):
    """A question and the right answer to it, as a demonstration shows them."""

    question: str
    answer: str
    briefly: str = ""
    """The question without the explanations of many types, for demonstrations: eight times a
    hundred of them would leave no room for anything else. Empty where it is short as it is."""


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
    """Stages of one session share a dialogue; empty for stages that ask nothing, or ask about a
    piece of the passage and show nothing else."""

    calls: Callable[[Schema], Calls] | None = None
    """What it asks at least and at most, for estimates; `None` for a stage that asks nothing."""

    show: Callable[[Labelled, Schema], Sequence[Exchange]] | None = None
    """How a labelled passage would go through this stage, when demonstrations show it."""

    leads: tuple[str, ...] = ()
    """Where `leave` may send the unit other than to the next stage; a single one without `leave` is
    where it always goes."""

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
    """Prompt of the system message; its slots are `glossary` and `schema`."""

    opening: str = "passage.v1"
    """Prompt that shows a passage, before the first question about it; its slots are `fenced`, the
    passage between marks, `text`, the passage itself, and `context`, what is shown beside it."""

    acknowledged: str = ""
    """What the model is made to have said to the passage, before the first question (UniNER)."""

    history: History = "none"
    demos: int = 0
    """How many demonstrations a passage is asked with, when there is a bank."""

    view: str = ""
    """What of a passage is compared with those of the bank; as the bank was built when empty."""

    selection: str = "covering"
    """Which of the near demonstrations are taken."""

    demo_tokens: int = 1500
    """How long they may be together, in estimated tokens."""

    lesson: str = ""
    """What makes a bank for it of labelled passages or of plain ones: a name from
    `agents/learning/`."""

    def stage(self, name: str) -> Stage:
        """Return the stage called `name`."""
        return next(stage for stage in self.stages if stage.name == name)

    def session(self, name: str) -> tuple[Stage, ...]:
        """Return the stages of session `name`, in order."""
        return tuple(stage for stage in self.stages if stage.session == name)
