"""What an ontology says that a schema cannot, in a list that a person can read."""

from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 5
"""Names that a note lists at most."""


@dataclass(slots=True)
class Notes:
    """Collects what is left out, each with a reason, while an ontology is read."""

    _about: dict[str, set[str]] = field(default_factory=dict)

    def add(self, reason: str, *names: str) -> None:
        """Note that something about `names` was left out or changed, and why."""
        self._about.setdefault(reason, set()).update(names)

    def lines(self) -> tuple[str, ...]:
        """Return a line for each reason, in alphabetical order."""
        return tuple(f"{reason}: {_listed(names)}" for reason, names in sorted(self._about.items()))


def _listed(names: Iterable[str]) -> str:
    """Return the first names, and how many there are besides.

    >>> _listed(["b", "a"])
    'a, b'
    """
    ordered = sorted(names)
    more = len(ordered) - SHOWN
    return ", ".join(ordered[:SHOWN]) + (f" and {more} more" if more > 0 else "")
