"""Files, folders and records → documents. What cannot be read is an error among the others.

`readers` knows the formats; here is what stands where, and how documents get their names.
"""

import glob
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from itertools import chain, takewhile
from pathlib import Path
from typing import Protocol, runtime_checkable

from questgraph.tools.decoding import clean, encodable
from questgraph.tools.errors import DocumentError
from questgraph.tools.readers import Found, endings, readers
from questgraph.tools.records import Document


@runtime_checkable
class TextWithMetadata(Protocol):
    """What questgraph needs of a LangChain document, so that it need not import LangChain."""

    page_content: str
    metadata: dict[str, object]


Input = str | Path | Document | TextWithMetadata
Inputs = Input | Iterable[Input]


def load(inputs: Inputs) -> Iterator[Document | DocumentError]:
    """Yield the documents that `inputs` hold, in order, and an error for what is none.

    A folder gives the files below it whose endings are known, in the order of their names, hidden
    ones left out; a glob gives the files that it matches. Any other file is read as text. Ids
    are paths below the given folder, or below the part of a glob that has no wildcards; a
    second document of the same id gets a number behind it.
    """
    taken: dict[str, int] = {}
    for item in _items(inputs):
        for found in _documents(item):
            yield _renamed(found, taken) if isinstance(found, Document) else found


def _items(inputs: Inputs) -> Iterable[Input]:
    if isinstance(inputs, str | Path | Document | TextWithMetadata):
        return [inputs]
    return inputs


def _documents(item: Input) -> Iterator[Document | DocumentError]:
    if isinstance(item, Document):
        yield _checked(item)
    elif isinstance(item, TextWithMetadata):
        yield _checked(_from_langchain(item))
    else:
        yield from _from_path(str(item))


def _checked(document: Document) -> Document | DocumentError:
    """Return a document that the caller made, with the offsets that the caller knows."""
    if not document.text.strip():
        return DocumentError(document.id, "it is empty")
    return replace(document, id=encodable(document.id), text=encodable(document.text))


def _from_langchain(item: TextWithMetadata) -> Document:
    source = str(item.metadata.get("source", ""))
    id_ = str(getattr(item, "id", None) or source or "document")
    return Document(id_, item.page_content, source=source, metadata=dict(item.metadata))


def _from_path(given: str) -> Iterator[Document | DocumentError]:
    path = Path(given)
    # An empty path would mean the current folder.
    if given and _there(path.is_dir):
        files = _files_below(path)
        first = next(files, None)
        if first is None:
            yield DocumentError(given, f"no file with a known ending in it: {endings()}")
            return
        for file in chain([first], files):
            yield from _from_file(file, file.relative_to(path).as_posix())
    elif _there(path.is_file):
        yield from _from_file(path, path.name)
    elif matches := _matches(given):
        folder = _fixed_part(given)
        for file in matches:
            yield from _from_file(file, file.relative_to(folder).as_posix())
    else:
        yield DocumentError(given[:200], _explain_missing(given))


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield files in the order of their whole names, one folder's names in memory at a time."""
    with os.scandir(folder) as entries:
        found = sorted((entry.name + "/" * _is_folder(entry), entry.path) for entry in entries)
    for name, path in found:
        if name.startswith("."):
            continue
        if name.endswith("/"):
            yield from _files_below(Path(path))
        elif Path(name).suffix.lower() in readers and Path(path).is_file():
            yield Path(path)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    # A link to a folder may lead in a circle.
    return entry.is_dir(follow_symlinks=False)


def _matches(pattern: str) -> list[Path]:
    if _is_prose(pattern) or not glob.has_magic(pattern):
        return []
    # `Path.glob` takes no absolute patterns.
    found = map(Path, glob.glob(pattern, recursive=True))  # noqa: PTH207
    return sorted(filter(Path.is_file, found), key=Path.as_posix)


def _fixed_part(pattern: str) -> Path:
    return Path(*takewhile(lambda part: not glob.has_magic(part), Path(pattern).parts))


def _from_file(file: Path, id_: str) -> Iterator[Document | DocumentError]:
    reader = readers.get(file.suffix.lower(), readers[".txt"])
    try:
        yield from (_named(found, file, id_) for found in reader(file))
    except DocumentError as error:
        yield error
    except OSError as error:
        yield DocumentError(str(file), f"it cannot be opened: {error.strerror or error}")


def _named(found: Found | DocumentError, file: Path, id_: str) -> Document | DocumentError:
    """Make a document of what a reader found in `file`."""
    if isinstance(found, DocumentError):
        return found
    part = f"#{found.part}" if found.part else ""
    if not found.text.strip():
        return DocumentError(f"{file}{part}", "it is empty")
    name = encodable(found.id or f"{id_}{part}")
    source = encodable(str(file))
    return Document(name, clean(found.text), source=source, metadata=found.metadata)


def _renamed(document: Document, taken: dict[str, int]) -> Document:
    """Return the document under a name that no other has; `taken` counts the uses of each."""
    name = document.id
    while name in taken:
        taken[document.id] += 1
        name = f"{document.id}~{taken[document.id]}"
    taken[name] = 1
    return document if name == document.id else replace(document, id=name)


def _there(question: Callable[[], bool]) -> bool:
    """Answer a question about a path, however odd: too long, say, to be one."""
    try:
        return question()
    except (OSError, ValueError):
        return False


def _explain_missing(given: str) -> str:
    wrap = "to question a text, wrap it: Document('name', text)"
    if _is_prose(given):
        return f"this is no path; {wrap}"
    path = Path(given)
    if close := get_close_matches(path.name, _names_in(path.parent), n=1):
        nearest = path.with_name(close[0]).as_posix()
        return f"there is no such file or folder, did you mean {nearest!r}?"
    hint = f"; {wrap}" if " " in given else ""
    return f"there is no such file or folder{hint}"


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(file.name for file in folder.iterdir())
    except OSError:
        return []


def _is_prose(given: str) -> bool:
    return not given.strip() or "\n" in given or "\0" in given or len(given) > 1000
