"""One reader for each file format, found by the file's ending."""

import csv
import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
import pypdf
from charset_normalizer import from_bytes
from docx.table import Table
from markdown_it import MarkdownIt
from markdown_it.token import Token
from selectolax.lexbor import LexborHTMLParser, LexborNode

from questgraph.tools.errors import DocumentError

TEXT_COLUMNS = ("text", "content", "body", "page_content", "document", "passage")
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
    """Yield the text of a Markdown file without its marks: blocks apart, list items on lines."""
    tokens = MarkdownIt("commonmark").enable("table").parse(_decoded(path))
    yield Found("\n\n".join(_blocks(tokens)))


def read_html(path: Path) -> Iterator[Found]:
    """Yield what a page shows a reader: no scripts, styles and navigation."""
    page = LexborHTMLParser(_decoded(path))
    title = page.css_first("title")
    page.strip_tags(["script", "style", "noscript", "template", "nav", "head", "svg", "iframe"])
    lines: list[str] = [""]
    if page.body:
        _collect(page.body, lines)
    text = "\n".join(line.strip() for line in _merged(lines))
    yield Found(text, metadata={"title": title.text(strip=True)} if title else {})


def read_pdf(path: Path) -> Iterator[Found]:
    """Yield the text layer of a PDF; `pages` in the metadata says where each page starts.

    Raises:
        DocumentError: When it is broken, encrypted, or has no text.
    """
    # pypdf reports every oddity of a file, which no reader of ours can mend.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(path)
        locked = reader.is_encrypted and not reader.decrypt("")
        pages = [] if locked else [page.extract_text() for page in reader.pages]
    except Exception as error:  # pypdf raises almost anything on broken files
        raise DocumentError(str(path), f"it is not a readable PDF: {error}") from error
    if locked:
        raise DocumentError(str(path), "it is encrypted: save it without a password first")
    if not any(page.strip() for page in pages):
        raise DocumentError(str(path), "there is no text in it; is it scanned? Run OCR first")
    starts, length = [], 0
    for page in pages:
        starts.append(length)
        length += len(page) + 1
    yield Found("\n".join(pages), metadata={"pages": starts})


def read_docx(path: Path) -> Iterator[Found]:
    """Yield paragraphs and tables of a Word file in their order.

    Raises:
        DocumentError: When it is no Word file.
    """
    try:
        parts = list(docx.Document(str(path)).iter_inner_content())
    except Exception as error:  # python-docx raises almost anything on broken files
        raise DocumentError(str(path), f"it is not a readable DOCX: {error}") from error
    texts = [_rows(part) if isinstance(part, Table) else part.text for part in parts]
    yield Found("\n\n".join(text for text in texts if text.strip()))


def read_csv(path: Path) -> Iterator[Found | DocumentError]:
    """Yield a document for each row of a table with a header.

    The text stands in the column called `text` (or another of `TEXT_COLUMNS`), else in the one
    with the longest cells; the other columns become metadata.
    """
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    csv.field_size_limit(1 << 30)
    rows = list(csv.DictReader(io.StringIO(_decoded(path), newline=""), delimiter=delimiter))
    if not rows:
        raise DocumentError(str(path), "it is empty")
    column = _text_column(rows)
    for number, row in enumerate(rows, 2):
        rest = {key: value for key, value in row.items() if key and key != column}
        yield Found(row.get(column) or "", part=str(number), id=_id_of(rest), metadata=rest)


def read_jsonl(path: Path) -> Iterator[Found | DocumentError]:
    """Yield a document for each line; a wrong line is an error and the others are read."""
    for number, line in enumerate(_decoded(path).split("\n"), 1):
        if line.strip():
            yield _record(path, str(number), line)


def read_json(path: Path) -> Iterator[Found | DocumentError]:
    """Yield a document for each object of a JSON list, or for the one object there is.

    Raises:
        DocumentError: When it is not JSON.
    """
    try:
        value = json.loads(_decoded(path))
    except (ValueError, RecursionError) as error:
        raise DocumentError(str(path), f"it is not JSON: {error}") from error
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


def _decoded(path: Path) -> str:
    """Return the text of a file: UTF-8 or what its marks say, else the likeliest encoding.

    Raises:
        DocumentError: When it is empty, or no text.
    """
    data = path.read_bytes()
    if not data.strip():
        raise DocumentError(str(path), "it is empty")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(data[:200_000]).best()
        if b"\0" in data or best is None:
            raise DocumentError(
                str(path), f"it is binary, not text; these can be read: {' '.join(sorted(readers))}"
            ) from None
        return data.decode(best.encoding, "replace")
    if "\0" in text:
        raise DocumentError(str(path), "it is binary, not text")
    return text


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the text of each block of Markdown."""
    for token in tokens:
        if token.type == "inline":
            yield "".join(_inline(token.children or ()))
        elif token.type in ("fence", "code_block"):
            yield token.content.rstrip()


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type in ("text", "code_inline"):
            yield token.content
        elif token.type == "image":
            yield from _inline(token.children or ())


_BLOCKS = frozenset(
    """address article aside blockquote body br caption dd div dl dt figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table td th tr ul""".split()  # noqa: SIM905
)


def _collect(node: LexborNode, lines: list[str]) -> None:
    """Add the text below `node` to `lines`; a block element begins and ends a line."""
    for child in node.iter(include_text=True):
        if child.is_text_node:
            words = " ".join((child.text_content or "").split())
            spaced = (child.text_content or "")[:1].isspace() and lines[-1]
            lines[-1] += (" " if spaced else "") + words
            if (child.text_content or "")[-1:].isspace() and words:
                lines[-1] += " "
            continue
        block = child.tag in _BLOCKS
        if block:
            lines.append("")
        _collect(child, lines)
        if block:
            lines.append("")


def _merged(lines: Sequence[str]) -> Iterator[str]:
    """Yield lines with text, an empty one between blocks."""
    kept = [" ".join(line.split()) for line in lines if line.strip()]
    for i, line in enumerate(kept):
        if i:
            yield ""
        yield line


def _rows(table: Table) -> str:
    return "\n".join(
        " | ".join(" ".join(cell.text.split()) for cell in row.cells) for row in table.rows
    )


def _text_column(rows: Sequence[Mapping[str, str]]) -> str:
    columns = [column for column in rows[0] if column]
    named = {column.lower(): column for column in columns}
    for name in TEXT_COLUMNS:
        if name in named:
            return named[name]
    return max(columns, key=lambda column: sum(len(row.get(column) or "") for row in rows))


def _record(path: Path, part: str, line: str) -> Found | DocumentError:
    try:
        return _from_object(path, part, json.loads(line))
    except (ValueError, RecursionError) as error:
        return DocumentError(f"{path}#{part}", f"it is not JSON: {error}")


def _from_object(path: Path, part: str, item: Any) -> Found | DocumentError:
    if isinstance(item, str):
        return Found(item, part=part)
    fields = item if isinstance(item, dict) else {}
    name = next((name for name in TEXT_COLUMNS if isinstance(fields.get(name), str)), None)
    if name is None:
        wanted = ", ".join(TEXT_COLUMNS)
        return DocumentError(f"{path}#{part}", f"there is no text in it, under any of {wanted}")
    rest = {key: value for key, value in fields.items() if key != name}
    return Found(fields[name], part=part, id=_id_of(rest), metadata=rest)


def _id_of(fields: Mapping[str, object]) -> str:
    return next((str(fields[name]) for name in ID_COLUMNS if fields.get(name)), "")
