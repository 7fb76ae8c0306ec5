"""Markdown and HTML → the text that a reader of the page sees.

Blocks (paragraphs, headings, list items, table rows) stand apart by an empty line, so that each
ends a sentence; the cells of a row are joined by ` | `.
"""

from collections.abc import Iterable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from selectolax.lexbor import LexborHTMLParser

BLOCK_SEPARATOR = "\n\n"
CELL_SEPARATOR = " | "

_UNSEEN = ["head", "iframe", "nav", "noscript", "script", "style", "svg", "template"]
_BLOCKS = (
    "address, article, aside, blockquote, body, caption, dd, details, div, dl, dt, fieldset, "
    "figcaption, figure, footer, form, h1, h2, h3, h4, h5, h6, header, hr, li, main, ol, option, "
    "p, pre, section, summary, table, tr, ul"
)
# Separators of ASCII: no page shows them, and they survive until white space has been folded.
_BLOCK_MARK, _CELL_MARK, _LINE_MARK = "\x1d", "\x1e", "\x1f"
_NO_MARKS = dict.fromkeys(map(ord, (_BLOCK_MARK, _CELL_MARK, _LINE_MARK)), " ")


def markdown_text(source: str) -> str:
    """Return the text of a Markdown page: no marks, no link targets, no comments."""
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    return BLOCK_SEPARATOR.join(block for block in _blocks(iter(tokens)) if block)


def html_text(source: str) -> tuple[str, str]:
    """Return the text and the title of an HTML page: no scripts, styles, navigation.

    Deep nesting is no trouble: the page is marked up and read in one sweep, without recursion.
    """
    page = LexborHTMLParser(source.translate(_NO_MARKS))
    title = page.css_first("title")
    title_text = " ".join(title.text().split()) if title else ""
    page.strip_tags(_UNSEEN)
    _mark(page, _BLOCKS, _BLOCK_MARK)
    _mark(page, "td, th", _CELL_MARK)
    _mark(page, "br", _LINE_MARK)
    text = page.root.text(deep=True) if page.root else ""
    return BLOCK_SEPARATOR.join(filter(None, map(_block, text.split(_BLOCK_MARK)))), title_text


def row_text(cells: Iterable[str]) -> str:
    r"""Return a table row as one line.

    >>> row_text(["Ann", " born\n1901 "])
    'Ann | born 1901'
    """
    return CELL_SEPARATOR.join(" ".join(cell.split()) for cell in cells)


def _mark(page: LexborHTMLParser, selector: str, mark: str) -> None:
    for node in page.css(selector):
        node.insert_before(mark)
        node.insert_after(mark)


def _block(marked: str) -> str:
    """Return a block with its white space folded, as a browser shows it."""
    cells = ("\n".join(_lines(cell)) for cell in marked.split(_CELL_MARK))
    return CELL_SEPARATOR.join(cell for cell in cells if cell)


def _lines(cell: str) -> Iterator[str]:
    return filter(None, (" ".join(line.split()) for line in cell.split(_LINE_MARK)))


def _blocks(tokens: Iterator[Token]) -> Iterator[str]:
    """Yield the text of each block of Markdown."""
    for token in tokens:
        match token.type:
            case "inline":
                yield _inline(token.children or ())
            case "fence" | "code_block":
                yield token.content.rstrip()
            case "html_block":
                yield html_text(token.content)[0]
            case "tr_open":
                yield row_text(_cells(tokens))


def _cells(tokens: Iterator[Token]) -> Iterator[str]:
    """Yield the cells up to the end of the row."""
    for token in tokens:
        if token.type == "tr_close":
            return
        if token.type == "inline":
            yield _inline(token.children or ())


def _inline(tokens: Sequence[Token]) -> str:
    return "".join(map(_piece, tokens)).strip()


def _piece(token: Token) -> str:
    match token.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "text" | "text_special" | "code_inline":
            return token.content
        case "image":
            return _inline(token.children or ())
        case _:
            return ""
