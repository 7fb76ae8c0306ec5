import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.documents import load
from questgraph.tools.errors import ConfigError, DocumentError
from questgraph.tools.records import Document

if os.environ.get("CI") != "true":
    pytest.importorskip("pyarrow", reason="`pip install 'questgraph[ray]'` brings pyarrow")

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from questgraph.agents.distributed.shards import (
    Shard,
    documents_in,
    groups,
    hash_of,
    names_in,
    pieces,
    read,
    roll_of,
    shards_in,
)

ROWS: list[dict[str, object]] = [
    {"id": "a", "text": "Ann", "year": 1990},
    {"content": "Bo"},
    {"id": 7, "text": "Cy\r\nDee"},
    {"title": "nothing to read"},
    {"id": "a", "text": "Ed"},
    {"text": "  "},
    {"id": "", "body": "Flo"},
]


def write(path: Path, rows: Sequence[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def distributed(*inputs: Path | str) -> list[Document | DocumentError]:
    """Read inputs as a distributed run does, in one process."""
    shards = shards_in(inputs)
    roll = roll_of([names_in(shard) for shard in shards])
    return [each for i, shard in enumerate(shards) for _, each in documents_in(shard, roll, i)]


def told(found: Iterable[Document | DocumentError]) -> list[str]:
    return [repr(each) for each in found]


def test_documents_have_the_names_and_order_that_one_process_gives_them(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a-1.jsonl", "a/2.jsonl", ".hidden.jsonl"):
        write(tmp_path / "in" / name, ROWS)
    (tmp_path / "in" / "c.jsonl").write_text('{"text": "Gil"}\n\nno json\n"Hal"')
    (tmp_path / "in" / "d.jsonl").write_text("")
    (tmp_path / "in" / "e.txt").write_text("Ida")
    (tmp_path / "in" / "f.unknown").write_text("no document")

    for inputs in (tmp_path / "in", f"{tmp_path}/in/**/*.jsonl", tmp_path / "in" / "b.jsonl"):
        found = distributed(inputs)
        assert told(found) == told(load(inputs))
        ids = [each.id for each in found if isinstance(each, Document)]
        assert len(set(ids)) == len(ids)


def test_parquet_holds_what_jsonl_holds(tmp_path: Path) -> None:
    named = [{**row, "id": str(row.get("id", ""))} for row in ROWS]
    write(tmp_path / "x.jsonl", named)
    columns = {name: [row.get(name) for row in named] for row in named for name in row}
    pq.write_table(pa.table(columns), tmp_path / "x.parquet", row_group_size=2)

    lines, rows = distributed(tmp_path / "x.jsonl"), distributed(tmp_path / "x.parquet")

    assert told(rows) == [each.replace("x.jsonl", "x.parquet") for each in told(lines)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"PAR1 no more", "it is not readable Parquet"), (None, "it cannot be read")],
    ids=["broken", "gone"],
)
def test_a_file_that_cannot_be_read_is_an_error_among_the_others(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    path = tmp_path / "x.parquet"
    if content:
        path.write_bytes(content)

    (error,) = read(Shard(str(path), path.name))

    assert isinstance(error, DocumentError)
    assert error.problem.startswith(problem)


@pytest.mark.parametrize("missing", ["none", "*.jsonl", ".", "x.unknown"])
def test_an_input_without_a_file_to_read_is_a_wrong_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.unknown").write_text("no document")

    with pytest.raises(ConfigError, match="no file there that can be read"):
        shards_in([missing])


NAMES = st.lists(st.lists(st.sampled_from(["a", "b", "a~2", "a~2~", "a~3", "b~2"])), max_size=4)


@given(NAMES)
def test_no_two_documents_share_a_name_whatever_is_given(names: list[list[str]]) -> None:
    roll = roll_of([np.array([hash_of(name) for name in some], np.uint64) for some in names])

    flat = [name for some in names for name in some]
    made = [roll.name(position, name) for position, name in enumerate(flat)]
    assert len(set(made)) == len(made)
    for name, new in zip(flat, made, strict=True):
        assert new.startswith(name)
    assert [made[flat.index(name)] for name in flat] == flat, "the first keeps its name"


@given(st.lists(st.integers(0, 9), max_size=9), st.integers(1, 12))
def test_neighbours_are_put_together_until_they_are_enough(counts: list[int], rows: int) -> None:
    made = groups(counts, rows)

    assert [i for group in made for i in group] == list(range(len(counts)))
    held = [sum(counts[i] for i in group) for group in made]
    assert all(count >= rows for count in held[:-1])


def test_a_file_of_documents_ends_with_enough_of_them_or_of_their_characters() -> None:
    long, short = Document("l", "x" * 50), Document("s", "x")
    found: list[tuple[int, Document | DocumentError]]
    found = list(enumerate([short, short, short, long, short, DocumentError("e", "empty")]))

    made = [len(piece) for piece in pieces(found, documents=3, characters=50)]

    assert made == [3, 1, 2]


def test_a_file_that_changes_meanwhile_ends_the_run(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", ROWS)
    (shard,) = shards_in([path])
    roll = roll_of([names_in(shard)])
    write(path, ROWS[:3])

    with pytest.raises(DocumentError, match="changed while it was read"):
        list(documents_in(shard, roll, 0))
