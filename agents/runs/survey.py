"""What there is to ask about, counted without asking and without keeping it.

The passages of a long document cannot be counted without cutting it, which takes two milliseconds
a passage. So enough documents of each order of length are cut, and the others are reckoned by
what these gave.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from questgraph.agents.runs.engine import Asked, Plan
from questgraph.agents.runs.reader import DONE
from questgraph.agents.runs.sampling import Reservoir
from questgraph.tools.chunking import split
from questgraph.tools.database import Database
from questgraph.tools.documents import Inputs, load
from questgraph.tools.errors import DocumentError
from questgraph.tools.records import Chunk, Document, Span, Unit, digest

SAMPLE = 32
"""Passages that are looked at closely."""

ENOUGH = 1000
"""Passages of documents of one order of length (500 to 1000 characters, say) after which further
ones are reckoned."""

Watch = Callable[[int], None]
"""Called with the number of documents read so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How much there is to ask about."""

    documents: int
    unreadable: int
    units: int
    """Passages, those included that need nothing."""

    complete: int
    """Passages that are complete in the run folder and have not changed."""

    size: int
    """Bytes of UTF-8 in the other passages together."""

    counted: bool
    """Whether all passages were counted and none reckoned."""

    sample: tuple[Asked, ...]
    """Some of the other passages, cut regardless of sentences, with their demonstrations."""

    @property
    def pending(self) -> int:
        """How many passages there is something to ask about."""
        return self.units - self.complete


class Known:
    """What a run folder has complete under a configuration; looking changes nothing there.

    Args:
        database: The file; its tables exist.
        config: `Plan.digest`, of all that decides what is found.
    """

    def __init__(self, database: Database, config: str) -> None:
        self._reads, self._config = database.reader(), config

    def whole(self, document: Document) -> int | None:
        """Return how many units a document has that is complete as it is; `None` if it is not."""
        query = f"""
            select count(u.id), coalesce(sum(u.status in ({DONE})), 0)
            from documents d left join units u on u.document_id = d.id
            where d.id = ? and d.hash = ? and d.config = ? group by d.id
        """
        row = self._reads.execute(query, (document.id, document.hash, self._config)).fetchone()
        return int(row[0]) if row and row[0] == row[1] else None

    def parts(self, document: Document) -> set[tuple[str, int, int, str]]:
        """Return id, start, end and hash of the document's units that are complete."""
        query = f"""
            select id, start, end, hash from units
            where document_id = ? and config = ? and status in ({DONE})
        """
        return set(self._reads.execute(query, (document.id, self._config)))


def survey(
    inputs: Inputs, plan: Plan, known: Known | None = None, watch: Watch | None = None
) -> Survey:
    """Read everything that `inputs` hold and return how much there is to ask about.

    Args:
        inputs: As `extract` takes them.
        plan: How documents are cut.
        known: What needs nothing.
        watch: Is told how far the reading is.
    """
    counter, drawn = _Counter(plan), Reservoir[Document](SAMPLE)
    documents = unreadable = units = complete = size = 0
    for found in load(inputs):
        if isinstance(found, DocumentError):
            unreadable += 1
            continue
        documents += 1
        if watch:
            watch(documents)
        if known and (done := known.whole(found)) is not None:
            units, complete = units + done, complete + done
            continue
        count = counter.count(found, known.parts(found) if known else set())
        units, complete, size = units + count.units, complete + count.complete, size + count.size
        if count.units > count.complete:
            drawn.offer(found)
    return Survey(
        documents=documents,
        unreadable=unreadable,
        units=units,
        complete=complete,
        size=size,
        counted=not counter.reckoned,
        sample=tuple(_asked(plan, unit) for unit in _pieces(drawn.kept, plan.chunk_size)),
    )


@dataclass(slots=True)
class _Count:
    """Passages of a document, or of all documents of one order of length."""

    units: int = 0
    complete: int = 0
    size: int = 0
    """Bytes in passages that are not complete."""

    characters: int = 0
    """Of the document, or of all of them."""


class _Counter:
    """Counts the passages of documents."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._cut: dict[int, _Count] = {}
        self.reckoned = False

    def count(self, document: Document, done: set[tuple[str, int, int, str]]) -> _Count:
        """Count the passages of a document, or reckon their number.

        Args:
            document: What is cut.
            done: Its complete units, as `Known.parts` has them.
        """
        characters = len(document.text)
        order = self._cut.setdefault(characters.bit_length(), _Count())
        if done:
            return self._counted(document, done)
        if characters <= self._plan.chunk_size:
            return _Count(1, 0, _size(document.text.strip()), characters)
        if order.units >= ENOUGH:
            self.reckoned = True
            share = characters / order.characters
            return _Count(round(share * order.units), 0, round(share * order.size), characters)
        count = self._counted(document, done)
        order.units += count.units
        order.size += count.size
        order.characters += characters
        return count

    def _counted(self, document: Document, done: set[tuple[str, int, int, str]]) -> _Count:
        plan = self._plan
        chunks = split(document, size=plan.chunk_size, overlap=plan.overlap)
        left = [chunk.text for chunk in chunks if not (done and _identity(chunk) in done)]
        size = sum(map(_size, left))
        return _Count(len(chunks), len(chunks) - len(left), size, len(document.text))


def _identity(chunk: Chunk) -> tuple[str, int, int, str]:
    return Unit(chunk).id, *chunk.span, digest(chunk.text)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _pieces(documents: Sequence[Document], length: int) -> Iterator[Unit]:
    """Yield up to `SAMPLE` pieces of documents, spread evenly over each."""
    for document in documents:
        most = max(1, SAMPLE // len(documents))
        characters = len(document.text)
        starts = range(0, characters, max(length, -(-characters // most)))
        for index, start in enumerate(starts):
            text = document.text[start : start + length]
            span = Span(start, start + len(text))
            yield Unit(Chunk(document.id, text, span=span, index=index))


def _asked(plan: Plan, unit: Unit) -> Asked:
    """Return a unit with the demonstrations that it would be asked with."""
    if not (plan.bank and plan.recipe.demos):
        return unit, ()
    (demos,) = plan.bank.search(
        [unit.chunk.text],
        k=plan.recipe.demos,
        selection="covering",
        tokens=plan.recipe.demo_tokens,
        avoid=unit.chunk.document_id,
    )
    return unit, tuple(demos)
