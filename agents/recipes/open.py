"""Open: facts in the passage's own words, for documents that nobody wrote a schema for.

The first step of Zhang and Soh 2024, "Extract, Define, Canonicalize: An LLM-based Framework for
Knowledge Graph Construction" (EDC), and what kg-gen (Mo et al. 2025) returns: statements whose
relations are phrases. Each is pinned to the text like any other claim, so what the passage does not
name stays out of the graph. A few sentences at a time are asked about, since a small model that is
shown more of them writes down the first few; what it names has no type.

Differences: EDC gives six examples, here is one; and its next steps, to define the phrases and to
join those that mean the same, are not taken. `questgraph schema infer` takes them: write a schema
with it when phrases should become types.
"""

from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.facts import SYSTEM, facts
from questgraph.agents.stages.vote import vote
from questgraph.agents.stages.windows import windows

OPEN = Recipe(
    name="open",
    summary="facts in any words, without a schema",
    source="Zhang and Soh 2024, Extract, Define, Canonicalize: An LLM-based Framework for "
    "Knowledge Graph Construction",
    stages=(windows(facts(), size=3, shared=0), vote()),
    system=SYSTEM,
)
