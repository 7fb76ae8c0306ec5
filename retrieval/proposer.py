"""A small local model that says what a passage may name, and how sure it is.

Recipes that ask a language model about hard cases only (Ma et al. 2023, LinkNER) need somebody who
settles the others. Theirs are fine-tuned taggers; ours is a linear probe over the vectors of the
bank's own embedder, learned in seconds from the bank's labels. It knows little beyond what the
bank shows, and says so: its probabilities are what is used.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from questgraph.retrieval.embedders import Embedder, Vectors
from questgraph.retrieval.probe import NOTHING, UNTAUGHT, Guess, Probe, embedded, hashed, thinned
from questgraph.tools.errors import ConfigError
from questgraph.tools.folding import fold
from questgraph.tools.labelled import Labelled
from questgraph.tools.ngrams import words
from questgraph.tools.records import Span

LONGEST = 6
"""Words of a name at most."""

NEIGHBOURS = 2
"""Words on either side by which a name is told."""

AROUND = 40
"""Characters among which they are looked for."""

MOST_PASSAGES = 300
"""Passages that are learned from: a few seconds with the built-in embedder."""

NEGATIVES = 3
"""Runs of words that are no name, for each name that is learned from; they stand for all."""

PLAIN = 0.05
"""Share of the names without capital or digit from which such runs are looked at too."""

INNER = 3
"""Times that a word must occur without beginning or ending a name, for it not to."""

SHORT = 3
"""Letters of an abbreviation at most: a point behind it does not end the name."""

SURE = 0.95
"""Probability of being no name from which a run is not proposed."""


_OUTER = ".,;:!?\"'()[]"


class Proposal(NamedTuple):
    """A run of characters that may be a name, and what of."""

    span: Span
    guess: Guess


class Proposer(Protocol):
    """Something that finds the names of a passage and says how sure it is of their types."""

    def propose(self, text: str) -> list[Proposal]:
        """Return what `text` may name, in the order of the text; no two overlap."""
        ...


class _Place(NamedTuple):
    """A span of a text, and what is to be learned of it."""

    text: str
    span: Span
    label: str = NOTHING


class MentionProbe:
    """Tells names from other runs of words, and their types from each other.

    What is looked at are names of the bank, and runs of up to six words with a capital or a digit;
    any runs where the bank's names are often plain words. A word that often occurs in the bank and
    never begins or ends a name, such as an article, does not here.

    Args:
        passages: Labelled passages to learn from.
        embedder: Turns words and their surroundings into vectors.

    Raises:
        ConfigError: When the passages have no names.
    """

    def __init__(self, passages: Sequence[Labelled], embedder: Embedder) -> None:
        self._embedder = embedder
        self._known = Counter(
            each
            for passage in passages
            for each in {(_said(passage.text, span), t) for span, t in _names(passage).items()}
        )
        if not self._known:
            raise ConfigError(UNTAUGHT)
        self._types = sorted({type_ for _, type_ in self._known})
        self._listed = {name for name, _ in self._known}
        self._inner = _inner_words(passages)
        self._plain = _plain_share(passages) >= PLAIN
        lessons, _ = thinned(passages, MOST_PASSAGES)
        places, weights = [], list[float]()
        for passage in lessons:
            taught = self._lesson(passage)
            places += [place for place, _ in taught]
            weights += [weight for _, weight in taught]
        self._probe = Probe(self._vectors(places), [place.label for place in places], weights)

    def propose(self, text: str) -> list[Proposal]:
        """Return what `text` may name, in the order of the text; no two overlap."""
        places = [_Place(text, span) for span in self._runs(text)]
        guesses = self._probe(self._vectors(places)) if places else []
        return _apart(
            Proposal(place.span, guess)
            for place, guess in zip(places, guesses, strict=True)
            if sum(guess.scores) > 1 - SURE
        )

    def _lesson(self, passage: Labelled) -> list[tuple[_Place, float]]:
        """Return what a passage teaches, and how many places each of it stands for."""
        names = _names(passage)
        others = [span for span in self._runs(passage.text) if span not in names]
        kept, weight = thinned(others, NEGATIVES * (len(names) + 1))
        return [
            *((_Place(passage.text, span, type_), 1.0) for span, type_ in names.items()),
            *((_Place(passage.text, span), weight) for span in kept),
        ]

    def _runs(self, text: str) -> Iterator[Span]:
        """Yield the runs of words that are looked at."""
        found = words(text)
        for i, first in enumerate(found):
            for j, last in enumerate(found[i : i + LONGEST], i):
                if j > i and not _join(text, found[j - 1], last):
                    break
                span = Span(first.start, last.end)
                if _said(text, span) in self._listed or self._may_be(text, first, last):
                    yield span

    def _may_be(self, text: str, first: Span, last: Span) -> bool:
        if {_said(text, first), _said(text, last)} & self._inner:
            return False
        return self._plain or _is_marked(text[first.start : last.end])

    def _vectors(self, places: Sequence[_Place]) -> Vectors:
        """Return features of shape (places, dimension): words, neighbours, form, and fame."""
        alone = [text[slice(*span)] for text, span, _ in places]
        beside = [_neighbours(text, span) for text, span, _ in places]
        form = [[*_form(place), *self._fame(place)] for place in places]
        parts = embedded(alone, self._embedder), hashed(beside), np.array(form, np.float32)
        return np.hstack(parts)

    def _fame(self, place: _Place) -> list[float]:
        """Return which share of the passages that name the words name each type by them."""
        said = _said(place.text, place.span)
        # What a passage teaches it has not learned from itself.
        counts = [self._known[said, type_] - (type_ == place.label) for type_ in self._types]
        return [count / (sum(counts) + 1) for count in counts]


def _names(passage: Labelled) -> dict[Span, str]:
    """Return the types of the names in a passage, by place."""
    return {
        span: claim.type
        for claim in passage.claims
        if claim.kind == "entity" and (span := claim.arguments[0].mention.span)
    }


def _inner_words(passages: Iterable[Labelled]) -> set[str]:
    """Return the words that are frequent in passages, and never at the edge of a name."""
    counts: Counter[str] = Counter()
    edges: set[str] = set()
    for passage in passages:
        counts.update(_said(passage.text, word) for word in words(passage.text))
        for span in _names(passage):
            inside = words(passage.text[slice(*span)])
            edges.update(_said(passage.text, word.shift(span.start)) for word in inside[:1])
            edges.update(_said(passage.text, word.shift(span.start)) for word in inside[-1:])
    return {word for word, n in counts.items() if n >= INNER and word.isalpha()} - edges


def _plain_share(passages: Iterable[Labelled]) -> float:
    """Return which share of the names has neither capital nor digit."""
    texts = [passage.text[slice(*span)] for passage in passages for span in _names(passage)]
    return sum(not _is_marked(text) for text in texts) / max(len(texts), 1)


def _join(text: str, before: Span, after: Span) -> bool:
    """Say whether a name may go on over what stands between two words."""
    between = text[before.end : after.start]
    initial = between.strip() == "." and before.end - before.start <= SHORT
    return initial or not between.strip()


def _is_marked(text: str) -> bool:
    return any(c.isupper() or c.isdigit() for c in text)


def _said(text: str, span: Span) -> str:
    return fold(text[slice(*span)]).text


def _neighbours(text: str, span: Span) -> list[str]:
    """Return the two words before a span, and the two behind it, each with where it stands."""
    before = text[max(0, span.start - AROUND) : span.start].casefold().split()[-NEIGHBOURS:]
    behind = text[span.end : span.end + AROUND].casefold().split()[:NEIGHBOURS]
    beside = [*((-i, word) for i, word in enumerate(reversed(before), 1)), *enumerate(behind, 1)]
    return [f"{place} {word.strip(_OUTER) or word}" for place, word in beside]


def _form(place: _Place) -> list[float]:
    """Return what a name looks like, and whether it may go on beyond its ends."""
    text, span, _ = place
    said, before = text[slice(*span)], text[: span.start].rstrip()
    inside = words(said)
    return [
        float(all(said[word.start].isupper() for word in inside)),
        float(said[:1].isupper()),
        float(said[:1].isupper() and bool(before) and before[-1] not in ".!?:"),
        float(said.isupper()),
        float(any(c.isdigit() for c in said)),
        float(said.isdigit()),
        len(inside) / LONGEST,
        float(_is_marked("".join(before.split()[-1:]))),
        float(_is_marked("".join(text[span.end :].split(maxsplit=1)[:1]))),
    ]


def _apart(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Return the likeliest of `proposals` that do not overlap, in the order of the text."""
    chosen: list[Proposal] = []
    for proposal in sorted(proposals, key=lambda each: (-sum(each.guess.scores), each.span)):
        if not any(proposal.span.overlaps(other.span) for other in chosen):
            chosen.append(proposal)
    return sorted(chosen)
