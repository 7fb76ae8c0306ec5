"""In which form writers answer: a text, or lists of words under names."""

import json
from collections.abc import Mapping, Sequence

from questgraph.tools.codecs.parsing import by_folded, fold, is_nothing, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object
from questgraph.tools.schema import AnyType

Lists = Mapping[str, tuple[str, ...]]
"""Words under names."""


class Written:
    """A text, as `{"text":"…"}`."""

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        return 'Answer with JSON: {"text":"what you wrote"}'

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return a schema that allows a text."""
        return AnswerFormat(exact_object({"text": {"type": "string"}}))

    def write(self, value: str, types: Sequence[AnyType] = ()) -> str:
        """Spell the text."""
        return json.dumps({"text": value}, ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> str:
        """Return the text.

        Raises:
            AnswerError: When there is none.
        """
        said = read_json(answer)
        text = said.get("text") if isinstance(said, dict) else None
        if not isinstance(text, str) or not text.strip():
            raise AnswerError(self.instruct())
        return " ".join(text.split())


class Suggested:
    """Words under each of some names, as `{"name":["word","word"]}`.

    Args:
        names: What to fill; the model chooses names too when there is none.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._names = tuple(names)

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        shape = ",".join(f"{json.dumps(name)}:[…]" for name in self._names or ("name", "name"))
        return f"Answer with JSON: {{{shape}}}, each a list of strings."

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return a schema with a list for each name; `None` when the model chooses the names."""
        words = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 16}
        return (
            AnswerFormat(exact_object(dict.fromkeys(self._names, words))) if self._names else None
        )

    def write(self, value: Lists, types: Sequence[AnyType] = ()) -> str:
        """Spell the lists."""
        lists = {name: list(words) for name, words in value.items()}
        return json.dumps(lists, ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> Lists:
        """Return the lists that have something in them, each word once.

        Raises:
            AnswerError: When there are none, or a name that was given has none.
        """
        said = read_json(answer)
        if not isinstance(said, dict):
            raise AnswerError(self.instruct())
        known = by_folded(self._names or map(str, said))
        lists = {known[fold(name)]: _words(said[name]) for name in said if fold(name) in known}
        filled = {name: words for name, words in lists.items() if words}
        if missing := [name for name in self._names if name not in filled]:
            raise AnswerError(f"There is nothing for {', '.join(missing)}. {self.instruct()}")
        if not filled:
            raise AnswerError(self.instruct())
        return filled


def quoted(text: str) -> str:
    r"""Return `text` between quotation marks that it cannot close.

    >>> print(quoted('The "Hague"'))
    "The \"Hague\""
    """
    return json.dumps(text, ensure_ascii=False)


def _words(value: object) -> tuple[str, ...]:
    words = value if isinstance(value, list) else [value]
    plain = (" ".join(word.split()) for word in words if isinstance(word, str))
    return tuple(dict.fromkeys(word for word in plain if not is_nothing(word)))
