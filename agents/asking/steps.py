"""What a model does next to answer a question: look something up, or say the answer.

As plain JSON, which works with any endpoint: `{"do":"card","name":"Ann Lee",…,"text":""}`.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from questgraph.tools.codecs.parsing import read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object

LOOKUPS = ("find", "card", "neighbours", "paths", "facts")
ANSWER, UNKNOWN = "answer", "unknown"

_FIELDS = ("name", "other", "type", "time", "text")
_CITED = re.compile(r"\[(\d{1,6}(?:\s*[,;]\s*\d{1,6})*)\]")
_NEEDED: Mapping[str, Sequence[str]] = {
    "card": ("name",),
    "neighbours": ("name",),
    "paths": ("name", "other"),
    ANSWER: ("text",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One lookup and what it is about, or the answer."""

    do: str
    name: str = ""
    other: str = ""
    type: str = ""
    time: str = ""
    text: str = ""

    def arguments(self) -> dict[str, Any]:
        """Return what the lookup of this name is called with."""
        types = [self.type] if self.type else []
        match self.do:
            case "find":
                return {"name": self.name, "types": types}
            case "card":
                return {"name": self.name}
            case "neighbours":
                return {"name": self.name, "types": types}
            case "paths":
                return {"start": self.name, "goal": self.other, "types": types}
            case _:
                return {"types": types, "about": self.name, "time": self.time}


def write_step(step: Step) -> str:
    """Spell a step as compact JSON."""
    return json.dumps(asdict(step), ensure_ascii=False, separators=(",", ":"))


def read_step(answer: str, *, allowed: Collection[str], facts: int) -> Step:
    """Return the step in `answer`.

    Args:
        answer: What the model wrote.
        allowed: What it may do now.
        facts: How many facts it has been shown: numbers up to this one can be cited.

    Raises:
        AnswerError: When there is no step, one that is not allowed, or an answer that cites
            nothing, or something that was not shown.
    """
    said = read_json(answer)
    if not isinstance(said, dict) or not isinstance(said.get("do"), str):
        raise AnswerError('Answer with JSON: {"do":"…","name":"…", …}.')
    step = Step(do=said["do"].strip().casefold(), **{f: _text(said.get(f)) for f in _FIELDS})
    if step.do not in allowed:
        raise AnswerError(f"You cannot do {step.do!r} now, only: {', '.join(sorted(allowed))}.")
    if missing := [field for field in _NEEDED.get(step.do, ()) if not getattr(step, field)]:
        raise AnswerError(f"{step.do} needs {' and '.join(map(repr, missing))}.")
    if step.do == ANSWER:
        _check(cited(step.text), facts)
    return step


def cited(text: str) -> list[int]:
    """Return the numbers of the facts that a text cites, each once, in order.

    >>> cited("Ann works for Acme [2], which Bo leads [1, 3] [2].")
    [2, 1, 3]
    """
    numbers = (int(n) for group in _CITED.findall(text) for n in re.findall(r"\d+", group))
    return list(dict.fromkeys(numbers))


def step_format(allowed: Collection[str]) -> AnswerFormat:
    """Return the form of a step, for endpoints that can enforce one."""
    properties: dict[str, object] = {"do": {"enum": sorted(allowed)}}
    properties |= {field: {"type": "string"} for field in _FIELDS}
    return AnswerFormat(exact_object(properties))


def _check(numbers: Sequence[int], facts: int) -> None:
    if not numbers:
        raise AnswerError(
            'Put the number of a fact behind what it states, such as [1]; choose "unknown" when no'
            " fact that was shown states it."
        )
    if strange := [number for number in numbers if not 1 <= number <= facts]:
        shown = f"[1] to [{facts}]" if facts else "none so far"
        raise AnswerError(
            f"No fact {', '.join(f'[{number}]' for number in strange)} was shown: {shown}."
        )


def _text(value: object) -> str:
    """Return what stands in a field; models write a list of one, or nothing, as well."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return "" if value is None else str(value).strip()
