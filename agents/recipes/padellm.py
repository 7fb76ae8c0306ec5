"""PaDeLLM-NER: how many names of each type, then every one of them, all in parallel.

Lu et al. 2024, "PaDeLLM-NER: Parallel Decoding in Large Language Models for Named Entity
Recognition". It is about waiting time: no answer is longer than a name, and none waits for another
but for the count of its type.

* Step one, for each type: the number of its mentions.
* Step two, for each number up to that: the mention of that number.
* A name that came for several types is of one only.

All questions about a passage begin with the same words, so an endpoint with a prefix cache reads
the passage once.

Differences: the model is not trained for it, so counts are off more often; a mention that is asked
for and not there is answered by none. Different wordings are counted, and not mentions: each is
pinned wherever the passage has it. The released code keeps of several types the one with the
highest probability; here it is the one that came most often, of equal ones the first in the schema,
since most endpoints give no probabilities. Twenty names of one type are asked for at most.
"""

from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.count import count
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote

PADELLM = Recipe(
    name="padellm",
    summary="how many names of each type, then which, all at once",
    source="Lu et al. 2024, PaDeLLM-NER: Parallel Decoding in Large Language Models for Named "
    "Entity Recognition",
    stages=(count(), ground(), vote()),
    demos=2,
)
