"""Bytes of a file → text that can be stored anywhere."""

import re

from charset_normalizer import CharsetMatch, from_bytes

_WESTERN = "cp1252"
_ENCODINGS = [
    *(_WESTERN, "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r"),
    *("gb18030", "big5", "cp932", "euc_jp", "cp949"),
]
"""What files were saved in before UTF-8. Others, such as the Mac's, only lead a guess astray."""

_GUESSED_FROM = 200_000
"""Bytes that an encoding is guessed from: more make the guess slow, not better."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNENCODABLE = re.compile("[\0\ud800-\udfff]")


def decode(data: bytes) -> str | None:
    """Return `data` as text: UTF-8 or what its byte order mark says, else the likeliest encoding.

    Guesses go wrong on a line or two; whole pages are guessed well. `None` for what is no text.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        return None
    text = data.decode("utf-8-sig", "replace")
    # A few broken characters do not make a text of another encoding: all of them would break.
    if "\ufffd" not in text or text.count("\ufffd") * 10 <= sum(not c.isascii() for c in text):
        return text
    encoding = _guessed(data[:_GUESSED_FROM])
    return data.decode(encoding, "replace") if encoding else None


def encodable(text: str) -> str:
    """Return `text` with U+FFFD for lone surrogates and NULs, which files and databases refuse.

    It stays as long as it was, so that offsets into it hold.
    """
    return _UNENCODABLE.sub("\ufffd", text)


def storable(text: str) -> str:
    r"""Return `text` with U+FFFD for what no encoding of Unicode can hold: lone surrogates.

    >>> storable("a\ud800b") == "a\ufffdb"
    True
    """
    return _SURROGATE.sub("\ufffd", text)


def clean(text: str) -> str:
    r"""Return `text` encodable, with line ends as `\n` and without a byte order mark.

    Nothing else is touched; above all, Unicode is not normalized.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return encodable(text)


def _guessed(data: bytes) -> str | None:
    guesses = from_bytes(data, cp_isolation=_ENCODINGS)
    best = guesses.best()
    if best is None:
        return None
    # The guesser takes the first of equals, and by far the most old files are Western European.
    equals = [guess for guess in guesses if _fit(guess) == _fit(best)]
    western = any(_WESTERN in guess.could_be_from_charset for guess in equals)
    return _WESTERN if western else best.encoding


def _fit(guess: CharsetMatch) -> tuple[float, float]:
    return guess.chaos, guess.coherence
