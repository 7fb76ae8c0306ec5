"""Who is measured for quality: peers, recipes, and `staged` with one thing changed at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from questgraph.agents.recipes import recipes
from questgraph.agents.stages.ask import at_once
from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.stages.more import more
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.schema import AnyType

TRAIN, STARTER = "train", "starter"
"""The set's own labelled passages; those that ship with questgraph."""

STAGED, ONESHOT = recipes["staged"], recipes["oneshot"]


@dataclass(frozen=True, slots=True)
class Arm:
    """Somebody who is measured."""

    name: str
    recipe: Recipe | None = None
    """One of ours; a peer when left out."""

    bank: str = ""
    """Whose demonstrations it gets; none when empty."""

    kinds: Sequence[str] = ()
    """Beginnings of the metrics that it is measured by; all when left out."""

    why: str = ""
    """What is changed, in a few words."""

    chunk: int = 4000
    """Characters of a passage: all that is measured is asked about whole, as a peer would get
    it, unless something else is said."""

    def says(self, metric: str) -> bool:
        """Say whether the arm answers what a metric measures."""
        return not self.kinds or metric.startswith(tuple(self.kinds))


ARMS = (
    Arm("langchain"),
    # It has no types: it is measured on triples only, with its predicates mapped.
    Arm("kg-gen", kinds=("re.",)),
    Arm("langextract", bank=TRAIN),
    Arm("oneshot, starter", ONESHOT, STARTER),
    Arm("staged, starter", STAGED, STARTER),
    Arm("oneshot, bank", ONESHOT, TRAIN),
    Arm("staged, bank", STAGED, TRAIN),
)


def _without(*names: str) -> Recipe:
    """Return `staged` without some of its stages."""
    return replace(STAGED, stages=tuple(s for s in STAGED.stages if s.name not in names))


def _asking(stage: Stage) -> Recipe:
    """Return `staged` with another first question."""
    return replace(STAGED, stages=(stage, *STAGED.stages[1:]))


_IN_FULL = at_once(codec=ByType(), prompt="tell.v1")
_VOTED = at_once(codec=ByType(complete=False), prompt="tell.v1", samples=3)
_NEAREST = replace(STAGED, selection="nearest")


class _Unbound(ByType):
    """The same answers, from a model that is told their form and held to none."""

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return no constraint."""
        return None


_FREE = at_once(codec=_Unbound(complete=False), prompt="tell.v1")
_MORE = more(codec=ByType(complete=False))

CHANGES = (
    Arm("as it is", STAGED, TRAIN),
    Arm("no names", _without("recognise"), TRAIN, why="without names that labels always call so"),
    Arm("no pairs", _without("relate"), TRAIN, why="without the probe over labelled pairs"),
    Arm("no doubts", _without("verify"), TRAIN, why="without rules and questions about doubts"),
    Arm("answer only", _without("recognise", "relate", "verify"), TRAIN, why="none of the three"),
    Arm("8 nearest", _NEAREST, TRAIN, why="whatever types they have"),
    Arm("4 nearest", replace(_NEAREST, demos=4), TRAIN, why="and half as many"),
    Arm(
        "8 nearest, in words",
        replace(
            ONESHOT,
            demos=8,
            selection="nearest",
            stages=(ONESHOT.stages[0], *STAGED.stages[1:]),
        ),
        TRAIN,
        why="and the answer's form spelled out in each turn",
    ),
    Arm("unbound", _asking(_FREE), TRAIN, why="no grammar holds the answer to its form"),
    Arm("3 votes", _asking(_VOTED), TRAIN, why="three samples, the majority counts"),
    Arm("no bank", STAGED, "", why="no demonstrations at all"),
    Arm("every type", _asking(_IN_FULL), TRAIN, why="the answer lists types that do not occur"),
    Arm(
        "what else?",
        replace(STAGED, stages=(*STAGED.stages, _MORE), history="full_parsed"),
        TRAIN,
        why="one more turn for what was missed",
    ),
    Arm(
        "multi-turn", recipes["multi-turn"], TRAIN, why="types, then kinds, then checks, then more"
    ),
    Arm("multi-turn, no bank", recipes["multi-turn"], why="the same without demonstrations"),
    Arm("planner", recipes["planner"], why="the model picks the next move; no demonstrations"),
)
"""`staged`, and what becomes of it when one thing is changed."""

CHANGES_ON = ("crossner_ai", "scier")
"""Sets on which changes are measured: names of fourteen types; names and relations."""
