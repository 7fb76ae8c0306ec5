"""What of a passage is compared: its sentence, the sentence without names, a name, or a pair.

A view gives the strings that stand for a labelled passage in the index, one or more, and those that
stand for a question. `masked` follows the entity-masked retrieval of GPT-NER's successors,
`entity` the entity-level one of GPT-NER (Wang et al. 2023), `pair` and `marked` the two pair
representations of GPT-RE (Wan et al. 2023), `case` the generalised cases of Guideline Learning
(Pang et al. 2023). GPT-NER and GPT-RE embed with models fine-tuned on the task; here any embedder
of sentences does, since the words that matter stand in front or between marks.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from questgraph.tools.chunking import sentences
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import HEAD, MENTION, TAIL, Span
from questgraph.tools.registry import Registry

CASE = "case"
"""Name of the note that says what a passage is a case of, with the names abstracted away."""

_CLAUSE_END = re.compile(r"[,;:–—]\s+|[，、；：،؛]")


def _as_it_is(text: str, about: Sequence[Span]) -> list[str]:
    return [text]


@dataclass(frozen=True, slots=True)
class View:
    """How passages and questions become strings to compare."""

    of_demo: Callable[[Labelled], list[str]]

    of_text: Callable[[str, Sequence[Span]], list[str]] = _as_it_is
    """How a passage that is asked about stands, and what in it: a mention, several, or a pair."""

    of_parts: bool = False
    """Whether it shows names in their clauses. Of a passage that is asked about as a whole those
    stand for it that the bank knows; and two clauses may be alike without giving answers away."""


views: Registry[View] = Registry("view")


def sentence(demo: Labelled) -> list[str]:
    """Return the passage as it is."""
    return [demo.text]


def masked(demo: Labelled) -> list[str]:
    """Return the passage with the type in place of each named entity.

    >>> masked(Labelled("d", "Nothing here."))
    ['Nothing here.']
    """
    text, end = demo.text, len(demo.text) + 1
    entities = [claim for claim in demo.claims if claim.kind == "entity"]
    for claim in sorted(
        entities, key=lambda claim: claim.arguments[0].mention.span or (), reverse=True
    ):
        span = claim.arguments[0].mention.span
        if span and span.end <= end:
            text = f"{text[: span.start]}{claim.type}{text[span.end :]}"
            end = span.start
    return [text]


def names_in_clauses(text: str, about: Sequence[Span]) -> list[str]:
    """Return each name with the clause that it stands in; the passage when there is none.

    >>> names_in_clauses("It rained, so Ann Lee left. Bo stayed.", [Span(14, 21)])
    ['Ann Lee in: so Ann Lee left.']
    """
    borders = sentences(text) if about else ()
    named = [f"{text[slice(*span)]} in: {_clause(text, span, borders)}" for span in about]
    return list(dict.fromkeys(named)) or [text]


def pair_in_front(text: str, about: Sequence[Span]) -> list[str]:
    """Return the passage behind the pair that is asked about.

    >>> pair_in_front("Ann works for Acme.", [Span(0, 3), Span(14, 18)])
    ['Ann and Acme in: Ann works for Acme.']
    """
    return [f"{' and '.join(text[slice(*span)] for span in about)} in: {text}" if about else text]


def pair_marked(text: str, about: Sequence[Span]) -> list[str]:
    """Return the passage with marks around the pair that is asked about.

    >>> pair_marked("Ann works for Acme.", [Span(0, 3), Span(14, 18)])
    ['[head] Ann [/head] works for [tail] Acme [/tail].']
    """
    marks = [
        (place, -order, mark)
        for order, (name, span) in enumerate(zip((HEAD, TAIL), about, strict=False))
        for place, mark in ((span.start, f"[{name}] "), (span.end, f" [/{name}]"))
    ]
    for place, _, mark in sorted(marks, reverse=True):
        text = text[:place] + mark + text[place:]
    return [text]


def _of_entities(demo: Labelled) -> list[str]:
    mentions = [m for claim in demo.claims for m in claim.fillers(MENTION)]
    return names_in_clauses(demo.text, [mention.span for mention in mentions if mention.span])


def _of_pairs(show: Callable[[str, Sequence[Span]], list[str]]) -> Callable[[Labelled], list[str]]:
    """Return a view of a labelled passage that shows each of its pairs as `show` does."""

    def of_demo(demo: Labelled) -> list[str]:
        ends = [
            [span for _, mention in claim.arguments[:2] if (span := mention.span)]
            for claim in demo.claims
            if claim.kind == "relation"
        ]
        return list(dict.fromkeys(shown for pair in ends for shown in show(demo.text, pair))) or [
            demo.text
        ]

    return of_demo


def _of_case(demo: Labelled) -> list[str]:
    return [demo.notes.get(CASE, demo.text)]


def _clause(text: str, span: Span, borders: Sequence[Span]) -> str:
    """Return the clause around a span; its sentence when the clause says nothing else."""
    start, end = next((s for s in borders if s.holds(span)), Span(0, len(text)))
    cuts = list(_CLAUSE_END.finditer(text, start, end))
    left = max((cut.end() for cut in cuts if cut.end() <= span.start), default=start)
    right = min((cut.start() for cut in cuts if cut.start() >= span.end), default=end)
    lone = not (text[left : span.start] + text[span.end : right]).strip(" .!?")
    return text[start:end] if lone else text[left:right]


views["sentence"] = View(sentence)
views["masked"] = View(masked)
views["entity"] = View(_of_entities, names_in_clauses, of_parts=True)
views["pair"] = View(_of_pairs(pair_in_front), pair_in_front)
views["marked"] = View(_of_pairs(pair_marked), pair_marked)
views["case"] = View(_of_case)
