"""Our default: one question for everything, then what is known, and a second look only at doubts.

Measured with a model of 1.5 billion parameters (`docs/quality.md`), labelled passages that are like
the one asked about are worth more than turns. So everything is asked at once, beside eight labelled
passages that are near and cover many types between them, shown as dialogue turns in the shortest
form: the system message says what the types are and how to answer, and a question is the passage.
What comes then costs no tokens, and asks in a second turn only where it leaves a doubt:

    ask ──> follow ──> ground ──> recognise ──> vote ──> relate ──> verify

* `follow`: a question for each relation whose type has qualifiers;
* `ground`: every answer is pinned to the text, and what the text does not say stays out;
* `recognise`: names which the labelled passages always call the same are added, and outrank the
  model's types (what is known goes before what is guessed);
* `relate`: a probe over the labelled pairs adds relations that it is sure of and turns down those
  that it finds very unlikely; it is heard only about types with many labelled pairs;
* `verify`: rules check each claim; what they leave in doubt is put to the model with its evidence.
"""

from questgraph.agents.stages.ask import at_once
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.follow import follow
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.recognise import recognise
from questgraph.agents.stages.relate import relate
from questgraph.agents.stages.verify import verify
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType

STAGED = Recipe(
    name="staged",
    summary="everything at once beside similar passages, then known names and pairs, then doubts",
    source="questgraph; retrieved demonstrations after GPT-NER and GPT-RE (2023)",
    stages=(
        at_once(codec=ByType(complete=False), prompt="tell.v1"),
        follow(),
        ground(),
        recognise(),
        vote(),
        relate(),
        verify(),
    ),
    system="system.v2",
    demos=8,
    demo_tokens=2000,
)
