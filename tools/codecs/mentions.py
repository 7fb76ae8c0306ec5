"""A JSON list of strings: the mentions of one type, as UniNER answers (Zhou et al. 2024)."""

import json
from collections.abc import Sequence

from questgraph.tools.codecs.parsing import is_no_item, is_nothing, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import MENTION, Frame
from questgraph.tools.schema import AnyType


class Mentions:
    """Entity frames of the one type that is asked about."""

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return 'Answer with a JSON list of words of the text, such as ["a","b"], or [] for none.'

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: a bare list is no form that endpoints enforce."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the mentions as a compact list."""
        texts = [frame.fillers[0][1] for frame in value if frame.type == types[0].name]
        return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames, each once; a lone JSON string counts as a list of one.

        Raises:
            AnswerError: When there is no list, or it holds other things than strings.
        """
        said = _read(answer)
        if not isinstance(said, list):
            raise AnswerError(self.instruct(types))
        texts = [item.strip() for item in said if isinstance(item, str)]
        frames = list(
            dict.fromkeys(
                Frame("entity", types[0].name, ((MENTION, text),))
                for text in texts
                if not is_no_item(text)
            )
        )
        if len(texts) < len(said):
            raise AnswerError(self.instruct(types), frames)
        return frames


def _read(answer: str) -> object:
    says_nothing = is_no_item if "[" in answer else is_nothing
    if says_nothing(answer) and any(map(str.isalnum, answer)):
        return []
    try:
        lone = json.loads(answer)
    except (ValueError, RecursionError):
        return read_json(answer)
    return [lone] if isinstance(lone, str) else lone
