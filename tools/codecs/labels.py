"""A JSON list of `{"mention":"type"}` objects, as Xie et al. (2023) ask for it."""

import json
from collections.abc import Iterator, Mapping, Sequence

from questgraph.tools.codecs.parsing import by_folded, fold, is_no_item, is_nothing, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import MENTION, Frame
from questgraph.tools.schema import AnyType

_NO_TYPE = frozenset({"o", "other"})
_NAMES = ("name", "entity", "mention", "text", "span", "word", "phrase")
_TYPES = ("type", "label", "category", "entitytype", "entitylabel", "class")


class Labels:
    """Entity frames, each as an object of one pair; what stands before the list is not read."""

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return 'End with a JSON list such as [{"words of the text":"type"}], or with [] for none.'

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: reasoning may stand before the list."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames as a compact list."""
        pairs = [{frame.fillers[0][1]: frame.type} for frame in value]
        return json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames of the last list, each once.

        One object with many pairs is read too, `{"name":…,"type":…}`, and pairs the other way
        round. A mention of the type `O` is none.

        Raises:
            AnswerError: When there is no list, or it holds unknown types or other things; the
                released reader then takes it that there is nothing.
        """
        known = by_folded(type_.name for type_ in types)
        frames: dict[Frame, None] = {}
        strange: list[str] = []
        for mention, label in _pairs(_last(answer), known):
            if fold(label) in known and not is_no_item(mention):
                frames[Frame("entity", known[fold(label)], ((MENTION, mention),))] = None
            elif not (is_nothing(label) or is_no_item(mention) or fold(label) in _NO_TYPE):
                strange.append(label)
        if strange:
            names = ", ".join(known.values())
            complaint = f"Use only the types {names}; not {', '.join(strange[:5])}."
            raise AnswerError(f"{complaint} {self.instruct(types)}", list(frames))
        return list(frames)


def _last(answer: str) -> object:
    """Return the last list in `answer`, or else the JSON object that is there.

    Raises:
        AnswerError: When there is neither.
    """
    end = answer.rfind("]")
    start = answer.rfind("[", 0, end + 1)
    last = start
    while start >= 0:
        try:
            return json.loads(answer[start : end + 1])
        except (ValueError, RecursionError):
            # A mention may hold brackets of its own.
            start = answer.rfind("[", 0, start)
    return read_json(answer[last:] if last >= 0 else answer)


def _pairs(said: object, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (mention, label) for all that an answer lists.

    Raises:
        AnswerError: When it lists something else than objects.
    """
    for item in said if isinstance(said, list) else [said]:
        if not isinstance(item, Mapping):
            raise AnswerError('List objects such as {"words of the text":"type"}.')
        named = {fold(str(key)): str(value).strip() for key, value in item.items()}
        mention = next((named[key] for key in _NAMES if key in named), None)
        label = next((named[key] for key in _TYPES if key in named), None)
        if mention is not None and label is not None:
            yield mention, label
            continue
        for key, value in item.items():
            for each in value if isinstance(value, list) else [value]:
                pair = str(key).strip(), str(each if each is not None else "").strip()
                swapped = fold(pair[0]) in known and fold(pair[1]) not in known
                yield pair[::-1] if swapped else pair
