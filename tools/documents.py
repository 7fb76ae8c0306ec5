"""Files, folders and records → documents. What cannot be read is an error among the others.

`readers` knows the formats; here is what stands where, and how documents get their names.
"""

import glob
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol, runtime_checkable

from questgraph.tools.errors import DocumentError
from questgraph.tools.readers import Found, readers
from questgraph.tools.records import Document


@runtime_checkable
class TextWithMetadata(Protocol):
    """What questgraph needs of a LangChain document, so that it need not import LangChain."""

    page_content: str
    metadata: dict[str, object]


MOST_CHARACTERS_OF_A_PATH = 4096

Input = str | Path | Document | TextWithMetadata
Inputs = Input | Iterable[Input]


def load(inputs: Inputs) -> Iterator[Document | DocumentError]:
    """Yield the documents that `inputs` hold, in order, and an error for what is none.

    A folder gives the files below it whose endings are known, in the order of their names, hidden
    ones left out; a glob what it matches. Document ids are paths below the given folder; a
    second document of the same id gets a number behind it.
    """
    taken: dict[str, int] = {}
    for item in [inputs] if isinstance(inputs, str | Path | Document) else _iterable(inputs):
        for found in _documents(item):
            yield _renamed(found, taken) if isinstance(found, Document) else found


def _iterable(inputs: Inputs) -> Iterable[Input]:
    if isinstance(inputs, TextWithMetadata):
        return [inputs]
    return inputs  # type: ignore[return-value]  # the only case left


def _documents(item: Input) -> Iterator[Document | DocumentError]:
    if isinstance(item, Document):
        yield item if item.text.strip() else DocumentError(item.id, "it is empty")
    elif isinstance(item, TextWithMetadata):
        yield from _documents(_from_langchain(item))
    else:
        yield from _from_path(str(item))


def _from_langchain(item: TextWithMetadata) -> Document:
    metadata = dict(item.metadata)
    source = str(metadata.get("source", ""))
    id_ = str(getattr(item, "id", None) or source or "document")
    return Document(id_, item.page_content, source=source, metadata=metadata)


def _from_path(given: str) -> Iterator[Document | DocumentError]:
    path = Path(given)
    if _there(path.is_dir):
        files = sorted(file for file in path.rglob("*") if _wanted(file, path))
        if not files:
            yield DocumentError(given, f"no file with a known ending in it: {_endings()}")
        for file in files:
            yield from _from_file(file, file.relative_to(path).as_posix())
    elif _there(path.is_file):
        yield from _from_file(path, path.name)
    elif matches := _matches(given):
        for match in matches:
            yield from _from_path(match)
    else:
        yield DocumentError(given[:200], _explain_missing(given))


def _matches(pattern: str) -> list[str]:
    if len(pattern) > MOST_CHARACTERS_OF_A_PATH:
        return []
    # `Path.glob` takes no absolute patterns.
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207


def _from_file(file: Path, id_: str) -> Iterator[Document | DocumentError]:
    reader = readers.get(file.suffix.lower(), readers[".txt"])
    try:
        yield from (_named(found, file, id_) for found in reader(file))
    except DocumentError as error:
        yield error
    except OSError as error:
        yield DocumentError(str(file), f"it cannot be opened: {error.strerror}")


def _named(found: Found | DocumentError, file: Path, id_: str) -> Document | DocumentError:
    """Make a document of what a reader found in `file`."""
    if isinstance(found, DocumentError):
        return found
    name = found.id or (f"{id_}#{found.part}" if found.part else id_)
    if not found.text.strip():
        return DocumentError(f"{file}#{found.part}" if found.part else str(file), "it is empty")
    return Document(name, clean(found.text), source=str(file), metadata=found.metadata)


def clean(text: str) -> str:
    r"""Return `text` with line ends as `\n`, and without what no encoding can hold.

    Offsets are of the cleaned text, which is the document's. Unicode is left as it is written.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and "\0" not in text:
        return text
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)


def _renamed(document: Document, taken: dict[str, int]) -> Document:
    taken[document.id] = number = taken.get(document.id, 0) + 1
    if number == 1:
        return document
    return Document(
        f"{document.id}~{number}",
        document.text,
        source=document.source,
        metadata=document.metadata,
    )


def _wanted(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not hidden and file.suffix.lower() in readers and file.is_file()


def _there(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (OSError, ValueError):
        return False


def _explain_missing(given: str) -> str:
    if "\n" in given or len(given) > 255:
        return "this is no path; to question a text, wrap it: Document('name', text)"
    parent = Path(given).parent
    names = [file.name for file in parent.iterdir()] if _there(parent.is_dir) else []
    close = get_close_matches(Path(given).name, names, n=1)
    hint = f", did you mean {(parent / close[0]).as_posix()!r}?" if close else ""
    return f"there is no such file or folder{hint}"


def _endings() -> str:
    return " ".join(sorted(readers))
