"""What readers share: finding the answer in a reply, and matching names that drift.

Models wrap answers in prose and code fences, change letter case, and write "none" where they
mean nothing. All of that is read; what is read as nothing is never guessed at.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache

import json_repair

from questgraph.tools.errors import AnswerError

_FENCE = re.compile(r"```[a-zA-Z]*\n?(.*?)```", re.DOTALL)
_NOTHING = frozenset(
    {"", "none", "null", "n/a", "na", "nil", "nothing", "-", "unknown", "not stated"}
)
_CLOSING = "]}\"' \t\n"
_RUNAWAY = 400
"""Characters that must repeat a part of at most a quarter of them."""

_REFUSAL = re.compile(
    r"^\W*(i'?m sorry|sorry|i can('|no)t|i cannot|i am (unable|not able)|i won'?t|as an ai)\b", re.I
)


def read_json(answer: str) -> object:
    r"""Return the JSON value in `answer`.

    Small slips (single quotes, trailing commas) are mended; an answer that ends before its
    last bracket is not, since what it left out would be lost in silence.

    >>> read_json('Sure: ```json\n{"person": ["Ann",]}\n```')
    {'person': ['Ann']}

    Raises:
        AnswerError: When there is no JSON, or it is cut off.
    """
    body = _unfenced(answer)
    start = min((i for i in (body.find("{"), body.find("[")) if i >= 0), default=-1)
    if start < 0:
        raise AnswerError("Answer with JSON only, in the form asked for.")
    end = max(body.rfind("}"), body.rfind("]"))
    body = body[start : end + 1] if end > start else body[start:]
    try:
        return json.loads(body)
    except (json.JSONDecodeError, RecursionError):
        return _mended(body)


def repeats(answer: str) -> bool:
    """Say whether `answer` ends in the same few words over and over: the model has run away.

    >>> repeats('{"person":[' + '"Ann",' * 100), repeats('{"person":["Ann","Bo"]}')
    (True, False)
    """
    # What a grammar closes at last does not make it an answer.
    tail = answer.rstrip(_CLOSING)[-_RUNAWAY:]
    if len(tail) < _RUNAWAY:
        return False
    return any(tail[period:] == tail[:-period] for period in range(1, _RUNAWAY // 4 + 1))


def is_nothing(text: str) -> bool:
    """Say whether `text` is a way of writing that there is nothing.

    >>> is_nothing(" None. ")
    True
    """
    return _bare(text) in _NOTHING


def is_no_item(text: str) -> bool:
    """Say whether an item of a list is a way of writing that there is none.

    An empty list says that there is nothing, so "Na" in a list is a name: sodium, for one.

    >>> is_no_item(" None. "), is_no_item("Na"), is_nothing("Na")
    (True, False, True)
    """
    return is_nothing(text) and _bare(text) != "na"


def looks_refused(answer: str) -> bool:
    """Say whether an unreadable `answer` declines to answer at all.

    >>> looks_refused("I'm sorry, but I cannot help with that.")
    True
    """
    return bool(_REFUSAL.match(answer))


# The names of a schema are folded for each answer.
@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """Return what is left of a name when case and separators do not count.

    >>> fold("Works-For") == fold("works_for")
    True
    """
    return "".join(c for c in name.casefold() if c.isalnum()) or name.casefold()


def by_folded(names: Iterable[str]) -> dict[str, str]:
    """Return `names` keyed by their folded form; the first of two equal forms wins."""
    table: dict[str, str] = {}
    for name in names:
        table.setdefault(fold(name), name)
    return table


def _bare(text: str) -> str:
    return text.strip(" .\t\n\"'()[]").casefold()


def _unfenced(answer: str) -> str:
    found = _FENCE.findall(answer)
    return found[-1] if found else answer


def _mended(body: str) -> object:
    if not _balanced(body):
        raise AnswerError("The JSON is cut off. Answer again, shorter, with complete JSON only.")
    try:
        value: object = json_repair.loads(body, skip_json_loads=True)
    except (ValueError, RecursionError):
        value = ""
    if not isinstance(value, dict | list):
        raise AnswerError("This is not valid JSON. Answer with JSON only, in the form asked for.")
    return value


def _balanced(body: str) -> bool:
    """Say whether every bracket outside of strings is closed."""
    depth, quoted, escaped = 0, False, False
    for c in body:
        if escaped:
            escaped = False
        elif quoted:
            escaped = c == "\\"
            quoted = c != '"'
        elif c == '"':
            quoted = True
        else:
            depth += (c in "{[") - (c in "}]")
    return depth == 0 and not quoted
