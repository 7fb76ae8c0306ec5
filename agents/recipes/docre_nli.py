"""Many statements in any words, mapped to relations by entailment: recall for whole documents.

Li et al. 2023, "Semi-automatic Data Enhancement for Document-Level Relation Extraction with
Distant Supervision from Large Language Models" (DocGNRE). Labels of documents miss most relations;
a language model that is asked for many finds them, but in words of its own.

* Entities: given, or asked for first.
* Proposals: at least twenty triples of head, relation and tail, and two more requests for twenty
  in the same chat; relations of the schema are named as examples, others are welcome.
* Both ends must be named entities of the passage, and not the same one.
* Mapping: each phrase means the relation whose statement follows from it, in one direction or the
  other, with P(follows) - P(does not) above 0.6; the highest counts. Only relations whose signature
  accepts the entities are compared.

The mapping is by a model of inference when one is named (`QUESTGRAPH_NLI`, a cross-encoder of
sentence-transformers); otherwise the language model chooses among the statements.

Differences: signatures of the schema take the place of the pairs of types that were seen in
training. A phrase is judged once for the same types of entities, and one that is the name of a
relation needs no judgement. The paper maps with an eleven-billion-parameter model and adds what it
finds to training data; here it is the result. As in the paper nobody checks the statements against
the document: `verify(every=("relation",))` behind the stages does.
"""

from questgraph.agents.stages.ask import ask
from questgraph.agents.stages.base import Recipe
from questgraph.agents.stages.entail import entail
from questgraph.agents.stages.given import unless_given
from questgraph.agents.stages.ground import ground
from questgraph.agents.stages.triples import triples
from questgraph.agents.stages.vote import vote
from questgraph.tools.codecs.by_type import ByType

DOCRE_NLI = Recipe(
    name="docre-nli",
    summary="many statements in any words, then the relations that follow from them",
    source="Li et al. 2023, Semi-automatic Data Enhancement for Document-Level Relation "
    "Extraction with Distant Supervision from Large Language Models",
    stages=(
        unless_given(ask("entity", codec=ByType(), name="ask_entities", detected=False)),
        ground(),
        vote(),
        triples(),
        entail(),
        ground(name="ground_relations"),
        vote(name="vote_relations"),
    ),
    history="full_raw",
)
