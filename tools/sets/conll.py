"""Columns, as CoNLL-2003 and most sets for named entities come in.

A token with its tag on each line, a blank line behind each sentence; the tag is the last column.
Where the first column counts the tokens (GermEval 2014), all columns behind the token that hold
tags are read, so that nested entities are found.

    Ann  B-person
    Lee  I-person
    left O

One set of rules reads IOB1, IOB2, BIOES and BILOU alike (those of the shared task's `conlleval`):
a mention begins at B, S or U, and wherever the type changes or the mention before has ended. Each
sentence is a passage; `-DOCSTART-` and comments are left out.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.sets.building import entity, text_of, together

_TAG = re.compile(r"O|([BIESULM])-(.+)")
_BEGINS, _ENDS = "BSU", "ESUL"


class Mention(NamedTuple):
    """Tokens `first` to `last`, both included, that name something."""

    first: int
    last: int
    type: str


def read_conll(path: Path) -> Iterator[Labelled]:
    """Yield the sentences of a file, named after it and numbered from 1.

    Raises:
        ConfigError: When a line has no tag; names file and line.
    """
    rows: list[list[str]] = []
    count = 0
    for number, line in enumerate([*text_of(path).split("\n"), ""], 1):
        columns = line.split("\t") if "\t" in line else line.split()
        columns = [column.strip() for column in columns]
        if not any(columns):
            if rows:
                count += 1
                yield _passage(f"{path.stem}-{count}", rows)
            rows = []
        elif is_row(columns):
            rows.append(columns)
        elif not line.startswith(("-DOCSTART-", "#")):
            raise ConfigError(f"{path}:{number}: end each line with a tag such as O or B-person")


def is_row(columns: Sequence[str]) -> bool:
    """Say whether columns are those of a token, which end in a tag."""
    if len(columns) < 2 or columns[0] in ("", "-DOCSTART-"):
        return False
    return bool(_TAG.fullmatch(columns[-1]))


def mentions(tags: Sequence[str]) -> Iterator[Mention]:
    """Yield what tags mark, in order.

    >>> list(mentions(["I-per", "I-per", "B-per", "O", "S-org"]))[1:]
    [Mention(first=2, last=2, type='per'), Mention(first=4, last=4, type='org')]

    Raises:
        ValueError: When something is no tag.
    """
    open_: Mention | None = None
    for i, tag in enumerate(tags):
        found = _TAG.fullmatch(tag)
        if not found:
            raise ValueError(f"{tag!r} is no tag such as O or B-person")
        sign, type_ = found[1], found[2]
        if open_ and (not sign or sign in _BEGINS or type_ != open_.type):
            yield open_
            open_ = None
        if sign:
            open_ = Mention(open_.first if open_ else i, i, type_)
            if sign in _ENDS:
                yield open_
                open_ = None
    if open_:
        yield open_


def passage(id_: str, tokens: Sequence[str], layers: Sequence[Sequence[str]]) -> Labelled:
    """Return tokens as a passage, labelled with the mentions of each layer of tags.

    Raises:
        ValueError: When something is no tag.
    """
    text, spans = together(tokens)
    found = sorted({mention for tags in layers for mention in mentions(tags)})
    entities = [
        entity(text, (spans[first].start, spans[last].end), type_) for first, last, type_ in found
    ]
    return labelled({"id": id_, "text": text, "entities": entities})


def _passage(id_: str, rows: Sequence[Sequence[str]]) -> Labelled:
    counted = all(row[0] == str(i) and len(row) > 2 for i, row in enumerate(rows, 1))
    if not counted:
        return passage(id_, [row[0] for row in rows], [[row[-1] for row in rows]])
    layers = [
        tags
        for tags in zip(*(row[2:] for row in rows), strict=False)
        if all(map(_TAG.fullmatch, tags))
    ]
    return passage(id_, [row[1] for row in rows], layers)
