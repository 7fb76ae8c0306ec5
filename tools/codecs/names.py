"""A choice of type names: as JSON, or as the bracketed list that ChatIE asks for."""

import json
import re
from collections.abc import Sequence

from questgraph.tools.codecs.parsing import by_folded, fold, is_nothing, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object
from questgraph.tools.schema import AnyType

MOST_NAMES = 16
"""Names in one answer, where the endpoint enforces it: small models repeat themselves."""


class JsonNames:
    """Type names as `{"types":["person","works_for"]}`.

    Args:
        ranked: Whether all types are wanted, in an order of the answer's own; otherwise those
            that occur, in schema order.
    """

    def __init__(self, *, ranked: bool = False) -> None:
        self.ranked = ranked

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        which = "all names, in your order" if self.ranked else "names of those that occur"
        return f'Answer with JSON: {{"types":[{which}]}}'

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return a schema that allows the names of `types` and no others."""
        names = [type_.name for type_ in types]
        most = len(names) if self.ranked else min(len(names), MOST_NAMES)
        items = {"type": "array", "items": {"enum": names}, "maxItems": most}
        return AnswerFormat(exact_object({"types": items}))

    def write(self, value: Sequence[str], types: Sequence[AnyType]) -> str:
        """Spell the names as compact JSON."""
        return json.dumps({"types": list(value)}, ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType]) -> list[str]:
        """Return the names, each once.

        Raises:
            AnswerError: When there is no list of names, or it has names that nobody asked for.
        """
        said = read_json(answer)
        if isinstance(said, dict):
            said = next((value for value in said.values() if isinstance(value, list)), None)
        if not isinstance(said, list):
            raise AnswerError('Answer with JSON such as {"types":["a","b"]}.')
        names = [str(name) for name in said]
        return known_names(names, types, ranked=self.ranked)


class ListedNames:
    """Type names in brackets, `(person, place)`, or `none` (ChatIE, stage I)."""

    _GROUP = re.compile(r"[(\[（]([^()\[\]（）]*)[)\]）]")

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return "Answer with a tuple of names such as (name, name), or with none."

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is free text."""
        return None

    def write(self, value: Sequence[str], types: Sequence[AnyType]) -> str:
        """Spell the names in brackets."""
        return f"({', '.join(value)})" if value else "none"

    def read(self, answer: str, types: Sequence[AnyType]) -> list[str]:
        """Return the names in schema order.

        Names that hold commas are found all the same, since known names are looked for
        before the list is taken apart.

        Raises:
            AnswerError: When none of the names is known and the answer is not "none".
        """
        groups = self._GROUP.findall(answer) or [answer]
        said: list[str] = []
        for group in groups:
            rest = group
            for name in sorted((type_.name for type_ in types), key=len, reverse=True):
                pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
                rest, count = re.subn(pattern, ",", rest, flags=re.IGNORECASE)
                if count:
                    said.append(name)
            said += [part.strip(" \"'.\n") for part in re.split(r"[,，、;]", rest)]
        known = by_folded(type_.name for type_ in types)
        # Free text around the list is not a wrong name: only a reply without any is unreadable.
        found = [name for name in said if fold(name) in known]
        if not found and not any(is_nothing(name) for name in (answer, *said) if name):
            raise AnswerError(f"Choose from these: {', '.join(known.values())}; or answer none.")
        return known_names(found, types)


def known_names(
    said: Sequence[str], types: Sequence[AnyType], *, ranked: bool = False
) -> list[str]:
    """Return the names of `types` that were `said`, in schema order, or as said when `ranked`.

    Raises:
        AnswerError: When something else was said too.
    """
    known = by_folded(type_.name for type_ in types)
    wanted = [name for name in said if not is_nothing(name)]
    chosen = dict.fromkeys(known[fold(name)] for name in wanted if fold(name) in known)
    names = list(chosen) if ranked else [t.name for t in types if t.name in chosen]
    if strange := sorted({name for name in wanted if fold(name) not in known}):
        raise AnswerError(
            f"Use only these names: {', '.join(known.values())}; not {', '.join(strange[:5])}.",
            partial=names,
        )
    return names
