"""Passages of a corpus that say what is known: distant supervision, each match put to the model.

Mintz et al. 2009 take every sentence that names both ends of a known triple for one that states it;
most do not. So the match only proposes: both ends are located within a few sentences, and the model
is asked whether these say it. What it denies of a passage that is kept for something else is in its
notes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from questgraph.agents.state import Problem
from questgraph.agents.synthesis.harvest import Dropped, Harvest, Item, gather, lost
from questgraph.agents.synthesis.pinning import pinned, relation, with_ends
from questgraph.agents.synthesis.sources import Triple
from questgraph.agents.synthesis.writing import Writer, words_of
from questgraph.tools.chunking import sentences
from questgraph.tools.folding import fold
from questgraph.tools.grounding import evidence, locate
from questgraph.tools.records import Document, Level, Span

LEVELS: tuple[Level, ...] = ("exact", "normalized")
"""How closely a text must have a name: the same name may be told with other dashes or quotes."""


@dataclass(frozen=True, slots=True)
class Found:
    """A run of sentences that names both ends of triples."""

    id: str
    text: str
    triples: tuple[Triple, ...]


async def retrieve(
    writer: Writer,
    triples: Sequence[Triple],
    documents: Sequence[Document],
    *,
    limit: int | None = None,
    window: int = 1,
    each: int = 5,
) -> Harvest:
    """Return passages of `documents` that say triples.

    Args:
        writer: Who is asked whether they do.
        triples: What is known.
        documents: The corpus.
        limit: How many passages to ask about at most.
        window: Sentences within which both ends must stand.
        each: Passages to ask about for one triple at most.
    """
    found = list(proposals(triples, documents, window=window, each=each))[:limit]

    async def make(proposal: Found) -> Item:
        return await _passage(writer, proposal)

    return await gather(make, found, writer.gateway)


def proposals(
    triples: Sequence[Triple], documents: Sequence[Document], *, window: int, each: int
) -> Iterator[Found]:
    """Yield the passages that name both ends of triples, in the order of the documents."""
    names = {end: fold(end).text for triple in triples for end in (triple.head, triple.tail)}
    left = dict.fromkeys(triples, each)
    by_head: dict[str, list[Triple]] = defaultdict(list)
    for triple in left:
        by_head[triple.head].append(triple)
    for document in documents:
        runs: dict[Span, list[Triple]] = {}
        for triple, run in _matches(by_head, document, names, window):
            if left[triple]:
                left[triple] -= 1
                runs.setdefault(run, []).append(triple)
        for span, said in sorted(runs.items()):
            id_ = f"{document.id}#{span.start}-{span.end}"
            yield Found(id_, document.text[slice(*span)], tuple(said))


def _matches(
    by_head: Mapping[str, Sequence[Triple]],
    document: Document,
    names: Mapping[str, str],
    window: int,
) -> Iterator[tuple[Triple, Span]]:
    """Yield each triple with the smallest run of sentences that names both of its ends."""
    places = _places(names, document.text)
    borders = sentences(document.text)
    for triple in chain.from_iterable(by_head.get(name, ()) for name in places):
        heads, tails = places[triple.head], places.get(triple.tail)
        if not heads or not tails:
            continue
        pairs = [(head, min(tails, key=head.distance)) for head in heads]
        runs = dict.fromkeys(evidence(pair, borders) for pair in pairs)
        yield from (
            (triple, run)
            for run in runs
            if sum(run.holds(sentence) for sentence in borders) <= window
        )


def _places(names: Mapping[str, str], text: str) -> dict[str, list[Span]]:
    """Return where the text has which names; not inside of longer ones."""
    # Most names occur in no given document: folding it once rules them out at once.
    folded = fold(text).text
    places = {
        name: [match.span for match in locate(name, text) if match.level in LEVELS]
        for name, form in names.items()
        if form in folded
    }
    every = sorted(set(chain.from_iterable(places.values())))
    return {
        name: [span for span in spans if not any(o != span and o.holds(span) for o in every)]
        for name, spans in places.items()
    }


async def _passage(writer: Writer, found: Found) -> Item:
    frames = [f for t in found.triples for f in with_ends(relation(*t[:3]), t.types)]
    passage = pinned(found.id, found.text, frames, levels=LEVELS)
    if isinstance(passage, Dropped):
        return passage
    denied = await writer.doubted(passage, "relation")
    if isinstance(denied, Problem):
        return lost(found.id, denied, found.text)
    claims = tuple(claim for claim in passage.claims if claim not in denied)
    words = words_of(denied, writer.schema)
    if not any(claim.kind == "relation" for claim in claims):
        return Dropped(found.id, "not confirmed", words, found.text)
    return replace(passage, claims=claims, notes={"denied": words} if words else {})
