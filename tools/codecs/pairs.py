"""A list of `["type","name"]` pairs, as ChatIE's entity prompts and the vanilla baseline ask."""

import json
from collections.abc import Sequence

from questgraph.tools.codecs.parsing import by_folded, fold, is_no_item, is_nothing, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import MENTION, Frame
from questgraph.tools.schema import AnyType


class Pairs:
    """Entity frames as a JSON list of pairs."""

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return (
            'Answer with a list such as [["type","name"]], or [] where there is none; nothing else.'
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is free text."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames as pairs."""
        rows = [[frame.type, frame.fillers[0][1]] for frame in value]
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames.

        Raises:
            AnswerError: When there is no list of pairs, or a pair names an unknown type.
        """
        if is_nothing(answer):
            return []
        said = read_json(answer)
        if not isinstance(said, list):
            raise AnswerError(self.instruct(types))
        known = by_folded(type_.name for type_ in types)
        pairs = [item for item in said if isinstance(item, list) and len(item) == 2]
        good = [(str(t), str(n).strip()) for t, n in pairs if fold(str(t)) in known]
        frames = dict.fromkeys(
            Frame("entity", known[fold(type_)], ((MENTION, name),))
            for type_, name in good
            if not is_no_item(name)
        )
        if len(good) < len(said):
            names = ", ".join(known.values())
            raise AnswerError(
                f"Use these types only: {names}. {self.instruct(types)}", list(frames)
            )
        return list(frames)
