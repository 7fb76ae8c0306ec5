"""Markdown tables, as ChatIE's second stage asks for them.

Two columns for entities (type, name) and relations (head, tail), three for events (type, role,
content), or two, where the type goes without saying. Differences from the released parser, which
drops the first two rows whatever they hold: a header is known by its cells and a rule by its
dashes, so a table without them loses no row. One event per type and several fillers per role can
be told, since the form has no place for more.
"""

from collections.abc import Iterator, Sequence

from questgraph.tools.codecs.parsing import by_folded, fold, is_nothing
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import HEAD, MENTION, TAIL, Frame
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType


class Table:
    """Frames of one type as the rows of a table.

    Args:
        typed: Whether the rows of an event name its type; without that they have two cells.
    """

    def __init__(self, *, typed: bool = True) -> None:
        self.typed = typed

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        header = " | ".join(self._header(types[0]))
        return f"Answer with a table | {header} | only. Answer none where there is nothing."

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is free text."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the frames as a table with header and rule."""
        type_ = types[0]
        header = self._header(type_)
        rows = list(dict.fromkeys(row for frame in value for row in _rows(frame, type_)))
        if not rows:
            return "none"
        rows = [row[-len(header) :] for row in rows]
        rule = tuple("---" for _ in header)
        return "\n".join(f"| {' | '.join(map(_escape, row))} |" for row in (header, rule, *rows))

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the frames of the table's rows.

        Raises:
            AnswerError: When the answer has no table and is not "none", or rows have another
                number of cells.
        """
        type_ = types[0]
        header = self._header(type_)
        rows = [_cells(line) for line in answer.splitlines() if "|" in line]
        rows = [row for row in rows if any(row) and not _is_rule(row) and not _same(row, header)]
        if not rows and "|" not in answer and not _says_nothing(answer):
            raise AnswerError(self.instruct(types))
        good = [row for row in rows if len(row) == len(header)]
        frames = list(dict.fromkeys(_frames(good, type_)))
        if len(good) < len(rows):
            raise AnswerError(f"Each row needs {len(header)} cells. {self.instruct(types)}", frames)
        return frames

    def _header(self, type_: AnyType) -> tuple[str, ...]:
        match type_:
            case EntityType():
                return ("entity type", "entity name")
            case RelationType():
                return (_side(type_.head, "head"), _side(type_.tail, "tail"))
            case EventType():
                cells = ("event type", "argument role", "argument content")
                return cells if self.typed else cells[1:]


def _side(types: Sequence[str], otherwise: str) -> str:
    return "/".join(types) or otherwise


def _rows(frame: Frame, type_: AnyType) -> Iterator[tuple[str, ...]]:
    texts = [text for _, text in frame.fillers]
    match type_:
        case EntityType():
            yield (type_.name, texts[0])
        case RelationType():
            yield (texts[0], texts[1])
        case EventType():
            roles = {role.name for role in type_.roles}
            yield from ((type_.name, role, text) for role, text in frame.fillers if role in roles)


def _frames(rows: Sequence[Sequence[str]], type_: AnyType) -> Iterator[Frame]:
    match type_:
        case EntityType():
            for _, name in rows:
                if not is_nothing(name):
                    yield Frame("entity", type_.name, ((MENTION, name),))
        case RelationType():
            for head, tail in rows:
                if not is_nothing(head) and not is_nothing(tail):
                    yield Frame("relation", type_.name, ((HEAD, head), (TAIL, tail)))
        case EventType():
            known = by_folded(role.name for role in type_.roles)
            fillers = [
                (known[fold(role)], text)
                for *_, role, text in rows
                if fold(role) in known and not is_nothing(text)
            ]
            if fillers:
                yield Frame("event", type_.name, tuple(dict.fromkeys(fillers)))


def _cells(line: str) -> list[str]:
    r"""Return the cells of a row; a pipe inside a cell is written `\|`."""
    marked = line.strip().replace("\\|", "\0").strip("|")
    return [cell.replace("\0", "|").strip() for cell in marked.split("|")]


def _escape(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|")


def _is_rule(row: Sequence[str]) -> bool:
    return all(set(cell) <= set("-: ") for cell in row)


def _same(row: Sequence[str], header: Sequence[str]) -> bool:
    return [fold(cell) for cell in row] == [fold(cell) for cell in header]


def _says_nothing(answer: str) -> bool:
    lines = [line for line in answer.splitlines() if line.strip()]
    return not lines or any(is_nothing(part) for part in (lines[0], lines[-1], *lines[-1].split()))
