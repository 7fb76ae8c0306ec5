"""Statements → the phrases that were used for types and relations, with counts and examples."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from questgraph.agents.inference.answers import Statement

PhraseKind = Literal["entity", "relation"]

LONGEST = 6
"""Words of a phrase at most: a longer one is a sentence and no name of a type."""

_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way of calling a type or a relation, in whichever letter case."""

    kind: PhraseKind
    form: str
    """Its words in lower case."""

    uses: Counter[Statement] = field(compare=False)
    """The statements that use it, and in how many documents each stands."""

    wordings: Counter[str] = field(compare=False)
    """What it was said of: names, or the relation as it was spelled."""

    @property
    def count(self) -> int:
        """How many statements use it, a statement once for each document."""
        return self.uses.total()

    @property
    def rank(self) -> tuple[int, str]:
        """What puts phrases in order, the most used first."""
        return -self.count, self.form


def phrases_in(said: Iterable[tuple[str, Statement]]) -> list[Phrase]:
    """Return the phrases of statements, the most used first, whatever the order of `said`.

    Args:
        said: Documents and what was said of them; what a document repeats counts once.
    """
    uses: defaultdict[tuple[PhraseKind, str], Counter[Statement]] = defaultdict(Counter)
    wordings: defaultdict[tuple[PhraseKind, str], Counter[str]] = defaultdict(Counter)
    for _, statement in sorted(set(said)):
        head, relation, tail = forms_of(statement)
        if not (head and relation and tail):
            continue
        uses["relation", relation][statement] += 1
        wordings["relation", relation][statement.relation] += 1
        for form, name in dict.fromkeys([(head, statement.head), (tail, statement.tail)]):
            uses["entity", form][statement] += 1
            wordings["entity", form][name] += 1
    found = [Phrase(*key, counts, wordings[key]) for key, counts in uses.items()]
    return sorted(found, key=lambda phrase: (phrase.kind, phrase.rank))


def forms_of(statement: Statement) -> tuple[str, str, str]:
    """Return the forms of head type, relation and tail type; empty where one is no phrase."""
    return form(statement.head_type), form(statement.relation), form(statement.tail_type)


def form(phrase: str) -> str:
    """Return the words of a phrase in lower case; nothing for what is no phrase.

    >>> form("Works_for"), form("a b c d e f g")
    ('works for', '')
    """
    words = _WORDS.findall(phrase.casefold())
    return " ".join(words) if len(words) <= LONGEST and sum(map(len, words)) <= 60 else ""


def most_used(counts: Mapping[str, int], k: int) -> list[str]:
    """Return the `k` texts with the highest counts; equal counts in alphabetical order."""
    return sorted(counts, key=lambda text: (-counts[text], text))[:k]


def told(statement: Statement) -> str:
    """Return a statement as words."""
    return f"{statement.head} {statement.relation} {statement.tail}"


def shown(phrase: Phrase, k: int) -> Sequence[str]:
    """Return what shows how a phrase is used: names of things, or statements."""
    if phrase.kind == "entity":
        return most_used(phrase.wordings, k)
    counts: Counter[str] = Counter()
    for statement, count in phrase.uses.items():
        counts[told(statement)] += count
    return most_used(counts, k)
