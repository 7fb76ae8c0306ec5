"""UIE: entities, relations and events of a passage as one structure of spots and asocs.

Lu et al. 2022, "Unified Structure Generation for Universal Information Extraction". For models
that were tuned on it; others can be asked, and are better served by `oneshot`.

* One question with the structural schema instructor, which lists what may be a spot (types of
  entities and events) and what an asoc (relations and roles); the answer is one SEL expression.
* No demonstrations, no history, no second look: the tuning stands for them.

Differences: the passage comes before the instructor and not behind it, since it stands between
marks that keep its text from being taken for instructions. A span may be found anywhere in the
passage that has its words, where the released code takes the first place.
"""

from questgraph.agents.stages.ask import at_once
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.sel import Sel

UIE = Recipe(
    name="uie",
    summary="everything in one question, as spots and asocs, for models tuned on that",
    source="Lu et al. 2022, Unified Structure Generation for Universal Information Extraction",
    system="supervised-system.v1",
    stages=(
        at_once(codec=Sel(), prompt="uie.v1"),
        ground(),
        vote(),
    ),
)
