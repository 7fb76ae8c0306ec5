"""VerifiNER: names that any recipe found are checked by a catalogue of known names.

Kim et al. 2024, "VerifiNER: Verification-augmented NER via Knowledge-grounded Reasoning with Large
Language Models".

* Names are predicted by one question, as elsewhere; the checks do not depend on how.
* Knowledge: for each name the runs of words that hold a word of it, up to two words beyond, are
  looked up in the catalogue, so a name that was cut short can grow.
* Factuality: an entry whose type is not in the schema is put to the model, which says which type
  of the schema it is, if any.
* Relevance: the model chooses among what the entries say, in the sentence, ten times at
  temperature 0.9; what most votes are for counts. Another name or type goes back to grounding.

The catalogue is a file (`--catalogue`, CSV or JSONL), or else the names of the labelled passages.

Differences: a name that the catalogue does not have stays, unchecked, where the paper drops it:
with a small catalogue most losses are true names (`consult(unknown="drop")` is the paper's way). A
single entry that says the same as the prediction needs no vote. The explanation of an option is the
catalogue's definition or the guideline of its type, where the paper has the model write one. A
choice has a last option, that nothing fits.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.consult import consult
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType

VERIFINER = Recipe(
    name="verifiner",
    summary="names, then what a catalogue knows of each, chosen by ten votes",
    source="Kim et al. 2024, VerifiNER: Verification-augmented NER via Knowledge-grounded "
    "Reasoning with Large Language Models",
    stages=(
        ask("entity", codec=ByType(), detected=False),
        ground(),
        vote(),
        consult(unknown="keep"),
        ground(name="ground_again"),
        vote(name="vote_again"),
    ),
    demos=4,
)
