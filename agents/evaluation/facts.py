"""Whether the graph of a passage holds what the passage says (MINE, Mo et al. 2025)."""

from collections.abc import Sequence

import numpy as np

from questgraph.agents.evaluation.predict import Prediction
from questgraph.retrieval.embedders import Vectors, open_embedder
from questgraph.tools.records import TRIGGER, Claim
from questgraph.tools.scoring.counts import Counts
from questgraph.tools.scoring.facts import fact_recall, in_words
from questgraph.tools.settings import Settings

ALIKE = 0.7
"""Cosine of embeddings from which a statement of the graph counts as the fact. The paper has a
model judge; this is stricter on paraphrases, and the same for everybody who is measured."""


def facts_held(predictions: Sequence[Prediction], settings: Settings) -> dict[str, Counts]:
    """Return how many of the labelled facts each passage's graph holds, by the passage's id."""
    labelled = [p for p in predictions if p.gold.facts]
    if not labelled:
        return {}
    embedder = open_embedder(settings.embedder, settings)

    def similarity(facts: Sequence[str], statements: Sequence[str]) -> Vectors:
        return np.asarray(embedder.embed(facts) @ embedder.embed(statements).T, np.float32)

    return {
        p.gold.id: fact_recall(
            p.gold.facts,
            [statement(claim, p.gold.text) for claim in p.claims if claim.admitted],
            similarity,
            threshold=ALIKE,
        )
        for p in labelled
    }


def statement(claim: Claim, text: str) -> str:
    """Return a claim in the words of its passage."""
    words = [text[slice(*m.span)] if m.span else m.text for _, m in claim.arguments]
    match claim.kind:
        case "entity":
            return in_words((words[0], "is a", claim.type))
        case "relation":
            return in_words((words[0], claim.type, words[1]))
        case "event":
            roles = zip((role for role, _ in claim.arguments), words, strict=True)
            named = (f"{role} {word}" for role, word in roles if role != TRIGGER)
            return " ".join([claim.type, *named])
