"""Type names as Python names: valid, unique among each other, and the same every time."""

import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable

from questgraph.tools.codecs.parsing import fold
from questgraph.tools.records import digest

RESERVED = frozenset({"Entity", "Relation", "Event", "Rel", "Triple", "Extract", "List"})
"""Classes that definitions bring along."""

_FAMILY = re.compile(r"[.:/]")


def class_names(names: Iterable[str], *, masked: bool = False) -> dict[str, str]:
    """Return a class name for each of `names`.

    Those that would be spelled alike carry a part of their hash, so their order does not matter.

    >>> class_names(["academic journal", "works_for", "none", "event"])
    {'academic journal': 'AcademicJournal', 'works_for': 'WorksFor', 'none': 'None_', 'event': 'Event_'}
    >>> class_names(["place", "Place"])
    {'place': 'Place_77bfa0', 'Place': 'Place_ce95ea'}

    Args:
        names: What to spell.
        masked: Whether the class names are to tell nothing (GoLLIE's test of whether a model reads
            the guidelines).
    """  # noqa: E501  # doctest
    return _unique(names, _mask if masked else _camel)


def parameter_names(names: Iterable[str]) -> dict[str, str]:
    """Return a parameter name for each of `names`.

    >>> parameter_names(["Treatment.Drug", "from", "person"])
    {'Treatment.Drug': 'Treatment_Drug', 'from': 'from_', 'person': 'person'}
    """
    return _unique(names, _parameter)


def family(name: str) -> str:
    """Return the part of an event's name that it shares with its siblings; empty without one.

    >>> family("Life:Be-Born"), family("works_for")
    ('Life', '')
    """
    first, *rest = _FAMILY.split(name)
    return first if rest else ""


def _unique(names: Iterable[str], spell: Callable[[str], str]) -> dict[str, str]:
    spelled = {name: spell(name) for name in names}
    length = 6
    while clashing := _clashing(spelled):
        spelled |= {name: f"{spell(name)}_{digest(name)[:length]}" for name in clashing}
        length += 6
    return spelled


def _clashing(spelled: dict[str, str]) -> list[str]:
    """Return the names whose spelling is not theirs alone, letter case aside."""
    counts = Counter(map(fold, spelled.values()))
    return [name for name, word in spelled.items() if counts[fold(word)] > 1]


def _camel(name: str) -> str:
    words = re.split(r"[\W_]+", unicodedata.normalize("NFKC", name))
    word = _valid("".join(word[:1].upper() + word[1:] for word in words))
    return f"{word}_" if word in RESERVED else word


def _parameter(name: str) -> str:
    return _valid(re.sub(r"\W+", "_", unicodedata.normalize("NFKC", name)).strip("_"))


def _mask(name: str) -> str:
    return f"Label{digest(name)[:6]}"


def _valid(word: str) -> str:
    """Return `word` without what no name may hold; Python reads names in normal form KC."""
    kept = "".join(c for c in unicodedata.normalize("NFKC", word) if f"a{c}".isidentifier())
    kept = kept if kept.isidentifier() else f"T{kept}"
    return f"{kept}_" if keyword.iskeyword(kept) else kept
