"""The rest of an import statement: which classes of the schema are needed (Code4UIE, stage one)."""

import re
from collections.abc import Sequence

from questgraph.tools.codecs.code.names import class_names
from questgraph.tools.codecs.code.reading import unfenced
from questgraph.tools.codecs.parsing import fold, is_nothing
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.schema import AnyType

_IMPORTED = re.compile(r"\bimport\s*\(?([\w\s,.]*)")
_LIST = re.compile(r"[\w\s,.()]*")
_WORD = re.compile(r"[^\W\d]\w*")


class Imports:
    """Type names as `Person, WorksFor`, or `None`."""

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return (
            "Complete the import with the classes that the text needs, separated by commas, or with"
            " None. Write nothing else."
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is code."""
        return None

    def write(self, value: Sequence[str], types: Sequence[AnyType]) -> str:
        """Spell the names as classes."""
        classes = class_names(type_.name for type_ in types)
        return ", ".join(classes[name] for name in value) or "None"

    def read(self, answer: str, types: Sequence[AnyType]) -> list[str]:
        """Return the names in schema order.

        Raises:
            AnswerError: When no class is named and the answer is not "None", or when the list
                names others; the known ones are in `partial`.
        """
        code = unfenced(answer)
        lists = _IMPORTED.findall(code) or [code]
        words = [word for part in lists for word in _WORD.findall(part)]
        classes = class_names(type_.name for type_ in types)
        known = {fold(class_): name for name, class_ in classes.items()}
        chosen = {known[fold(word)] for word in words if fold(word) in known}
        names = [type_.name for type_ in types if type_.name in chosen]
        strange = [word for word in words if fold(word) not in known and not is_nothing(word)]
        # Words around a list are no classes; only what is nothing but a list is taken by the word.
        if strange and all(map(_LIST.fullmatch, lists)):
            raise AnswerError(
                f"There is no class {', '.join(strange[:5])}. Import from these only:"
                f" {', '.join(classes.values())}.",
                partial=names,
            )
        if not names and not is_nothing(answer) and not any(map(is_nothing, words)):
            raise AnswerError(self.instruct(types))
        return names
