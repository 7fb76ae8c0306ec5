"""Numbered lines `1. words | True | because … (type)`, as PromptNER asks for them.

Ashok and Lipton 2023. What might be an entity is listed with a decision and a reason, so that what
looks like one and is none is turned down in writing.
"""

import re
from collections.abc import Sequence

from questgraph.tools.codecs.parsing import by_folded, fold, is_nothing
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import MENTION, Frame
from questgraph.tools.schema import AnyType

_NUMBER = re.compile(r"^\s*(?:\d+\s*[.):]|[-*•])\s+")
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_CELL_END = re.compile(r"(?<!\\)\|")
_FLAGS = {"true": True, "yes": True, "t": True, "false": False, "no": False, "f": False}


class CandidateTable:
    """Entity frames, accepted with a type; those without a type are turned down."""

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return (
            "Answer with a numbered list of all phrases that might be entities, one line each: "
            "1. phrase | True or False | why (type). Answer none where there is no such phrase."
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is free text."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames as lines; one without a type is a line that turns it down."""
        words = {type_.name: type_.words for type_ in types}
        lines = [
            f"{number}. {_escape(frame.fillers[0][1])} | {_decision(frame, words)}"
            for number, frame in enumerate(value, 1)
        ]
        return "\n".join(lines) or "none"

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames that are accepted, each once.

        Raises:
            AnswerError: When there is no such line and the answer is not "none", or a line has no
                decision, or accepts something without a known type.
        """
        lines = [line for line in answer.splitlines() if "|" in line]
        if not lines and not _says_none(answer):
            raise AnswerError(self.instruct(types))
        known = by_folded(type_.name for type_ in types)
        frames: dict[Frame, None] = {}
        problems: list[str] = []
        for line in lines:
            phrase, flag, reason = _cells(line)
            accepted = _FLAGS.get(fold(flag))
            type_ = _type(reason, known)
            if accepted and type_ and not is_nothing(phrase):
                frames[Frame("entity", type_, ((MENTION, phrase),))] = None
            elif accepted:
                problems.append(f"{phrase!r} needs one of these types: {', '.join(known.values())}")
            elif accepted is None and not _is_header(flag):
                problems.append(f"{phrase!r} needs True or False")
        if problems:
            raise AnswerError(f"{'; '.join(problems[:5])}. {self.instruct(types)}", list(frames))
        return list(frames)


def _decision(frame: Frame, words: dict[str, str]) -> str:
    if not frame.type:
        return "False | it names nothing of these types"
    return f"True | it names a thing of the type {words[frame.type]} ({frame.type})"


def _cells(line: str) -> tuple[str, str, str]:
    r"""Return phrase, flag and reason; a pipe within a phrase is written `\|`.

    >>> _cells("2. Ann \\| Bo | True | why | not (person)")
    ('Ann | Bo', 'True', 'why | not (person)')
    """
    body = _NUMBER.sub("", line).strip()
    body = body[1:-1] if body.startswith("|") and body.endswith("|") else body
    phrase, flag, reason, *_ = [*_CELL_END.split(body, maxsplit=2), "", ""]
    return phrase.replace("\\|", "|").strip(" *`"), flag.strip(), reason.strip()


def _type(reason: str, known: dict[str, str]) -> str:
    """Return the type that stands last in brackets; the only one there is may go unsaid."""
    said = [known[fold(text)] for text in _IN_BRACKETS.findall(reason) if fold(text) in known]
    only = list(known.values()) if len(known) == 1 else []
    return next(iter([*said[-1:], *only]), "")


def _is_header(flag: str) -> bool:
    """Say whether the second cell is that of a header or of a rule below it."""
    return fold(flag) in ("trueorfalse", "truefalse", "flag", "decision") or set(flag) <= set("-: ")


def _escape(phrase: str) -> str:
    return " ".join(phrase.split()).replace("|", "\\|")


def _says_none(answer: str) -> bool:
    lines = [line for line in answer.splitlines() if line.strip()]
    return any(is_nothing(line) and fold(line).isalpha() for line in lines[:1] + lines[-1:])
