"""Labelled sets as they are published, against themselves."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from questgraph.tools.labelled import Labelled, read_labelled
from questgraph.tools.records import Argument, Claim, Span
from questgraph.tools.scoring.counts import Counts, micro, total
from questgraph.tools.scoring.metrics import metrics
from questgraph.tools.scoring.mistakes import mistakes

DATA = Path(__file__).parents[4] / "shared" / "data"
SETS = sorted(file.parent.name for file in DATA.glob("*/dev.jsonl"))

if not SETS:
    pytest.skip(f"no labelled sets in {DATA}", allow_module_level=True)

every_set = pytest.mark.parametrize("name", SETS)


def passages(name: str) -> list[Labelled]:
    return list(read_labelled(DATA / name / "dev.jsonl"))


def symmetric(name: str) -> set[str]:
    meta = json.loads((DATA / name / "meta.json").read_text())
    relations = {relation["type"] for relation in meta["relation_types"]}
    return relations if meta.get("symmetric_relations") == "all" else set()


@every_set
def test_gold_against_itself_is_perfect(name: str) -> None:
    gold, swappable = passages(name), symmetric(name)
    # Triples are labelled that the text does not spell, so the relations are not all of them.
    unspelled = any(passage.triples for passage in gold)

    for metric in metrics.values():
        found = micro(total(metric.tally(p, p.claims, swappable) for p in gold))
        assert found.hits == found.said, metric.name
        assert found.said == found.meant or (unspelled and metric.task == "graph"), metric.name


@every_set
def test_gold_makes_no_mistakes(name: str) -> None:
    swappable = symmetric(name)

    assert [m for p in passages(name)[:100] for m in mistakes(p, p.claims, swappable)] == []


@pytest.mark.parametrize("name", sorted({"bc5cdr", "biored", "redocred"} & set(SETS)))
def test_other_mentions_of_the_same_entities_are_as_good(name: str) -> None:
    gold, swappable, rng = passages(name)[:100], symmetric(name), random.Random(0)
    pairs = [(passage, list(renamed(passage, swappable, rng))) for passage in gold]

    found = micro(total(metrics["re.cluster"].tally(*pair, swappable) for pair in pairs))

    meant = sum(claim.kind == "relation" for passage in gold for claim in passage.claims)
    strict = micro(total(metrics["re.boundary"].tally(*pair, swappable) for pair in pairs))
    assert found.recall == 1.0
    assert found.precision == 1.0
    assert found.meant == pytest.approx(meant, abs=2)
    assert strict.f1 < 0.9
    assert [m for pair in pairs for m in mistakes(*pair, swappable)] == []


def renamed(passage: Labelled, swappable: set[str], rng: random.Random) -> Iterator[Claim]:
    """Yield the claims with other mentions for the ends of relations, and some turned round."""
    openings = {cluster[0]: cluster for cluster in passage.clusters}
    for claim in passage.claims:
        if claim.kind != "relation":
            yield claim
            continue
        (a, head), (b, tail) = claim.arguments
        ends = [replace(m, span=other(m.span, openings, rng)) for m in (head, tail)]
        if claim.type in swappable and rng.random() < 0.5:
            ends.reverse()
        yield replace(claim, arguments=(Argument(a, ends[0]), Argument(b, ends[1])))


def other(span: Span | None, openings: dict[Span, tuple[Span, ...]], rng: random.Random) -> Span:
    assert span
    return rng.choice(openings.get(span, (span,)))


def test_counts_are_what_the_sets_say() -> None:
    if "biored" not in SETS:
        pytest.skip("no biored")
    gold = passages("biored")

    found = micro(total(metrics["ner.span.strict"].tally(p, p.claims) for p in gold))

    assert found == Counts(3533, 3533, 3533)
