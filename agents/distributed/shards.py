"""The inputs of a distributed run: files read on many machines, and one name for each document.

`tools/documents.py` names documents in one pass, which cannot be shared out. Here a first pass
takes the names that stand in the files, and a second one, which knows of them all, writes the
documents down in pieces. The outcome is the same: order, ids, and what is no document.
"""

import glob
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, takewhile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from questgraph.tools.decoding import clean, encodable
from questgraph.tools.errors import ConfigError, DocumentError
from questgraph.tools.readers import ID_COLUMNS, TEXT_COLUMNS, Found, readers
from questgraph.tools.records import Document

PARQUET = ".parquet"

Names = NDArray[np.uint64]
"""A hash of each document's name, in their order; 0 for what is no document."""

_ROWS = 256
"""Rows of a Parquet file in memory at once."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A file with documents."""

    path: str
    """Absolute: it must be the same file on every machine."""

    name: str
    """What its documents are called, unless the file says so."""


@dataclass(frozen=True, slots=True)
class Roll:
    """What is known of all documents once their names are taken."""

    counts: Sequence[int]
    """Documents, and what should be some, in each shard."""

    firsts: Sequence[int]
    """Position of the first of them."""

    again: Mapping[int, int]
    """For a document whose name came before, by position: the how manieth it is."""

    taken: Names = field(default_factory=lambda: np.zeros(0, np.uint64))
    """All names in order, when some came before."""

    def name(self, position: int, given: str) -> str:
        """Return the name of the document at `position`, which no other has."""
        if position not in self.again:
            return given
        name = f"{given}~{self.again[position]}"
        while self._is_taken(hash_of(name)):
            name += "~"
        return name

    def _is_taken(self, name: np.uint64) -> bool:
        i = int(np.searchsorted(self.taken, name))
        return i < len(self.taken) and bool(self.taken[i] == name)


def shards_in(inputs: Path | str | Iterable[Path | str]) -> list[Shard]:
    """Return the files that `inputs` name: files, folders, globs.

    Raises:
        ConfigError: When there is none at one of them.
    """
    found = []
    for given in [inputs] if isinstance(inputs, Path | str) else inputs:
        files = _files(str(given))
        if not files:
            raise ConfigError(
                f"{given}: no file there that can be read: a distributed run takes Parquet and"
                f" {' '.join(sorted(readers))}"
            )
        found += [Shard(str(file.absolute()), name) for file, name in files]
    return found


def read(shard: Shard) -> Iterator[Document | DocumentError]:
    """Yield what a shard holds, under the names that stand in it, and an error for what is none."""
    path = Path(shard.path)
    reader = read_parquet if path.suffix.lower() == PARQUET else readers[path.suffix.lower()]
    try:
        yield from (_named(found, shard) for found in reader(path))
    except DocumentError as error:
        yield error
    except OSError as error:
        yield DocumentError(shard.path, f"it cannot be read: {error.strerror or error}")


def read_parquet(path: Path) -> Iterator[Found | DocumentError]:
    """Yield a document for each row; columns are called as in JSONL.

    Raises:
        DocumentError: When it is no Parquet file.
    """
    try:
        with pq.ParquetFile(path) as file:
            rows = (row for batch in file.iter_batches(_ROWS) for row in batch.to_pylist())
            if not file.metadata.num_rows:
                raise DocumentError(str(path), "there is no row in it")
            for number, row in enumerate(rows, 1):
                yield _from_row(path, number, row)
    except pa.ArrowException as error:
        raise DocumentError(str(path), f"it is not readable Parquet: {error}") from error


def names_in(shard: Shard) -> Names:
    """Return the names that stand in a shard."""
    documents = read(shard)
    hashes = [hash_of(each.id) if isinstance(each, Document) else 0 for each in documents]
    return np.array(hashes, np.uint64)


def names_from(data: bytes) -> Names:
    """Return names that travelled as bytes."""
    return np.frombuffer(data, np.uint64)


def roll_of(names: Sequence[Names]) -> Roll:
    """Put together what the shards say, in their order."""
    counts = [len(some) for some in names]
    firsts = [0, *accumulate(counts)][:-1]
    everything = np.concatenate([np.zeros(0, np.uint64), *names])
    order = np.argsort(everything, kind="stable")
    ranked = everything[order]
    numbers = np.arange(len(ranked))
    begins = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]) if len(ranked) else numbers
    earlier = numbers - np.repeat(begins, np.diff(np.r_[begins, len(ranked)]))
    again = np.flatnonzero((earlier > 0) & (ranked != 0))
    nth = dict(zip(order[again].tolist(), (earlier[again] + 1).tolist(), strict=True))
    return Roll(counts, firsts, nth, ranked) if nth else Roll(counts, firsts, nth)


def groups(counts: Sequence[int], rows: int) -> list[range]:
    """Put neighbouring shards together until they hold about `rows` documents."""
    found, begin, held = [], 0, 0
    for i, count in enumerate(counts):
        held += count
        if held >= rows or i == len(counts) - 1:
            found.append(range(begin, i + 1))
            begin, held = i + 1, 0
    return found


def documents_in(
    shard: Shard, roll: Roll, number: int
) -> Iterator[tuple[int, Document | DocumentError]]:
    """Yield each document of the shard of that number with its position, under its own name.

    Raises:
        DocumentError: When the file is not what it was when the names were taken.
    """
    begin, seen = roll.firsts[number], 0
    for position, each in enumerate(read(shard), begin):
        seen += 1
        if isinstance(each, Document) and position in roll.again:
            each = replace(each, id=roll.name(position, each.id))
        yield position, each
    if seen != roll.counts[number]:
        raise DocumentError(shard.path, "it was changed while it was read: run it again")


def pieces(
    found: Iterable[tuple[int, Document | DocumentError]], documents: int, characters: int
) -> Iterator[list[tuple[int, Document | DocumentError]]]:
    """Put documents together until there are so many of them, or of their characters."""
    piece: list[tuple[int, Document | DocumentError]] = []
    held = 0
    for position, each in found:
        piece.append((position, each))
        held += len(each.text) if isinstance(each, Document) else 0
        if len(piece) >= documents or held >= characters:
            yield piece
            piece, held = [], 0
    if piece:
        yield piece


def hash_of(name: str) -> np.uint64:
    """Return the hash of a name, as `Names` holds it."""
    data = name.encode("utf-8", "surrogatepass")
    return np.uint64(int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big"))


def _files(given: str) -> list[tuple[Path, str]]:
    """Return files with what their documents are called: the path below what was given."""
    path = Path(given)
    files: Iterable[Path] = [path]
    below = path.parent
    if path.is_dir():
        below, files = path, (file for file in path.rglob("*") if _is_shown(file, path))
    elif not path.is_file():
        below = Path(*takewhile(lambda part: not glob.has_magic(part), path.parts))
        # `Path.glob` takes no absolute patterns.
        files = map(Path, glob.iglob(given, recursive=True))  # noqa: PTH207
    known = sorted((f for f in files if _is_known(f) and f.is_file()), key=Path.as_posix)
    return [(file, file.relative_to(below).as_posix()) for file in known]


def _is_known(file: Path) -> bool:
    return file.suffix.lower() in {PARQUET, *readers}


def _is_shown(file: Path, folder: Path) -> bool:
    return not any(part.startswith(".") for part in file.relative_to(folder).parts)


def _from_row(path: Path, number: int, row: Mapping[str, object]) -> Found | DocumentError:
    # A column that another row has is nothing that this one says.
    fields = {name: value for name, value in row.items() if value is not None}
    column = next((name for name in TEXT_COLUMNS if isinstance(fields.get(name), str)), None)
    if column is None:
        wanted = ", ".join(TEXT_COLUMNS)
        return DocumentError(f"{path}#{number}", f"there is no text in it, under any of {wanted}")
    text = str(fields.pop(column))
    ids = (str(fields[name]) for name in ID_COLUMNS if fields.get(name, "") != "")
    return Found(text, part=str(number), id=next(ids, ""), metadata=fields)


def _named(found: Found | DocumentError, shard: Shard) -> Document | DocumentError:
    if isinstance(found, DocumentError):
        return found
    part = f"#{found.part}" if found.part else ""
    if not found.text.strip():
        return DocumentError(f"{shard.path}{part}", "it is empty")
    name = encodable(found.id or f"{shard.name}{part}")
    source = encodable(shard.path)
    return Document(name, clean(found.text), source=source, metadata=found.metadata)
