"""Code4Struct: each event as the rest of a call of its class, its trigger marked in the text.

Wang et al. 2023, "Code4Struct: Code Generation for Few-Shot Event Structure Prediction". Event
types are classes under that of their family, with roles as typed fields. A question shows the
passage with the trigger between asterisks and opens an instance of the event's class; the answer
fills it.

Stages: `triggers` (asks for types and triggers of events; not where they are given, the published
setting), `ground`, `vote`, `arguments` (each event a question, asked five times at temperature
0.5).
Demonstrations: for an event, near passages with one of the same type; where the bank has too few,
of the same family (`Life:Marry` for `Life:Be-Born`). Vote: wordings of a role that are spelled
alike (ratio above 0.7) count as one, more than half of the samples must say it, the longest
wording stands for them. Arguments are pinned to the place nearest to the trigger. Parsing: `ast`.

Differences: the original is given trigger and type of every event, so it has no first question;
an argument that the passage does not have is dropped as there, but named in the claim's reason;
its type is the one that the role allows and not a vote, since the answer holds words only; an
answer may be 512 tokens long, where 128 cut off events with many arguments.
"""

from questgraph.agents.stages.arguments import arguments
from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.given import unless_given
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.code.instances import Instances

CODE4STRUCT = Recipe(
    name="code4struct",
    summary="events only: triggers, then the roles of each in a vote of five samples",
    source="Wang et al. 2023, Code4Struct: Code Generation for Few-Shot Event Structure Prediction",
    system="code4struct-system.v1",
    opening="code-opening.v1",
    stages=(
        unless_given(
            ask(
                "event",
                codec=Instances(triggers=True),
                prompt="code4struct-triggers.v1",
                name="triggers",
                detected=False,
                together=40,
            ),
            "event",
        ),
        ground(),
        vote(),
        arguments(samples=5, demos=6),
    ),
    demos=6,
)
