"""Rules that were learned from mistakes, found by the generalised case (Guideline Learning)."""

from collections.abc import Sequence

from questgraph.agents.demonstrations import demonstrations
from questgraph.agents.state import Candidate, Context, State
from questgraph.tools.codecs.reasoned import Step, Steps
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Turn

RULE, SHOWN, HELPED = "rule", "shown", "helped"
"""Names of the notes that hold a rule, how often it was shown in learning, and how often the answer
was right then."""

MOST_RULES = 5
"""Rules that a question is asked after at most."""

GENERALISE = "generalise"
"""Name of the stage whose turns hold the generalised cases."""

SENTENCE = Steps(Step("case", "one sentence"))


def case_of(candidate: Candidate, turns: Sequence[Turn]) -> str:
    """Return the generalised case of a candidate; empty when there is none."""
    told = (turns[i] for i in candidate.turns)
    cases = (
        SENTENCE.read(turn.parsed)[0] for turn in told if turn.stage == GENERALISE and turn.parsed
    )
    return next(cases, "")


async def rules_for(case: str, state: State, context: Context, *, k: int) -> list[Labelled]:
    """Return at most `k` passages with a rule, of cases like `case`, the likest last."""
    if not case:
        return []
    (found,) = await demonstrations([case], state, context, k=k, keep=proven)
    return found


def proven(demo: Labelled) -> bool:
    """Say whether a passage holds a rule that did not mislead more often than it helped."""
    shown, helped = (int(demo.notes.get(name, 0)) for name in (SHOWN, HELPED))
    return RULE in demo.notes and 2 * helped >= shown
