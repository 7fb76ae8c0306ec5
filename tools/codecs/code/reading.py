"""Finds calls in code that a model wrote, without running any of it.

A reply is scanned for names that open a bracket; what stands in it is parsed with `ast`, and of
what `ast` knows only strings, numbers, lists, dictionaries and calls are read. So prose around the
code, fences, a missing bracket or a last line that is cut off cost at most the call that they
stand in, and `__import__("os").system("…")` is a call of a class that nobody defined.
"""

import ast
import re
import warnings
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from questgraph.tools.codecs.parsing import is_nothing
from questgraph.tools.errors import AnswerError

LONGEST = 20_000
"""Characters of a reply that are read."""

_LONGEST_CALL = 4_000

# A fence begins a line; anywhere else the same marks are words that somebody quotes.
_FENCE = re.compile(r"^[ \t]*```[\w+-]*\n?(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)
_PIECE = re.compile(
    r"""
    (?:(?<!\w)|(?<=\b[rRbBfFuU]))
    (?P<string>"(?:[^"\\\n]|\\.){0,1000}"|'(?:[^'\\\n]|\\.){0,1000}')
    |(?P<comment>\#[^\n]*)
    |(?P<definition>\b(?:class|def)\s+\w+)
    |(?P<head>\b[^\W\d]\w*)\(
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENS = {")": "(", "]": "[", "}": "{"}
_CLOSES = {opener: closer for closer, opener in _OPENS.items()}

_MEANT = re.compile(r"""(?<=[(\[{,=:\s])(["'])((?:\\.|[^\n\\])*?)\1(?=\s*(?:[,)\]}:]|$))""", re.M)
"""A string as it was meant: it ends where something stands that may follow a string."""

_IDLE = re.compile(
    r"(?:\w+\s*=\s*)?(?:\w+\()?\[?\s*\]?\s*\)?[\s,]*|pass|return\b.*|(?:\w+\s*=\s*)?None"
    r"|def\s.*:|(?:\w+\s*=\s*)?\"+[^\"]*\"+"
)
"""A line of code that says nothing of what was asked."""


@dataclass(frozen=True, slots=True)
class Call:
    """A name and what was handed to it."""

    name: str
    values: "tuple[Value, ...]" = ()
    named: "tuple[tuple[str, Value], ...]" = ()


Value: TypeAlias = "str | list[Value] | dict[str, Value] | Call | None"


class Found(NamedTuple):
    """What could be read of a reply."""

    calls: list[Call]
    """Complete calls that stand in no other, in the order written."""

    broken: list[str]
    """Beginnings of calls of known names that could not be read."""


def read_calls(answer: str, known: Container[str], around: Container[str] = ()) -> Found:
    r"""Return the calls that `answer` makes.

    >>> read_calls('Sure:\n```\nx = [Person("Ann"), Person("B', {"Person"})
    Found(calls=[Call(name='Person', values=('Ann',), named=())], broken=['Person("B'])

    Args:
        answer: The reply.
        known: Names that are expected; a call of another name is returned too when it can be read.
        around: Names of calls that are looked into and not returned.

    Raises:
        AnswerError: When the reply is too long to be one.
    """
    if len(answer) > LONGEST:
        raise AnswerError("This is too long. Answer with the code asked for and nothing else.")
    code = unfenced(answer)
    found = _read(code, known, around)
    if found.broken and (mended := _mended(code)) != code:
        again = _read(mended, known, around)
        return again if len(again.broken) < len(found.broken) else found
    return found


def says_nothing(answer: str) -> bool:
    r"""Say whether `answer` is nothing, or code in which nothing was found.

    >>> says_nothing("```python\nresult = [\n]\n# END\n```"), says_nothing("There are some.")
    (True, False)
    """
    if is_nothing(answer):
        return True
    lines = (line.partition("#")[0].strip() for line in unfenced(answer).splitlines())
    return all(_IDLE.fullmatch(line) for line in lines)


def unfenced(answer: str) -> str:
    """Return what stands between the fences of `answer`; all of it when there are none."""
    return "\n".join(_FENCE.findall(answer)) or answer


def wording(value: Value) -> str:
    """Return the words that a value is; no value is none.

    Raises:
        AnswerError: When it is something else than a string.
    """
    if value is None or isinstance(value, str):
        return value or ""
    raise AnswerError("Give words of the text as plain strings")


def listed(value: Value) -> list[Value]:
    """Return a value as a list: a lone one is one, and nothing is none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _read(code: str, known: Container[str], around: Container[str]) -> Found:
    found = Found([], [])
    last, past, tried = len(code.rstrip()), 0, 0
    for name, start, end in _heads(code):
        if start < past or name in around:
            continue
        call = _parsed(code[start:end])
        # A bracket that was forgotten; but what stands on the last line may have been cut off.
        if call is None and start >= tried and (tried := _line_end(code, start)) < max(end, last):
            call, end = _parsed(_closed(code[start:tried])), tried
        if call:
            past = end
            if name in known or call.values or call.named:
                found.calls.append(call)
        elif name in known:
            found.broken.append(code[start : min(start + 60, _line_end(code, start))])
    return found


def _heads(code: str) -> Iterator[tuple[str, int, int]]:
    """Yield (name, start, end) of each call, in order; what nothing closes ends where it starts."""
    partners: dict[int, int] = {}
    heads: list[tuple[str, int, int]] = []
    stack: list[tuple[str, int]] = []
    waiting = dict.fromkeys(_CLOSES, 0)
    for piece in _PIECE.finditer(code):
        kind, place = piece.lastgroup, piece.end() - 1
        if kind in ("head", "open"):
            mark = code[place]
            stack.append((mark, place))
            waiting[mark] += 1
            if kind == "head":
                heads.append((piece["head"], piece.start(), place))
        elif kind == "close" and waiting[opener := _OPENS[code[place]]]:
            # Brackets that nobody closed before this one never will be.
            while stack:
                mark, opened = stack.pop()
                waiting[mark] -= 1
                if mark == opener:
                    partners[opened] = place
                    break
    yield from (
        (name, start, partners[opened] + 1 if opened in partners else start)
        for name, start, opened in heads
    )


def _line_end(code: str, start: int) -> int:
    found = code.find("\n", start)
    return found if found >= 0 else len(code)


def _parsed(snippet: str) -> Call | None:
    """Return the one call that `snippet` is, if it is one and made of plain values."""
    if not 0 < len(snippet) <= _LONGEST_CALL:
        return None
    try:
        with warnings.catch_warnings():
            # Python warns of escapes that it does not know; here they stand for themselves.
            warnings.simplefilter("ignore")
            value = _value(ast.parse(snippet, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return value if isinstance(value, Call) else None


def _value(node: ast.expr | None) -> Value:
    """Return what a piece of code spells out.

    Raises:
        ValueError: When it would have to be run to know.
    """
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.Constant(value=None):
            return None
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return str(number)
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [_value(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {
                wording(_value(key)): _value(value) for key, value in zip(keys, values, strict=True)
            }
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(value=ast.Name(), attr=name)):
            named = [(word.arg, _value(word.value)) for word in node.keywords]
            return Call(
                name,
                tuple(map(_value, node.args)),
                tuple((word, value) for word, value in named if word),
            )
        case _:
            raise ValueError(f"no plain value: {type(node).__name__}")


def _closed(line: str) -> str:
    """Return the call that `line` begins with all its brackets closed."""
    stack: list[str] = []
    for piece in _PIECE.finditer(line):
        mark = line[piece.end() - 1]
        if piece.lastgroup in ("head", "open"):
            stack.append(_CLOSES[mark])
        elif piece.lastgroup == "close" and stack and stack[-1] == mark:
            stack.pop()
            if not stack:
                return line[: piece.end()]
    return line.rstrip(" ,\t") + "".join(reversed(stack))


def _mended(code: str) -> str:
    """Return `code` with the quotes escaped that stand within strings."""
    if len(code) > 2 * _LONGEST_CALL:
        return code
    return _MEANT.sub(_escaped, code)


def _escaped(string: re.Match[str]) -> str:
    quote, inside = string.groups()
    return quote + re.sub(r"(\\.)|" + quote, lambda m: m[1] or f"\\{quote}", inside) + quote
