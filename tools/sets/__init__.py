"""Labelled sets in the formats that they come in, as passages with labels.

One file for each format; `read_set` tells them apart, `schema_of` says what was labelled.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled, read_labelled
from questgraph.tools.sets.brat import read_brat
from questgraph.tools.sets.building import text_of
from questgraph.tools.sets.conll import is_row, read_conll
from questgraph.tools.sets.docbin import read_docbin
from questgraph.tools.sets.docred import read_docred
from questgraph.tools.sets.huggingface import read_rows, read_saved
from questgraph.tools.sets.observed import schema_of
from questgraph.tools.sets.pubtator import TEXT, read_pubtator

_Reader = Callable[[Path], Iterator[Labelled]]

_ENDINGS: dict[str, _Reader] = {
    ".ann": read_brat,
    ".bio": read_conll,
    ".bioes": read_conll,
    ".conll": read_conll,
    ".iob": read_conll,
    ".iob2": read_conll,
    ".json": read_docred,
    ".jsonl": read_labelled,
    ".pubtator": read_pubtator,
    ".spacy": read_docbin,
}
_SAVED = ("dataset_dict.json", "dataset_info.json", "state.json")


def read_set(path: Path) -> Iterator[Labelled]:
    """Return the passages of a labelled set, whatever its format.

    A file is known by its ending, else by its first lines: our own JSONL, columns (CoNLL), brat,
    PubTator, DocRED, DocBin. A folder holds `train.jsonl`, brat files, or a saved data set.

    Raises:
        ConfigError: When the format is not known, at once; when something in it is wrong, on the
            way there. Names file, line and what is wrong.
    """
    return _reader(path)(path)


def _reader(path: Path) -> _Reader:
    if path.is_dir():
        return _folder_reader(path)
    if reader := _ENDINGS.get(path.suffix.lower()):
        return reader
    if path.suffix.lower() == ".txt" and path.with_suffix(".ann").is_file():
        return read_brat
    line = next((line for line in text_of(path).splitlines() if line.strip()), "")
    if line.startswith("{"):
        return read_labelled
    if TEXT.fullmatch(line):
        return read_pubtator
    if line.startswith(("-DOCSTART-", "#")) or is_row(line.split()):
        return read_conll
    raise ConfigError(
        f"{path}:1: no format of labelled sets begins like {line[:60]!r}: use JSONL, CoNLL "
        "columns, brat, PubTator, DocRED or DocBin"
    )


def _folder_reader(path: Path) -> _Reader:
    if (path / "train.jsonl").is_file():
        return read_labelled
    if any((path / name).is_file() for name in _SAVED):
        return read_saved
    if next(path.rglob("*.ann"), None):
        return read_brat
    raise ConfigError(f"{path}: no train.jsonl, no .ann files and no saved data set in this folder")


__all__ = ["read_rows", "read_set", "schema_of"]
