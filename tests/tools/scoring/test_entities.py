import random
from collections.abc import Iterator
from difflib import SequenceMatcher

import networkx as nx
import pytest
from hypothesis import given, settings
from nervaluate import Evaluator
from seqeval.metrics import classification_report

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import MENTION, Argument, Claim, Mention, Span
from questgraph.tools.scoring.counts import Counts, macro, micro, total
from questgraph.tools.scoring.metrics import metrics

from .passages import entity, score, scored, tally

TEXT = "Ann Lee met Bob. Ann Lee, of Acme Corp, left; acme corp stayed."
TYPES = ("PER", "ORG", "LOC")

Words = list[tuple[int, int, str]]
"""First word, last word, type."""


def test_places_and_types_have_to_be_exact() -> None:
    gold = Labelled("p", TEXT, (entity(TEXT, "Ann Lee"), entity(TEXT, "Bob")))
    said = entity(TEXT, "Ann Lee"), entity(TEXT, "Bob", "ORG"), entity(TEXT, "Ann", nth=1)

    found = tally("ner.span.strict", gold, *said)

    assert found == {"ORG": Counts(0, 1, 0), "PER": Counts(1, 2, 2)}


def test_mentions_of_one_name_are_one_string() -> None:
    gold = Labelled("p", TEXT, (entity(TEXT, "Ann Lee"), entity(TEXT, "Ann Lee", nth=1)))
    said = entity(TEXT, "Ann Lee", nth=1), entity(TEXT, "Acme Corp"), entity(TEXT, "acme corp")

    assert score("ner.string.strict", gold, *said) == Counts(1, 2, 1)


def test_a_name_has_the_type_of_its_last_mention_where_it_can_only_have_one() -> None:
    gold = Labelled("p", TEXT, (entity(TEXT, "acme corp", "ORG"),))
    said = entity(TEXT, "acme corp", "ORG"), entity(TEXT, "Acme Corp", "LOC")

    assert score("ner.string.single", gold, *said) == Counts(1, 1, 1)
    assert score("ner.string.strict", gold, *said) == Counts(1, 2, 1)


@pytest.mark.parametrize(
    ("said", "type_", "hits"),
    [
        ("Acme Corp", "ORG", 1),
        ("Acme", "ORG", 1),
        ("of Acme Corp, left", "ORG", 1),
        ("Acme", "LOC", 0),
        ("Ac", "ORG", 0),
        ("me Corp, left", "ORG", 0),
    ],
    ids=["same", "part", "more", "other type", "too short", "neither holds the other"],
)
def test_names_that_are_alike_pass_softly(said: str, type_: str, hits: int) -> None:
    gold = Labelled("p", TEXT, (entity(TEXT, "Acme Corp", "ORG"),))

    assert score("ner.soft", gold, entity(TEXT, said, type_)) == Counts(hits, 1, 1)


def test_two_parts_of_a_name_do_not_count_twice() -> None:
    gold = Labelled("p", TEXT, (entity(TEXT, "Ann Lee"),))

    assert score("ner.soft", gold, entity(TEXT, "Ann Le"), entity(TEXT, "nn Lee")) == (1, 2, 1)


def test_many_mentions_of_one_name_match_one_to_one() -> None:
    text = "Ann " * 700
    places = [Span(i, i + 3) for i in range(0, len(text), 4)]
    named = [Mention("Ann", type="PER", span=span, level="exact") for span in places]
    claims = [
        Claim("entity", "PER", (Argument(MENTION, m),), document_id="p", unit_id="") for m in named
    ]

    found = score("ner.soft", Labelled("p", text, tuple(claims[:600])), *claims[100:])

    assert found == Counts(600, 600, 600)


@settings(max_examples=50)
@given(scored())
def test_soft_matches_are_the_most_that_networkx_finds(case: tuple[Labelled, list[Claim]]) -> None:
    gold, said = case

    found = score("ner.soft", gold, *said)

    assert found.hits == most_alike(gold, said)


def test_strict_spans_score_as_in_nervaluate() -> None:
    corpus = list(passages(seed=1, size=60))

    ours = total(metrics["ner.span.strict"].tally(*pinned(*case)) for case in corpus)

    true, said = ([as_spans(case[i]) for case in corpus] for i in (0, 1))
    theirs = Evaluator(true, said, tags=list(TYPES), loader="dict").evaluate()
    assert micro(ours).f1 == pytest.approx(theirs["overall"]["strict"].f1)
    for type_, by_scheme in theirs["entities"].items():
        assert ours[type_].precision == pytest.approx(by_scheme["strict"].precision)
        assert ours[type_].recall == pytest.approx(by_scheme["strict"].recall)


@pytest.mark.parametrize("seed", range(5))
def test_strict_spans_score_as_in_seqeval(seed: int) -> None:
    corpus = list(passages(seed=seed, size=40))

    ours = total(metrics["ner.span.strict"].tally(*pinned(*case)) for case in corpus)

    true, said = ([as_tags(case[i]) for case in corpus] for i in (0, 1))
    report = classification_report(true, said, output_dict=True)
    theirs = {
        name: (row["precision"], row["recall"], row["f1-score"]) for name, row in report.items()
    }
    assert {t: (c.precision, c.recall, c.f1) for t, c in ours.items()} == {
        type_: pytest.approx(theirs[type_]) for type_ in ours
    }
    counts = micro(ours)
    assert (counts.precision, counts.recall, counts.f1) == pytest.approx(theirs["micro avg"])
    assert macro(ours) == pytest.approx(theirs["macro avg"])


def passages(*, seed: int, size: int) -> Iterator[tuple[Words, Words]]:
    """Yield what is meant and what is said of passages of 12 words, none overlapping another."""
    rng = random.Random(seed)
    for _ in range(size):
        meant = [name for name in cut(rng) if rng.random() < 0.7]
        kept = [name for name in meant if rng.random() < 0.7]
        taken = {i for first, last, _ in kept for i in range(first, last + 1)}
        more = [name for name in cut(rng) if taken.isdisjoint(range(name[0], name[1] + 1))]
        yield meant, kept + more


def cut(rng: random.Random) -> Words:
    cuts = sorted(rng.sample(range(1, 12), 5))
    parts = zip([0, *cuts], [*cuts, 12], strict=True)
    return [(start, end - 1, rng.choice(TYPES)) for start, end in parts if rng.random() < 0.6]


def pinned(meant: Words, said: Words) -> tuple[Labelled, list[Claim]]:
    """Return the same with places in a text of words of two letters."""
    text = " ".join(["xy"] * 12)

    def claims(names: Words) -> list[Claim]:
        spans = [(Span(3 * first, 3 * last + 2), type_) for first, last, type_ in names]
        mentions = [
            Mention(text[slice(*span)], type=type_, span=span, level="exact")
            for span, type_ in spans
        ]
        return [
            Claim("entity", m.type, (Argument(MENTION, m),), document_id="p", unit_id="")
            for m in mentions
        ]

    return Labelled("p", text, tuple(claims(meant))), claims(said)


def as_spans(names: Words) -> list[dict[str, object]]:
    return [{"label": type_, "start": first, "end": last} for first, last, type_ in names]


def as_tags(names: Words) -> list[str]:
    tags = ["O"] * 12
    for first, last, type_ in names:
        tags[first : last + 1] = [f"B-{type_}"] + [f"I-{type_}"] * (last - first)
    return tags


def most_alike(gold: Labelled, said: list[Claim]) -> int:
    """Return the size of a largest matching of names that are alike."""

    def names(claims: list[Claim]) -> set[tuple[str, Mention]]:
        entities = [claim for claim in claims if claim.kind == "entity"]
        return {(claim.type, claim.arguments[0].mention) for claim in entities}

    graph = nx.Graph()
    for type_, wanted in names(list(gold.claims)):
        for other, found in names(said):
            a, b = wanted.text.lower(), found.text.lower()
            close = SequenceMatcher(None, a, b).ratio() > 0.5 and (a in b or b in a)
            if type_ == other and close:
                graph.add_edge(("gold", type_, wanted), ("said", type_, found))
    return len(nx.max_weight_matching(graph, maxcardinality=True))
