"""What the formats of supervised models share: separators inside of wordings, and null.

Their publications know no way to write a wording that holds a separator. Here a backslash before a
separator, or before another backslash, makes it part of the wording. It is written where a wording
holds one of the two, and nowhere else; a backslash before anything else is read as it stands. So
the plain outputs of models that were tuned on a format read as ever.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from questgraph.tools.codecs.parsing import fold
from questgraph.tools.records import Frame
from questgraph.tools.schema import AnyType

T = TypeVar("T")

_MOST_CUTS = 5
"""Separators up to which the name of a type may reach."""


@dataclass(frozen=True, slots=True)
class Escape:
    r"""The separators of a format, which wordings hold escaped.

    >>> escape = Escape(";:")
    >>> escape.write("a;  b")
    'a\\; b'
    >>> escape.read(r"a\; b"), escape.split(r"a\; b; c", ";")
    ('a; b', ['a\\; b', ' c'])
    """

    separators: str

    def write(self, wording: str) -> str:
        """Return `wording` on one line, with its separators escaped."""
        return re.sub(rf"([{self._set}\\])", r"\\\1", " ".join(wording.split()))

    def read(self, text: str) -> str:
        """Return the wording that `text` spells."""
        return re.sub(rf"\\([{self._set}\\])", r"\1", " ".join(text.split()))

    def tokens(self, text: str) -> list[str]:
        """Return `text` in pieces: escaped characters, separators, and what is between."""
        return re.findall(rf"\\[{self._set}\\]|[{self._set}]|[^{self._set}\\]+|\\", text)

    def split(self, text: str, separator: str) -> list[str]:
        """Return the parts of `text` between separators that are not escaped, as they stand."""
        parts = [""]
        for token in self.tokens(text):
            if token == separator:
                parts.append("")
            else:
                parts[-1] += token
        return parts

    def named(self, text: str, separator: str, known: Mapping[str, T]) -> tuple[T, str] | None:
        """Return the longest known name that `text` begins with, and what follows the separator.

        Args:
            text: Such as `Life:Die: killed`.
            separator: What stands behind the name, and perhaps within it.
            known: What the names stand for, by folded name.
        """
        parts = self.split(text, separator)
        for cut in range(min(len(parts) - 1, _MOST_CUTS), 0, -1):
            if (found := known.get(fold(separator.join(parts[:cut])))) is not None:
                return found, separator.join(parts[cut:])
        return None

    @property
    def _set(self) -> str:
        return re.escape(self.separators)


def in_order(frames: Sequence[Frame], types: Sequence[AnyType]) -> list[Frame]:
    """Return `frames`, each once, in the order said within the order of `types`."""
    order = {type_.name: i for i, type_ in enumerate(types)}
    return sorted(dict.fromkeys(frames), key=lambda frame: order[frame.type])


def is_null(wording: str) -> bool:
    """Say whether `wording` is how these models fill a place with nothing.

    Narrower than what chat models write for nothing: `Na` is sodium.

    >>> is_null("NULL"), is_null("Na")
    (True, False)
    """
    return wording.strip().casefold() in ("", "null", "none")
