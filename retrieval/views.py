"""What of a passage is compared: its sentence, the sentence without names, or a named pair.

A view gives the strings that stand for a labelled passage in the index, one or more, and the
string that stands for a question. `masked` follows the entity-masked retrieval of GPT-NER's
successors, `pair` the entity-prompted sentences of GPT-RE (Wan et al. 2023).
"""

from collections.abc import Callable
from dataclasses import dataclass

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import HEAD, TAIL
from questgraph.tools.registry import Registry


@dataclass(frozen=True, slots=True)
class View:
    """How passages and questions become strings to compare."""

    of_demo: Callable[[Labelled], list[str]]
    of_text: Callable[[str], str] = lambda text: text
    """How the passage that is asked about stands; nothing is known of it but its text."""


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


def pair(demo: Labelled) -> list[str]:
    """Return the passage once for each of its relations, with the pair named in front."""
    pairs = [claim for claim in demo.claims if claim.kind == "relation"]
    named = [
        f"{claim.fillers(HEAD)[0].text} and {claim.fillers(TAIL)[0].text} in: {demo.text}"
        for claim in pairs
    ]
    return list(dict.fromkeys(named)) or [demo.text]


views["sentence"] = View(sentence)
views["masked"] = View(masked)
views["pair"] = View(pair)
