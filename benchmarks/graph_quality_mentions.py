"""One node for each thing: ours and peers' resolution of labelled mentions, document by document.

Only bringing mentions together is measured, with B³ and CEAF over entities. `names` is `questgraph`
without its merges.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from harness import markdown, told

from questgraph.agents.evaluation.datasets import Dataset
from questgraph.agents.options import look_up
from questgraph.agents.resolving import answered
from questgraph.graphs.assembly import assemble, built
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.retrieval.embedders import open_embedder
from questgraph.retrieval.neighbours import neighbours
from questgraph.tools.database import Database
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Document, Span
from questgraph.tools.schema import Schema
from questgraph.tools.scoring.coreference import Agreement, b_cubed, ceaf
from questgraph.tools.settings import Settings

SETS = ("redocred", "biored")
SEED = 7

Groups = list[frozenset[Span]]
Grouping = Callable[[Schema, Sequence[Labelled]], Iterator[Groups]]
"""Says for each document which mentions name one thing."""


def labelled(passage: Labelled) -> Groups:
    """Return the groups that are labelled; a mention of two things counts for the first."""
    spans = {m.span for c in passage.claims if c.kind == "entity" for m in c.fillers("mention")}
    return apart([*passage.clusters, *([span] for span in sorted(filter(None, spans)))])


def ours(build: Callable[..., KnowledgeGraph]) -> Grouping:
    """Return the grouping of one of our ways to build a graph."""

    def group(schema: Schema, passages: Sequence[Labelled]) -> Iterator[Groups]:
        for passage in passages:
            document = Document(passage.id, passage.text)
            yield nodes_of(build(passage.claims, {document.id: document}, schema))

    return group


def asked(database: Database) -> Grouping:
    """Return the grouping of ours when the local model is asked about the doubts that are left."""
    settings = Settings.read()
    near = partial(neighbours, embedder=open_embedder(settings.embedder, settings))

    async def each(schema: Schema, passages: Sequence[Labelled]) -> list[Groups]:
        found = []
        async with look_up({"model": "local:", "bank": None}).open(database) as engine:
            for passage in passages:
                documents = {passage.id: Document(passage.id, passage.text)}
                base = built(passage.claims, documents, schema)
                said = await answered(engine, base, documents, schema, near=near)
                graph = assemble(passage.claims, documents, schema, links=said.links)
                found.append(nodes_of(graph))
        return found

    return lambda schema, passages: iter(asyncio.run(each(schema, passages)))


def theirs(peer: str, url: str = "") -> Grouping:
    """Return the grouping of a peer."""

    def group(_: Schema, passages: Sequence[Labelled]) -> Iterator[Groups]:
        names = [list(_names(passage).items()) for passage in passages]
        task = {
            "peer": peer,
            "url": url,
            "documents": [
                {"id": passage.id, "names": [name for name, _ in some]}
                for passage, some in zip(passages, names, strict=True)
            ],
        }
        for some, answer in zip(names, told("graph_quality_peers.py", task), strict=True):
            if "error" in answer:
                print(f"{peer} lost {answer['id']}: {answer['error']}")
            groups = [[s for i in group for s in some[i][1]] for group in answer["groups"]]
            yield apart([*groups, *(spans for _, spans in some)])

    return group


ARMS: dict[str, Grouping] = {
    "exact": theirs("exact"),
    "neo4j-graphrag, fuzzy": theirs("neo4j-graphrag, fuzzy"),
    "names": ours(built),
    "questgraph": ours(assemble),
}


def measure(dataset: Dataset, group: Grouping, passages: Sequence[Labelled]) -> dict[str, Any]:
    """Return how well mentions are brought together, with 95 % bootstrap bounds over documents."""
    said = list(group(dataset.schema, passages))
    meant = [labelled(passage) for passage in passages]
    found: dict[str, Any] = {"documents": len(passages)}
    for name, metric in (("b3", b_cubed), ("ceaf", ceaf)):
        each = [metric(a, b) for a, b in zip(meant, said, strict=True)]
        whole = sum(each, Agreement())
        found[name] = {
            "precision": round(whole.precision, 4),
            "recall": round(whole.recall, 4),
            "f1": [round(value, 4) for value in (whole.f1, *_bounds(each))],
        }
    # A thing that has more nodes than one has that many too many.
    nodes, things = sum(map(len, said)), sum(map(len, meant))
    return {**found, "nodes": nodes, "things": things}


def table(rows: Iterable[dict[str, Any]]) -> str:
    """Return the figures as Markdown."""

    def f1(row: dict[str, Any], metric: str) -> str:
        value, low, high = row[metric]["f1"]
        return f"{value:.3f} ({low:.3f}–{high:.3f})"

    head = ["set", "arm", "documents", "B³ P", "B³ R", "B³ F1", "CEAF F1", "nodes / things"]
    body = [
        [
            *(row["set"], row["arm"], str(row["documents"])),
            *(f"{row['b3'][part]:.3f}" for part in ("precision", "recall")),
            *(f1(row, "b3"), f1(row, "ceaf"), f"{row['nodes']} / {row['things']}"),
        ]
        for row in rows
    ]
    return markdown(head, body, words=2)


def apart(groups: Iterable[Iterable[Span]]) -> Groups:
    """Return groups in which each mention is in the first that had it."""
    seen: set[Span] = set()
    found = []
    for group in groups:
        new = frozenset(group) - seen
        seen |= new
        if new:
            found.append(new)
    return found


def nodes_of(graph: KnowledgeGraph) -> Groups:
    """Return the mentions of each node."""
    spans: defaultdict[str, set[Span]] = defaultdict(set)
    for _, node in graph.nodes(data=True):
        for record in node["support"]:
            for mention in record["mentions"]:
                spans[mention["node"]].add(Span(mention["start"], mention["end"]))
    return apart(group for id_, group in sorted(spans.items()) if id_)


def _names(passage: Labelled) -> dict[tuple[str, str], list[Span]]:
    names: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
    for claim in passage.claims:
        if claim.kind == "entity" and (span := claim.arguments[0].mention.span):
            names[claim.type, passage.text[slice(*span)]].append(span)
    return dict(names)


def _bounds(each: Sequence[Agreement]) -> tuple[float, float]:
    chance = np.random.default_rng(SEED)
    draws = chance.integers(0, len(each), (1000, len(each)))
    scores = [sum((each[i] for i in draw), Agreement()).f1 for draw in draws]
    low, high = np.percentile(scores, (2.5, 97.5))
    return float(low), float(high)
