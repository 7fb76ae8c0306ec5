"""One reader for each file format, found by the file's ending."""

import codecs
import csv
import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import docx
import pypdf
from docx.table import Table

from questgraph.tools.decoding import clean, decode
from questgraph.tools.errors import DocumentError
from questgraph.tools.markup import BLOCK_SEPARATOR, html_text, markdown_text, row_text

TEXT_COLUMNS = ("text", "content", "body", "page_content", "document", "passage")
_HEAD = 1 << 20
"""Bytes that tell in which encoding a file is."""

ID_COLUMNS = ("id", "_id", "doc_id", "document_id")


@dataclass(frozen=True, slots=True)
class Found:
    """A text that a reader found in a file."""

    text: str
    part: str = ""
    """Which part of the file it is, such as a row number; empty for all of it."""

    id: str = ""
    """A name that the file itself gives it."""

    metadata: Mapping[str, object] = field(default_factory=dict)


Reader = Callable[[Path], Iterator[Found | DocumentError]]


def read_text(path: Path) -> Iterator[Found]:
    """Yield the file as it is."""
    yield Found(_decoded(path))


def read_markdown(path: Path) -> Iterator[Found]:
    """Yield the text of a Markdown file without its marks."""
    yield Found(markdown_text(_decoded(path)))


def read_html(path: Path) -> Iterator[Found]:
    """Yield what a page shows a reader; its title is metadata."""
    text, title = html_text(_decoded(path))
    yield Found(text, metadata={"title": title} if title else {})


def read_pdf(path: Path) -> Iterator[Found]:
    """Yield the text layer of a PDF; `pages` in the metadata says where each page starts.

    Raises:
        DocumentError: When it is broken, encrypted, or has no text.
    """
    pages = _pdf_pages(path)
    if not any(page.strip() for page in pages):
        raise DocumentError(str(path), "there is no text in it; is it scanned? Run OCR first")
    starts, length = [], 0
    for page in pages:
        starts.append(length)
        length += len(page) + len("\n")
    yield Found("\n".join(pages), metadata={"pages": starts})


def read_docx(path: Path) -> Iterator[Found]:
    """Yield paragraphs and tables of a Word file in their order.

    Raises:
        DocumentError: When it is no Word file.
    """
    try:
        parts = docx.Document(str(path)).iter_inner_content()
        blocks = [
            block
            for part in parts
            for block in (_rows(part) if isinstance(part, Table) else [part.text])
        ]
    except OSError:
        raise
    except Exception as error:  # python-docx raises almost anything on broken files
        raise DocumentError(str(path), f"it is not a readable DOCX: {error}") from error
    yield Found(BLOCK_SEPARATOR.join(block for block in blocks if block.strip()))


def read_csv(path: Path) -> Iterator[Found]:
    """Yield a document for each row of a table with a header; the header is row 1.

    The text stands in the column called `text` (or another of `TEXT_COLUMNS`), else in the one
    with the longest cells; the other columns become metadata.

    Raises:
        DocumentError: When there is no row below the header, or it is no table.
    """
    text = _decoded(path).lstrip("\r\n")
    # A cell may hold a whole document; the module's own limit is 128 kB.
    csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(path, text)))
    except csv.Error as error:
        raise DocumentError(str(path), f"it is not a table: {error}") from error
    if not rows:
        raise DocumentError(str(path), "there is no row below the header")
    column = _text_column(rows)
    for number, row in enumerate(rows, 2):
        rest = {key: value for key, value in row.items() if key and key != column}
        yield Found(row[column] or "", part=str(number), id=_id_of(rest), metadata=rest)


def read_jsonl(path: Path) -> Iterator[Found | DocumentError]:
    """Yield a document for each line; a wrong line is an error and the others are read.

    A file in UTF-8 is read line by line, however large it is.

    Raises:
        DocumentError: When it is empty, or no text.
    """
    lines = _lines(path) if _is_utf8(path) else iter(_decoded(path).split("\n"))
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _record(path, str(number), line)


def read_json(path: Path) -> Iterator[Found | DocumentError]:
    """Yield a document for each object of a JSON list, or for the one object there is.

    Raises:
        DocumentError: When it is not JSON.
    """
    value = _parsed(str(path), _decoded(path))
    for number, item in enumerate(value if isinstance(value, list) else [value], 1):
        yield _from_object(path, str(number), item)


readers: Mapping[str, Reader] = {
    **dict.fromkeys((".txt", ".text", ".rst", ".log"), read_text),
    **dict.fromkeys((".md", ".markdown"), read_markdown),
    **dict.fromkeys((".html", ".htm", ".xhtml"), read_html),
    ".pdf": read_pdf,
    ".docx": read_docx,
    **dict.fromkeys((".csv", ".tsv"), read_csv),
    **dict.fromkeys((".jsonl", ".ndjson"), read_jsonl),
    ".json": read_json,
}


def endings() -> str:
    """Return the endings of the files that can be read, for messages."""
    return " ".join(sorted(readers))


def _decoded(path: Path) -> str:
    """Return the text of a file.

    Raises:
        DocumentError: When it is empty, or no text.
    """
    data = path.read_bytes()
    if not data.strip():
        raise DocumentError(str(path), "it is empty")
    text = decode(data)
    if text is None:
        raise DocumentError(
            str(path),
            "it is binary, or text of an unknown encoding, to be saved as UTF-8. "
            f"Text and these can be read: {endings()}",
        )
    return text


def _is_utf8(path: Path) -> bool:
    """Say whether a file begins like text in UTF-8."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    try:
        # The last character may be cut in two.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(head.strip()) and b"\0" not in head


def _lines(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for line in file:
            yield line.decode("utf-8-sig", "replace").rstrip("\r\n")


def _pdf_pages(path: Path) -> list[str]:
    """Return the text of each page.

    Raises:
        DocumentError: When it is broken or encrypted.
    """
    # pypdf reports every oddity of a file, which no reader of ours can mend.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    locked = False
    try:
        reader = pypdf.PdfReader(path)
        locked = reader.is_encrypted
        if not locked or reader.decrypt(""):
            return [clean(page.extract_text()) for page in reader.pages]
    except OSError:
        raise
    except Exception as error:  # pypdf raises almost anything on broken files
        if not locked:
            raise DocumentError(str(path), f"it is not a readable PDF: {error}") from error
    raise DocumentError(str(path), "it is encrypted: save it without a password first")


def _rows(table: Table) -> Iterator[str]:
    for row in table.rows:
        # A merged cell comes once for each column that it covers.
        cells = {id(cell._tc): cell.text for cell in row.cells}
        yield row_text(cells.values())


def _delimiter(path: Path, text: str) -> str:
    """Return what stands between cells: where the comma is the decimal mark, semicolons do."""
    header = text.partition("\n")[0]
    return "\t" if path.suffix.lower() == ".tsv" else max(",;\t", key=header.count)


def _text_column(rows: Sequence[Mapping[str, str]]) -> str:
    named = {column.strip().lower(): column for column in rows[0] if column}
    for name in TEXT_COLUMNS:
        if name in named:
            return named[name]
    columns = [column for column in rows[0] if column is not None]
    return max(columns, key=lambda column: sum(len(row[column] or "") for row in rows))


def _parsed(source: str, text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentError(source, f"it is not JSON: {error}") from error


def _record(path: Path, part: str, line: str) -> Found | DocumentError:
    try:
        return _from_object(path, part, _parsed(f"{path}#{part}", line))
    except DocumentError as error:
        return error


def _from_object(path: Path, part: str, item: object) -> Found | DocumentError:
    if isinstance(item, str):
        return Found(item, part=part)
    fields: dict[str, object] = item if isinstance(item, dict) else {}
    for name in TEXT_COLUMNS:
        if isinstance(text := fields.get(name), str):
            rest = {key: value for key, value in fields.items() if key != name}
            return Found(text, part=part, id=_id_of(rest), metadata=rest)
    wanted = ", ".join(TEXT_COLUMNS)
    return DocumentError(f"{path}#{part}", f"there is no text in it, under any of {wanted}")


def _id_of(fields: Mapping[str, object]) -> str:
    named = (fields.get(name) for name in ID_COLUMNS)
    return next((str(value) for value in named if value not in (None, "")), "")
