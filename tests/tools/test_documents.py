import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import docx
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.decoding import clean
from questgraph.tools.documents import Inputs, load
from questgraph.tools.errors import DocumentError
from questgraph.tools.markup import html_text, markdown_text
from questgraph.tools.records import Document


@dataclass
class Page:
    """Stands for a LangChain document, which has these fields."""

    page_content: str
    metadata: dict[str, object] = field(default_factory=dict)
    id: str | None = None


def documents(inputs: Inputs) -> list[Document]:
    found = list(load(inputs))
    assert not [str(each) for each in found if isinstance(each, DocumentError)]
    return [each for each in found if isinstance(each, Document)]


def error(inputs: Inputs) -> str:
    [found] = load(inputs)
    assert isinstance(found, DocumentError)
    return str(found)


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_folder_gives_known_files_by_name_and_leaves_hidden_ones_out(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/.hidden.txt", ".git/x.txt", "photo.jpg", "a/b/c.HTML"):
        write(tmp_path / name, f"Text of {name}")

    found = documents(tmp_path)

    assert [document.id for document in found] == ["a/b/c.HTML", "a/z.md", "b.txt"]
    assert found[2].source == str(tmp_path / "b.txt")


def test_glob_gives_each_file_once_named_below_its_fixed_part(tmp_path: Path) -> None:
    for name in ("in/a/x.txt", "in/b/x.txt", "in/x.csv"):
        write(tmp_path / name, "text")

    found = documents(f"{tmp_path}/in/**/*.txt")

    assert [document.id for document in found] == ["a/x.txt", "b/x.txt"]


def test_file_whose_name_looks_like_a_glob_is_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "notes [1].txt", "text")

    assert [document.id for document in documents(str(path))] == ["notes [1].txt"]


def test_documents_of_the_same_name_get_numbers(tmp_path: Path) -> None:
    one, two = write(tmp_path / "1/a.txt", "one"), write(tmp_path / "2/a.txt", "two")
    given = Document("a.txt~2", "three")

    found = documents([given, one, two, Page("four", id="a.txt")])

    assert [document.id for document in found] == ["a.txt~2", "a.txt", "a.txt~3", "a.txt~4"]


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path / "a.pdf", b"%PDF-1.4 no more")
    write(tmp_path / "b.docx", b"PK no zip")
    write(tmp_path / "c.json", "{")
    write(tmp_path / "d.txt", " \n ")
    write(tmp_path / "e.txt", "good")

    *errors, last = load(tmp_path)

    assert [type(each) for each in errors] == [DocumentError] * 4
    assert isinstance(last, Document)


def test_document_of_the_caller_keeps_its_offsets() -> None:
    [document] = documents(Document("d", "a\r\nb\udc80\0c", source="s", metadata={"k": 1}))

    assert document == Document("d", "a\r\nb\ufffd\ufffdc", source="s", metadata={"k": 1})


def test_langchain_documents_are_taken_with_their_metadata() -> None:
    found = documents([Page("one", {"source": "x.pdf", "page": 3}), Page("two", id="second")])

    assert [document.id for document in found] == ["x.pdf", "second"]
    assert found[0].metadata == {"source": "x.pdf", "page": 3}


def test_missing_path_names_the_nearest_one(tmp_path: Path) -> None:
    write(tmp_path / "report.txt", "text")

    assert "did you mean" in (message := error(tmp_path / "repotr.txt"))
    assert "report.txt" in message


@pytest.mark.parametrize("text", ["Ann met Bob.", "Ann\nmet", "word " * 500, "", "a\0b"])
def test_text_in_place_of_a_path_is_not_guessed_at(text: str) -> None:
    assert "wrap it: Document(" in error(text)


def test_folder_without_a_known_file_says_so(tmp_path: Path) -> None:
    assert ".pdf" in error(tmp_path)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("Zürich – schön".encode(), "Zürich – schön"),
        (b"\xef\xbb\xbfAnn", "Ann"),
        ("Zürich 東京".encode("utf-16"), "Zürich 東京"),
        ("Zürich 東京".encode("utf-16-be").join([b"\xfe\xff", b""]), "Zürich 東京"),
        ("Die Straße über die Brücke führt nach München.".encode("cp1252"), "Straße über"),
        ("Le garçon a été élevé à l'école, où il était.".encode("cp1252"), "élevé à l'école, où"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy".encode("cp1250"), "žluťoučký kůň"),
        ("東京は日本の首都です。".encode("shift_jis"), "東京は日本"),
        ("Привет, как дела сегодня у всех друзей".encode("cp1251"), "Привет"),
        (("Straße über Brücken. " * 20).encode() + b"\xff end", "Straße über Brücken."),
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
    ],
)
def test_encoding_is_found(tmp_path: Path, data: bytes, expected: str) -> None:
    [document] = documents(write(tmp_path / "a.txt", data))

    assert expected in document.text


@pytest.mark.parametrize("name", ["a.txt", "a.bin", "a"])
def test_binary_file_is_refused_with_what_can_be_read(tmp_path: Path, name: str) -> None:
    message = error(write(tmp_path / name, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"))

    assert "it is binary" in message
    assert ".docx" in message


def test_file_of_unknown_ending_is_read_as_text(tmp_path: Path) -> None:
    [document] = documents(write(tmp_path / "notes.abc", "Plain text"))

    assert document.text == "Plain text"


@pytest.mark.parametrize(
    "name", ["a.txt", "a.md", "a.html", "a.csv", "a.tsv", "a.jsonl", "a.json", "a.pdf", "a.docx"]
)
def test_empty_file_of_any_kind_is_an_error(tmp_path: Path, name: str) -> None:
    assert error(write(tmp_path / name, b""))


@given(st.text(st.characters(), max_size=50))
def test_cleaned_text_can_be_encoded_and_stays_clean(text: str) -> None:
    cleaned = clean(text)

    cleaned.encode()
    assert "\r" not in cleaned
    assert "\0" not in cleaned


MARKDOWN = """\
# The *Bridge*

It was [built](https://example.org) in
**1999** by `Acme`.  <!-- unseen -->
Opened ![a photo](x.png).

- one
- two
  1. nested

| name | year |
|------|------|
| Ann  | 1901 |

<div align="center">Centred <b>words</b></div>

    code
"""


def test_markdown_loses_its_marks_and_none_of_its_words() -> None:
    assert markdown_text(MARKDOWN).split("\n\n") == [
        "The Bridge",
        "It was built in 1999 by Acme.   Opened a photo.",
        "one",
        "two",
        "nested",
        "name | year",
        "Ann | 1901",
        "Centred words",
        "code",
    ]


HTML = """<!doctype html><html><head><title> A
 title</title><style>p{}</style></head><body><nav>Menu</nav><h1>The  Bridge</h1>
<p>It cost &euro;5&nbsp;million,<br>they <b>say</b>.<script>x()</script><p>Caf&eacute;<sup>2</sup>
<table><tr><th>name<th>year<tr><td>Ann<td>1901</table><ul><li>one<li>two</ul>tail</body></html>"""


def test_html_is_what_a_reader_sees() -> None:
    text, title = html_text(HTML)

    assert title == "A title"
    assert text.split("\n\n") == [
        "The Bridge",
        "It cost €5 million,\nthey say.",
        "Café2",
        "name | year",
        "Ann | 1901",
        "one",
        "two",
        "tail",
    ]


def test_deeply_nested_html_is_read() -> None:
    assert html_text("<div>" * 300 + "<b>" * 300 + "deep")[0] == "deep"


@given(st.text(max_size=80))
def test_any_text_is_markdown_and_html(text: str) -> None:
    assert isinstance(markdown_text(text), str)
    assert isinstance(html_text(text)[0], str)


def pdf(*pages: str) -> bytes:
    """Return a minimal PDF with a line of text on each page."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for i, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else ""
        page = "/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>"
        objects += [
            f"<</Type/Page{page}/Contents {5 + 2 * i} 0 R>>",
            f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        ]
    body, offsets = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj{each}endobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()


def test_pdf_knows_where_its_pages_start(tmp_path: Path) -> None:
    [document] = documents(write(tmp_path / "a.pdf", pdf("First page.", "Second page.")))

    assert document.text == "First page.\nSecond page."
    assert document.metadata["pages"] == [0, document.text.index("Second")]


def test_pdf_without_text_asks_for_ocr(tmp_path: Path) -> None:
    assert "OCR" in error(write(tmp_path / "a.pdf", pdf("")))


def test_encrypted_pdf_says_so(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain.pdf", pdf("Secret."))
    writer = pypdf.PdfWriter(clone_from=plain)
    writer.encrypt("password", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")

    assert "it is encrypted" in error(tmp_path / "locked.pdf")


def test_docx_gives_paragraphs_and_tables_in_order(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_heading("Heading")
    table = word.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["name", "year", "Ann", ""], strict=True):
        cell.text = text
    table.cell(1, 0).merge(table.cell(1, 1))
    word.add_paragraph("After it.")
    word.save(str(tmp_path / "a.docx"))

    [document] = documents(tmp_path / "a.docx")

    assert document.text == "Heading\n\nname | year\n\nAnn\n\nAfter it."


TABLE = 'id,Text,year\n7,"Ann, the\nfirst",1901\n,Bob,1902\n'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", TABLE),
        ("a.csv", 'id;Text;year\n7;"Ann, the\nfirst";1901\n;Bob;1902\n'),
        ("a.tsv", 'id\tText\tyear\n7\t"Ann, the\nfirst"\t1901\n\tBob\t1902\n'),
    ],
)
def test_table_gives_a_document_for_each_row(tmp_path: Path, name: str, content: str) -> None:
    ann, bob = documents(write(tmp_path / name, content))

    assert (ann.id, ann.text, ann.metadata) == ("7", "Ann, the\nfirst", {"id": "7", "year": "1901"})
    assert (bob.id, bob.text) == (f"{name}#3", "Bob")


def test_longest_column_is_the_text_when_none_is_called_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "name,story\nAnn,She was born in 1901.\nBob\n")

    found = list(load(path))

    assert isinstance(found[0], Document)
    assert found[0].text == "She was born in 1901."
    assert str(found[1]) == f"{path}#3: it is empty"


def test_wrong_line_of_jsonl_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    lines = ['{"id": 0, "text": "Ann\\u2028Lee", "year": 1}', "{oops", '"Bob"', "", '{"no": 1}']
    path = write(tmp_path / "a.jsonl", "\n".join(lines))

    ann, oops, bob, nothing = load(path)

    assert isinstance(ann, Document)
    assert (ann.id, ann.text, ann.metadata) == ("0", "Ann\u2028Lee", {"id": 0, "year": 1})
    assert str(oops).startswith(f"{path}#2: it is not JSON")
    assert isinstance(bob, Document)
    assert (bob.id, bob.text) == ("a.jsonl#3", "Bob")
    assert "there is no text in it" in str(nothing)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ([{"content": "one"}, {"page_content": "two", "id": "x"}], ["a.json#1", "x"]),
        ({"body": "one", "text": "two"}, ["a.json#1"]),
    ],
)
def test_json_is_a_list_of_records_or_one(
    tmp_path: Path, value: object, ids: Iterable[str]
) -> None:
    found = documents(write(tmp_path / "a.json", json.dumps(value)))

    assert [document.id for document in found] == ids


def test_surrogates_in_json_cannot_break_what_comes_after(tmp_path: Path) -> None:
    [document] = documents(write(tmp_path / "a.json", '{"text": "a\\ud800b", "id": "\\ud800"}'))

    assert (document.id, document.text) == ("\ufffd", "a\ufffdb")
