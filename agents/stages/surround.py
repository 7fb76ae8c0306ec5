"""What elsewhere in the document helps to understand the passage? Asks no model.

After Amalvy et al. 2023: candidates come from three heuristics (sentences beside the passage,
sentences that share a noun with it, sentences that BM25 finds), a scorer ranks them, and the best
few are shown. In the paper, two well chosen sentences gained 0.9 F1, and six unranked neighbours
lost as much. Its trained re-ranker fits the seam `Scorer`.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeAlias

from questgraph.agents.dialogue import fenced
from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.retrieval.bm25 import Bm25
from questgraph.retrieval.embedders import Embedder
from questgraph.tools.chunking import sentences
from questgraph.tools.prompts import render
from questgraph.tools.records import Span

Scorer: TypeAlias = Callable[[str, Sequence[str]], Sequence[float]]
"""Says how much each of some sentences helps to understand a passage."""

RARE = 0.05
"""Share of a document's sentences up to which a word is rare enough to tie two of them together."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_SHORTEST = 5
"""Letters from which a rare word is taken for a noun; shorter ones are mostly none."""


def surround(
    *,
    k: int = 2,
    each: int = 4,
    scorer: Scorer | None = None,
    prompt: str = "surround.v1",
    name: str = "surround",
) -> Stage:
    """Return a stage that shows sentences from elsewhere in the document beside the passage.

    They stand between marks of their own, and nothing can be claimed of them: grounding looks for
    what is said in the passage alone.

    Args:
        k: How many sentences to show at most.
        each: How many candidates each heuristic brings.
        scorer: Ranks the candidates; likeness by the bank's embedder when there is none, or BM25
            without a bank.
        prompt: How they are shown.
        name: The stage's name.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        if not elsewhere(state, context):
            return {}
        # Sentences and vectors take tens of milliseconds, in which others could be answered.
        shown = await asyncio.to_thread(choose, state, context)
        if not shown:
            return {}
        part = render(prompt, fenced=fenced("\n".join(shown)))
        return {"context": (*state["context"], part)}

    def choose(state: State, context: Context) -> list[str]:
        chunk = state["unit"].chunk
        text = _read(state["unit"].document_text)
        rank = scorer or (partial(likeness, context.bank.embedder) if context.bank else None)
        found = list(dict.fromkeys(text.candidates(chunk.span, chunk.text, each)))
        scores = (
            rank(chunk.text, [text.sentences[i] for i in found])
            if rank
            else [text.bm25.scores(chunk.text)[i] for i in found]
        )
        best = sorted(zip(scores, found, strict=True), key=lambda pair: -pair[0])[:k]
        return [text.sentences[i] for i in sorted(i for _, i in best)]

    return Stage(name=name, summary=f"finds {k} helpful sentences elsewhere", run=run)


def elsewhere(state: State, context: Context) -> Sequence[str]:
    """Offer a look around to a planner, where the document is more than the passage."""
    return [""] if len(state["unit"].document_text) > len(state["unit"].chunk.text) else []


def likeness(embedder: Embedder, passage: str, candidates: Sequence[str]) -> Sequence[float]:
    """Score `candidates` by how alike their vectors are to that of `passage`."""
    if not candidates:
        return []
    vectors = embedder.embed([passage, *candidates])
    return [float(score) for score in vectors[1:] @ vectors[0]]


@dataclass(frozen=True, slots=True)
class _Text:
    """A document, read for the sentences that belong together."""

    spans: tuple[Span, ...]
    sentences: tuple[str, ...]
    nouns: tuple[frozenset[str], ...]
    bm25: Bm25

    def candidates(self, passage: Span, words: str, each: int) -> Iterator[int]:
        """Yield sentences outside of the passage that may help: `each` by every heuristic."""
        inside = [i for i, span in enumerate(self.spans) if span.overlaps(passage)]
        outside = [i for i, span in enumerate(self.spans) if not span.overlaps(passage)]
        near = sorted(outside, key=lambda i: self.spans[i].distance(passage))
        yield from near[:each]
        nouns = frozenset().union(*(self.nouns[i] for i in inside))
        sharing = [i for i in near if self.nouns[i] & nouns]
        yield from sorted(sharing, key=lambda i: -len(self.nouns[i] & nouns))[:each]
        scores = self.bm25.scores(words)
        fitting = [i for i in near if scores[i] > 0]
        yield from sorted(fitting, key=lambda i: -scores[i])[:each]


# The passages of a document come one after the other.
@lru_cache(maxsize=8)
def _read(text: str) -> _Text:
    spans = tuple(sentences(text))
    parts = tuple(text[slice(*span)] for span in spans)
    return _Text(spans, parts, tuple(_nouns(parts)), Bm25(parts))


def _nouns(parts: Sequence[str]) -> Iterator[frozenset[str]]:
    """Yield what is probably a noun or a name in each sentence: no tagger is asked.

    A word counts when it has a capital inside of some sentence, or when it stands in few of them.
    """
    words = [_WORD.findall(part) for part in parts]
    names = {word for line in words for word in line[1:] if word[0].isupper()}
    spread = Counter(word for line in words for word in {word.casefold() for word in line})
    most = max(2, int(RARE * len(parts)))
    for line in words:
        rare = {w for w in line if len(w) >= _SHORTEST and spread[w.casefold()] <= most}
        yield frozenset(word.casefold() for word in {*names.intersection(line), *rare})
