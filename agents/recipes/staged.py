"""Our default: one question for everything, then what is known, and a second look only at doubts.

Measured with a model of 1.5 billion parameters (`docs/quality.md`), labelled passages that are like
the one asked about are worth more than turns. So everything is asked at once, beside eight labelled
passages that are near and cover many types between them, shown as dialogue turns in the shortest
form: the system message says what the types are and how to answer, and a question is the passage.
What comes then costs no tokens, and asks in a second turn only where it leaves a doubt.

Where the passages of the bank do not show most of the types (`untaught`), the shortest form is no
form that the model knows, and it fills its answer with the names of types; so each question then
names the types beside the passage and says how to answer, as in `oneshot`.

    ask ──> follow ──> ground ──> recognise ──> vote ──> relate ──> verify

* `follow`: a question for each relation whose type has qualifiers;
* `ground`: every answer is pinned to the text, and what the text does not say stays out;
* `recognise`: names which the labelled passages always call the same are added, and outrank the
  model's types (what is known goes before what is guessed);
* `relate`: a probe over the labelled pairs adds relations that it is sure of and turns down those
  that it finds very unlikely; it is heard only about types with many labelled pairs;
* `verify`: rules check each claim; what they leave in doubt is put to the model with its evidence.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.stages.follow import follow
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.recognise import recognise
from questgraph.agents.stages.relate import relate
from questgraph.agents.stages.verify import verify
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType

_SUMMARY = "everything at once beside similar passages, then known names and pairs, then doubts"
_SOURCE = "questgraph; retrieved demonstrations after GPT-NER and GPT-RE (2023)"


def _asked(prompt: str) -> Stage:
    """Return the first question in the words of `prompt`."""
    return ask(
        codec=ByType(complete=False), prompt=prompt, detected=False, mixed=True, together=1000
    )


_REST = (follow(), ground(), recognise(), vote(), relate(), verify())

STAGED = Recipe(
    name="staged",
    summary=_SUMMARY,
    source=_SOURCE,
    stages=(_asked("tell.v1"), *_REST),
    system="system.v2",
    demos=8,
    demo_tokens=2000,
    untaught=Recipe(
        name="staged",
        summary=_SUMMARY,
        source=_SOURCE,
        stages=(_asked("oneshot.v1"), *_REST),
        demos=4,
    ),
)
