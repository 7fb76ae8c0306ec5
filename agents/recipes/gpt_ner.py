"""GPT-NER: named entities as a marked copy of the passage, one question for each type.

Wang et al. 2023, "GPT-NER: Named Entity Recognition via Large Language Models".

* Each entity type is asked by itself, as if there were no other: copy the passage, with marks
  around what is found. No history; nested entities of different types come out by themselves.
* Demonstrations: for each type its own, passages that have the type and passages that have not,
  copied and marked. Found at the level of entities: names are looked for in the passage, each one
  is compared, in its clause, with the entities of the bank, and the names share the places evenly.
* Verification: each entity becomes a yes/no question, after answered ones about like mentions. It
  can only turn entities down.
* Parsing: the copy is aligned with the passage, so that drifted copies keep their marks.

Differences: the released best setting finds and embeds entities with a tagger that was fine-tuned
on the task; here the names of the bank that occur in the passage are the first pass, and their
words in the clause are embedded; a passage without any is compared as a whole, as there. A mark
tells a name, and every place of that name is claimed. Persons are verified as other types are. An
answer that is no copy is asked again and then fails, where it is read as whatever it resembles.
"""

from questgraph.agents.shots import Shots
from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.verify import verify
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.marked_copy import MarkedCopy

GPT_NER = Recipe(
    name="gpt-ner",
    summary="a marked copy for each entity type, each mark verified",
    source="Wang et al. 2023, GPT-NER: Named Entity Recognition via Large Language Models",
    system="gpt-ner-system.v1",
    stages=(
        ask(
            "entity",
            codec=MarkedCopy,
            prompt="gpt-ner-ask.v1",
            detected=False,
            together=1,
            shots=Shots(positive=6, negative=2),
        ),
        ground(),
        vote(),
        verify(every=("entity",), at_most=40, shots=Shots(positive=2, negative=2)),
    ),
    demos=8,
    demo_tokens=3000,
    view="entity",
)
