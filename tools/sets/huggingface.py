"""Data sets of the `datasets` library: loaded ones, and folders that it saved.

A row has `tokens` and `ner_tags`, numbers or words, or the columns of our own labelled passages.
Nothing is downloaded: whoever wants a set of the hub loads it and hands it over.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.sets.building import naming, package
from questgraph.tools.sets.conll import passage


def read_saved(path: Path) -> Iterator[Labelled]:
    """Yield the rows of a folder made by `save_to_disk`; of several splits, those for training.

    Raises:
        MissingPackageError: When `datasets` is not installed.
        ConfigError: When the folder holds something else; names it, and the row.
    """
    datasets = package("datasets", "a saved data set")
    try:
        found = datasets.load_from_disk(str(path))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: this is no saved data set: {error}") from error
    if isinstance(found, Mapping):
        found = found["train"] if "train" in found else next(iter(found.values()))
    yield from read_rows(found, str(path))


def read_rows(rows: Iterable[Mapping[str, Any]], place: str = "dataset") -> Iterator[Labelled]:
    """Yield the rows of a loaded data set as labelled passages.

    Args:
        rows: A `datasets.Dataset`, or rows of the same columns.
        place: What errors call it.

    Raises:
        ConfigError: When a row has other columns; names the row.
    """
    names = _tag_names(rows)
    for number, row in enumerate(rows):
        with naming(f"{place}: row {number}"):
            found = _passage(row, names, f"{number}" if row.get("id") is None else str(row["id"]))
        yield found


def _passage(row: Mapping[str, Any], names: Sequence[str], id_: str) -> Labelled:
    if "tokens" in row and "ner_tags" in row:
        tags = [names[tag] if isinstance(tag, int) else tag for tag in row["ner_tags"]]
        return passage(id_, row["tokens"], [tags])
    if "text" not in row:
        raise ValueError(f"no columns tokens and ner_tags, or text, but {', '.join(row)}")
    # A column that a row does not fill is empty there, and not absent.
    return labelled({key: value for key, value in row.items() if value is not None} | {"id": id_})


def _tag_names(rows: object) -> Sequence[str]:
    """Return what the numbers in `ner_tags` mean, where the data set says it."""
    tags = (getattr(rows, "features", None) or {}).get("ner_tags")
    return getattr(getattr(tags, "feature", None), "names", None) or ()
