"""What readers of labelled sets share: files, records, tokens put together again."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from questgraph.tools.errors import ConfigError, MissingPackageError
from questgraph.tools.records import Span

_CLOSING = re.compile(r"[.,;:!?%)\]}…、。，；：！？」』）]+|n't|'(?:s|re|ve|ll|d|m)", re.IGNORECASE)
_OPENING = re.compile(r"[(\[{「『（]+")
_UNSPACED = re.compile("[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def text_of(path: Path) -> str:
    """Return the text of a file with its line ends as they are, since offsets count them.

    Raises:
        ConfigError: When it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: this is not UTF-8: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path}: no labelled passages there: {error.strerror}") from error


@contextmanager
def naming(place: str) -> Iterator[None]:
    """Say of whatever is wrong with a record that it is wrong at `place`.

    Raises:
        ConfigError: In place of the errors that a record of another form causes.
    """
    try:
        yield
    except KeyError as error:
        raise ConfigError(f"{place}: there is no {error}") from error
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise ConfigError(f"{place}: {error}") from error


def entity(text: str, span: tuple[int, int], type_: str) -> dict[str, object]:
    """Return the record of an entity at characters `span` of `text`.

    Raises:
        ValueError: When there are no such characters.
    """
    start, end = span
    if not 0 <= start < end <= len(text):
        raise ValueError(f"there are no characters {start} to {end} in a text of {len(text)}")
    return {"text": text[start:end], "type": type_, "start": start, "end": end}


def together(tokens: Sequence[str]) -> tuple[str, list[Span]]:
    """Return tokens as running text, and where each of them stands in it.

    No space goes before closing punctuation, behind an opening bracket, or between characters of
    scripts that write none; straight quotes stay apart, since nothing says which side is theirs.

    >>> together(["Ann", "(", "CEO", ")", ",", "left", "."])[0]
    'Ann (CEO), left.'
    """
    text, spans = "", []
    for before, token in zip(["", *tokens], tokens, strict=False):
        text += " " if before and not _adjoin(before, token) else ""
        spans.append(Span(len(text), len(text) + len(token)))
        text += token
    return text, spans


def package(name: str, purpose: str) -> Any:
    """Return the module of an optional package.

    Raises:
        MissingPackageError: When it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingPackageError(name, purpose, f"pip install {name}") from error


def _adjoin(before: str, token: str) -> bool:
    unspaced = _UNSPACED.match(before[-1]) and _UNSPACED.match(token[:1])
    return bool(unspaced or _CLOSING.fullmatch(token) or _OPENING.fullmatch(before))
