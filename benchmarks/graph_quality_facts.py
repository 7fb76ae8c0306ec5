"""What the graphs of the local model hold of what documents say, ours and kg-gen's.

Labelled relations are compared by their type and by which entities they join, whichever mention
names them; labelled triples of words as words. kg-gen has no types: its predicates become the
relation whose name is nearest in meaning. Essays come with facts in words: a graph holds one when
some statement of it is close enough by their embeddings, for everybody the same.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from graph_quality_mentions import SEED, Groups, apart, nodes_of
from harness import markdown, told
from quality_arms import STAGED, STARTER, TRAIN, Arm
from quality_asking import DATA, Collection, collections, ours, theirs

from questgraph.agents.evaluation.datasets import Dataset, load_dataset
from questgraph.agents.evaluation.facts import statement
from questgraph.agents.evaluation.predict import Prediction, predict
from questgraph.agents.evaluation.scores import Scored
from questgraph.agents.recipes import recipes
from questgraph.graphs.assembly import assemble
from questgraph.retrieval.embedders import open_embedder
from questgraph.tools.database import Database
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim, Document, Span
from questgraph.tools.scoring.facts import fact_recall, in_words
from questgraph.tools.scoring.intervals import Statistic, f1, interval, recall, sample_of
from questgraph.tools.settings import Settings

Row = dict[str, Any]

ESSAYS = "mine"
SIZES = {"redocred": 6, "biored": 6, "text2kg_wikidata": 12}
SETS = (*SIZES, ESSAYS)
MOST_ESSAYS = 6

METRICS = {"cluster": "re.cluster", "string": "re.tripletset"}
ARMS = (
    Arm("kg-gen", kinds=("re.",)),
    Arm("staged, starter", STAGED, STARTER),
    Arm("staged, bank", STAGED, TRAIN),
)
IN_PARTS = (
    Arm("staged, in parts", STAGED, TRAIN, chunk=600),
    Arm("document, in parts", recipes["document"], TRAIN, chunk=600),
)
"""What a question about the rest of the document is worth, where documents are cut into passages of
some sentences; on request."""

ALIKE = (0.7, 0.8)
"""Cosines from which a statement counts as a fact: ours, and a stricter one."""


def measure(
    names: Sequence[str], arms: Sequence[str], limit: int | None, url: str, database: Database
) -> Iterator[Row]:
    """Yield a row for each set and arm.

    Args:
        names: Folders of the labelled sets.
        arms: Who is measured; everybody when empty.
        limit: So many documents of each set at most.
        url: Where the local model answers peers.
        database: Keeps the calls of ours.
    """
    sizes = {name: SIZES[name] for name in names if name in SIZES}
    for on in collections(sizes, limit):
        for arm in (*ARMS, *IN_PARTS):
            if arm.name in arms or (not arms and arm in ARMS):
                said = asyncio.run(ours(arm, on, database)) if arm.recipe else theirs(arm, on, url)
                yield _row(arm, on, said)
    if ESSAYS in names:
        dataset = load_dataset(DATA / ESSAYS, limit=min(MOST_ESSAYS, limit or MOST_ESSAYS))
        if not arms or "kg-gen" in arms:
            yield _essays("kg-gen", dataset, list(_their_statements(dataset, url)))
        if not arms or "open" in arms:
            yield _essays("open", dataset, asyncio.run(_our_statements(dataset, database)))


def table(rows: Iterable[Row]) -> str:
    """Return the figures as Markdown."""
    head = ["set, measure", "arm", "documents", "F1", "recall", "strict recall"]
    head += ["nodes / thing", "tokens", "s"]
    body = [
        [
            *(f"{row['set']}, {row['measure']}", row["arm"], str(row["documents"])),
            *(_told(row.get(part)) for part in ("f1", "recall", "strict")),
            f"{row['nodes']:.2f}" if "nodes" in row else "",
            *(str(round(row[part] / row["documents"])) for part in ("tokens", "seconds")),
        ]
        for row in rows
    ]
    return markdown(head, body, words=2)


def _row(arm: Arm, on: Collection, said: Sequence[Prediction]) -> Row:
    metric = METRICS[on.dataset.level]
    scored = Scored(
        dataset=on.dataset,
        recipe=arm.name,
        model="local",
        bank=arm.bank,
        predictions=said,
        metrics=(metric,),
        seed=SEED,
    )
    sample = sample_of(scored.tallies[metric])
    nodes = {"nodes": _nodes_for_each(arm, on, said)} if on.dataset.level == "cluster" else {}
    return {
        "set": on.name,
        "measure": metric,
        "arm": arm.name,
        "documents": len(said),
        "f1": _bounded(sample, f1),
        "recall": _bounded(sample, recall),
        **nodes,
        "tokens": scored.usage.prompt_tokens + scored.usage.completion_tokens,
        "seconds": scored.usage.seconds,
        "lost": scored.incomplete,
    }


def _nodes_for_each(arm: Arm, on: Collection, said: Sequence[Prediction]) -> float:
    """Return how many nodes a labelled thing has, of those that have one."""
    found = nodes = 0
    for each in said:
        groups = _graph(arm, on, each)
        for cluster in each.gold.clusters:
            here = sum(bool(group.intersection(cluster)) for group in groups)
            found, nodes = found + bool(here), nodes + here
    return nodes / found if found else 0.0


def _graph(arm: Arm, on: Collection, said: Prediction) -> Groups:
    """Return the mentions of each node; a peer has a node for each wording."""
    passage = said.gold
    if arm.recipe:
        documents = {passage.id: Document(passage.id, passage.text)}
        return nodes_of(assemble(said.claims, documents, on.dataset.schema))
    by_wording: defaultdict[str, list[Span]] = defaultdict(list)
    for claim in said.claims:
        for _, mention in claim.arguments:
            if mention.span:
                by_wording[mention.text].append(mention.span)
    return apart(by_wording.values())


def _their_statements(dataset: Dataset, url: str) -> Iterator[tuple[Labelled, list[str], Row]]:
    task = {
        "peer": "kg-gen",
        "url": f"{url}/kg-gen/v1",
        "schema": {"entities": [], "relations": [], "events": []},
        "passages": [{"id": p.id, "text": p.text, "demos": []} for p in dataset.passages],
    }
    for passage, answer in zip(dataset.passages, told("quality_peers.py", task), strict=True):
        said = [in_words((head, phrase, tail)) for phrase, head, tail in answer["relations"]]
        tokens = answer["prompt_tokens"] + answer["completion_tokens"]
        yield passage, said, {"tokens": tokens, "seconds": answer["seconds"]}


async def _our_statements(
    dataset: Dataset, database: Database
) -> list[tuple[Labelled, list[str], Row]]:
    found = []
    for each in await predict(dataset, database, {"recipe": "open", "model": "local:"}):
        said = [statement(claim, each.gold.text) for claim in each.claims if _counts(claim)]
        tokens = each.usage.prompt_tokens + each.usage.completion_tokens
        found.append((each.gold, said, {"tokens": tokens, "seconds": each.usage.seconds}))
    return found


def _counts(claim: Claim) -> bool:
    return claim.admitted and claim.kind == "relation"


def _essays(arm: str, dataset: Dataset, said: Sequence[tuple[Labelled, list[str], Row]]) -> Row:
    settings = Settings.read()
    embedder = open_embedder(settings.embedder, settings)

    def similarity(facts: Sequence[str], statements: Sequence[str]) -> np.ndarray[Any, Any]:
        return np.asarray(embedder.embed(facts) @ embedder.embed(statements).T, np.float32)

    shares = {
        threshold: np.array(
            [fact_recall(p.facts, some, similarity, threshold=threshold) for p, some, _ in said],
            float,
        )
        for threshold in ALIKE
    }
    usual, strict = (_bounded(shares[threshold], recall) for threshold in ALIKE)
    return {
        "set": dataset.name,
        "measure": "facts",
        "arm": arm,
        "documents": len(said),
        "recall": usual,
        "strict": strict,
        "statements": sum(len(some) for _, some, _ in said),
        "tokens": sum(cost["tokens"] for *_, cost in said),
        "seconds": sum(cost["seconds"] for *_, cost in said),
    }


def _bounded(sample: Any, statistic: Statistic) -> list[float]:
    return [round(value, 4) for value in interval(sample, statistic, seed=SEED)]


def _told(bounded: Sequence[float] | None) -> str:
    if not bounded:
        return ""
    value, low, high = bounded
    return f"{value:.3f} ({low:.2f}–{high:.2f})"
