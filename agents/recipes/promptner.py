"""PromptNER: a definition, then every candidate with a decision and a reason.

Ashok and Lipton 2023, "PromptNER: Prompting For Named Entity Recognition".

* Definition: the system message says what counts as an entity here, and what does not; it decides
  about more than the demonstrations do.
* One question: list the phrases that might be entities, one line each, `phrase | True or False |
  why (type)`. Writing down why a phrase is turned down keeps it from being taken.
* Demonstrations: a few passages answered in this form, lines that turn candidates down included.
* Arbitration: a phrase that got several types is put to the model once more, as a choice between
  these; without an answer the first one counts.

No vote, no other verification. What is read are the accepted lines: the type is what stands last in
brackets.

Differences: demonstrations come from the bank, near ones that show as many types as possible, where
the paper writes five by hand; what they turn down are labels known to be wrong and other noun
phrases. A phrase that is not in the passage becomes a claim without a place and stays out of the
graph; the released code gives it the index -1 and so labels other words. Every place of a phrase
is claimed, and not the n-th for the n-th line that repeats it. Arbitration, which the released
multi-turn variant does between two typings, needs no second typing here.
"""

from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.choose import choose
from questgraph.agents.stages.dispute import dispute
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.nominate import nominate
from questgraph.agents.stages.vote import vote

PROMPTNER = Recipe(
    name="promptner",
    summary="entities: a definition, then every candidate with a decision and why",
    source="Ashok and Lipton 2023, PromptNER: Prompting For Named Entity Recognition",
    system="promptner-system.v1",
    stages=(
        nominate(),
        ground(),
        vote(),
        dispute(),
        choose("entity", keep_on_failure=True, name="arbitrate"),
    ),
    demos=4,
)
