"""What there is to ask about, counted without asking and without keeping it.

The passages of a long document cannot be counted without cutting it, which takes two milliseconds
a passage. So enough documents of each order of length are cut, and the others are reckoned by
what these gave.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from questgraph.agents.estimates.reservoir import Reservoir
from questgraph.agents.runs.plan import Asked, Plan
from questgraph.agents.runs.reader import Part, RunReader
from questgraph.tools.documents import Inputs, load
from questgraph.tools.errors import DocumentError
from questgraph.tools.records import Chunk, Document, Span, Unit

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


def survey(
    inputs: Inputs,
    plan: Plan,
    *,
    known: RunReader | None = None,
    config: str = "",
    watch: Watch | None = None,
) -> Survey:
    """Read everything that `inputs` hold and return how much there is to ask about.

    Args:
        inputs: As `extract` takes them.
        plan: How documents are cut.
        known: A run folder: what is complete there needs nothing.
        config: `Plan.digest`, of all that decides what is found.
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
        if known and (done := known.whole(found, config)) is not None:
            units, complete = units + done, complete + done
            continue
        count = counter.count(found, known.parts(found, config) if known else set())
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
        sample=tuple(
            asked
            for unit in _pieces(drawn.kept, plan.chunk_size)
            for asked in plan.prepare([unit], avoid=unit.chunk.document_id)
        ),
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

    def count(self, document: Document, done: set[Part]) -> _Count:
        """Count the passages of a document, or reckon their number.

        Args:
            document: What is cut.
            done: Its complete units, as `RunReader.parts` has them.
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

    def _counted(self, document: Document, done: set[Part]) -> _Count:
        units = self._plan.units(document)
        left = [unit.chunk.text for unit in units if not (done and Part.of(unit) in done)]
        size = sum(map(_size, left))
        return _Count(len(units), len(units) - len(left), size, len(document.text))


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
