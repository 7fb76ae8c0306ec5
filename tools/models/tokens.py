"""The tokens of an answer and how likely the model found each, where the endpoint tells."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

LEAST = -100.0
"""Below this a logarithm says no more than: never. Endpoints write very small numbers for it."""


class Token(NamedTuple):
    """A piece of an answer: the characters from where the one before it ended."""

    end: int
    logprob: float
    """Natural logarithm of the probability that the model gave it."""


Tokens = tuple[Token, ...]
"""All tokens of an answer in their order; none where the endpoint did not tell."""


def read_tokens(text: str, told: object) -> Tokens:
    """Return the tokens of `text`, as `choices[0].logprobs` has them.

    None where the tokens do not spell the text: then nobody knows which token says what.

    >>> read_tokens("Ann", {"content": [{"token": "A", "logprob": 0}, {"token": "nn"}]})
    ()
    >>> read_tokens("Ann", {"content": [{"token": "Ann", "logprob": -0.5}]})
    (Token(end=3, logprob=-0.5),)
    """
    match told:
        case {"content": [*pieces]} if text and all(map(_complete, pieces)):
            spelled = [_bytes(piece) for piece in pieces]
        case _:
            return ()
    # Some endpoints count what was thought before the answer, or white space around it.
    start = b"".join(spelled).find(whole := text.encode("utf-8", "surrogatepass"))
    if start < 0:
        return ()
    ends = _ends(whole, [len(piece) for piece in spelled], start)
    values = (max(LEAST, round(float(piece["logprob"]), 4)) for piece in pieces)
    known = [Token(end, value) for end, value in zip(ends, values, strict=True) if end > 0]
    return tuple(token for i, token in enumerate(known) if not i or token.end > known[i - 1].end)


def packed(tokens: Sequence[Token]) -> str:
    """Return tokens as a line of JSON; nothing for none."""
    return json.dumps(tokens, separators=(",", ":")) if tokens else ""


def unpacked(line: str) -> Tokens:
    """Return the tokens that `packed` wrote."""
    return tuple(Token(end, float(logprob)) for end, logprob in json.loads(line)) if line else ()


def _complete(piece: object) -> bool:
    match piece:
        case {"token": str(), "logprob": int() | float()}:
            return True
        case _:
            return False


def _bytes(piece: dict[str, Any]) -> bytes:
    """Return what a token writes: it may be part of a character, which only bytes can say."""
    match piece.get("bytes"):
        case [*numbers] if all(isinstance(n, int) and 0 <= n < 256 for n in numbers):
            return bytes(numbers)
        case _:
            return str(piece["token"]).encode("utf-8", "surrogatepass")


def _ends(whole: bytes, sizes: Sequence[int], start: int) -> Iterator[int]:
    """Yield where tokens end, in characters of the answer, which begins at byte `start`.

    A token that ends within a character ends behind it.
    """
    at = -start
    begun = [i for i, byte in enumerate(whole) if byte & 0xC0 != 0x80]
    characters = {byte: number for number, byte in enumerate(begun)}
    for size in sizes:
        at += size
        byte = min(max(at, 0), len(whole))
        while byte < len(whole) and byte not in characters:
            byte += 1
        yield characters.get(byte, len(begun))
