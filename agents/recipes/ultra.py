"""ULTRA: arguments that are scattered over a long passage, from windows, then two by two.

Zhang et al. 2024, "ULTRA: Unleash LLMs' Potential for Event Argument Extraction through
Hierarchical Modeling and Pair-wise Self-Refinement". Read with large passages (`chunk_size`): a
model that is shown much at once prefers what stands at the ends. So a few sentences at a time are
asked about, which gives many candidates; then candidates that cannot all be right are compared two
by two; what is left is put to the model once more.

Stages: relations and events of each window, every question by itself; claims pinned inside of the
window; equal ones joined (vote); rivals compared (refine); signatures checked by rule, and one
yes/no question for each relation and event that stands (verify). Demonstrations are whole passages;
answers are our compact JSON.

From the paper are the two layers, windows before refinement, comparison in pairs with
a remedy for the preference of positions, and the earlier candidate as the better guess (news tell
the most important first). No code was released. Ours is the rest:

* The paper asks for the roles of one given event and fine-tunes on a few annotations; here the
  event types are looked for as well, relations too, and nothing is trained. LEAFER, its trained
  corrector of boundaries, is left out: grounding pins wordings to the text.
* The paper ranks all candidates of a role, by calibrated probabilities. Here only those are
  rivals that cannot all be right by the schema (a role that takes one filler; a functional
  relation), and answers alone count, since not every endpoint tells probabilities: each pair is
  asked about in both orders, and a contradiction leaves the earlier one.
* Tellings of one event in several windows are joined by their trigger, or else by a shared filler.
* The self-check is asked of the claim in words, with the evidence alone.
* A loser stays in the run as a refuted claim that names the winner.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.refine import refine
from questgraph.agents.stages.verify import verify
from questgraph.agents.stages.vote import vote
from questgraph.agents.stages.windows import windows
from questgraph.tools.codecs.by_type import ByType

ULTRA = Recipe(
    name="ultra",
    summary="relations and events of a long passage: windows, rivals in pairs, self-check",
    source="Zhang et al. 2024, ULTRA: Unleash LLMs' Potential for Event Argument Extraction "
    "through Hierarchical Modeling and Pair-wise Self-Refinement",
    stages=(
        windows(ask("relation", "event", codec=ByType(), detected=False)),
        vote(),
        refine(),
        verify(every=("relation", "event")),
    ),
    demos=4,
)
