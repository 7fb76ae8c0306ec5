"""What a distributed run does on a cluster, in Ray Data: reading, questioning, reducing.

Only names of files and small rows travel through Ray; texts and answers stay in the tables, which
every machine sees. So a machine that dies takes nothing along, and what it was doing can be done
again with the same outcome.
"""

import contextlib
import itertools
import json
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from math import ceil
from pathlib import Path
from typing import Any

import pyarrow as pa
import ray
import ray.data
from ray.data import ActorPoolStrategy, DataContext
from ray.exceptions import RayError

from questgraph.agents.distributed import shards, tables
from questgraph.agents.distributed.questioner import Order, Questioner
from questgraph.agents.distributed.shards import Roll, Shard
from questgraph.graphs import reduce
from questgraph.graphs.reduce import Row
from questgraph.graphs.resolution import lineages
from questgraph.tools.errors import ConfigError, DocumentError, RunError
from questgraph.tools.schema import Schema

PIECE = 256
"""Most documents in a file: what is done again when a worker dies."""

PIECE_CHARACTERS = 1_000_000
"""Characters of a file after which there is a new one."""

PIECES_A_WORKER = 4
"""Files for each worker at least, so that all of them end at about the same time."""

SIDE_BY_SIDE = 2
"""Files that a worker questions at once."""

BLOCKS = 1000
"""Most tasks for what takes little time."""

PARTITIONS = 200
"""Most parts that rows are sorted into, to be put together."""

_CAUSE = re.compile(r"^(?!ray\.)[\w.]+: .+$", re.MULTILINE)
"""The line of a traceback that says what went wrong, save where Ray talks about itself."""

_SETTLED = pa.schema(dict.fromkeys(("name", "types", "shared"), pa.string()))
_JOINED = pa.schema({"row": pa.large_string()})


@contextlib.contextmanager
def joined() -> Iterator[int]:
    """Join the cluster that is there, or start one here; give the number of its processors.

    Raises:
        RunError: When Ray gives up.
    """
    ours, context, log = not ray.is_initialized(), DataContext.get_current(), _log()
    bars, level = context.enable_progress_bars, log.level
    # What it has to say it raises as well.
    log.setLevel(logging.CRITICAL)
    try:
        if ours:
            # Ray would send reports home.
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            ray.init(log_to_driver=False, logging_level=logging.ERROR)
        context.enable_progress_bars = False
        resources: Callable[[], dict[str, float]] = ray.cluster_resources
        yield max(1, int(resources().get("CPU", 1)))
    except RayError as error:
        raise RunError(
            f"Ray gave up: {_reason(error)}. What was answered is kept: the same command continues"
        ) from error
    finally:
        context.enable_progress_bars = bars
        log.setLevel(level)
        if ours:
            ray.shutdown()


def check_travels(order: Order) -> None:
    """Check that an order can be sent to other machines.

    Raises:
        ConfigError: When it cannot.
    """
    dump: Callable[[object], bytes] = ray.cloudpickle.dumps
    try:
        dump(order)
    except Exception as error:  # whatever an object has to say against it
        raise ConfigError(
            f"the options cannot be sent to other machines: {error}. Give the model, recipe and"
            " bank by name"
        ) from error


def write_documents(files: Sequence[Shard], folder: Path, workers: int) -> list[str]:
    """Write all documents into files of their table; return the names of the files.

    Raises:
        RunError: When an input changes meanwhile.
    """
    numbered = [{"number": i, "path": s.path, "name": s.name} for i, s in enumerate(files)]
    names = {row["number"]: row["names"] for row in _dataset(numbered).map(_take_names).take_all()}
    roll = shards.roll_of([shards.names_from(names[i]) for i in range(len(files))])
    rows = max(1, min(PIECE, ceil(sum(roll.counts) / (workers * PIECES_A_WORKER))))
    groups = [
        {
            "first": some.start,
            "paths": [files[i].path for i in some],
            "names": [files[i].name for i in some],
        }
        for some in shards.groups(roll.counts, rows)
    ]
    written = _dataset(groups).flat_map(_write_shards, fn_args=(ray.put(roll), folder, rows))
    told = written.take_all()
    for row in told:
        if row["problem"]:
            raise RunError(row["problem"])
    return sorted(row["file"] for row in told)


def question(order: Order, files: Sequence[str], workers: int) -> Iterator[Row]:
    """Have `workers` question the documents in `files`; yield what `Questioner` tells of each."""
    pool = ActorPoolStrategy(
        size=workers, max_concurrent_calls_per_actor=SIDE_BY_SIDE, enable_true_multi_threading=True
    )
    # One file each, so that a worker that has done one takes the next.
    told = [{"file": name} for name in files]
    answered = _dataset(told, len(files)).map(
        Questioner, fn_constructor_args=(order,), compute=pool, num_cpus=1
    )
    yield from answered.iter_rows()


def build_graph(folder: Path, files: Sequence[str], schema: Schema, *, into: Path) -> None:
    """Write the graph of everything that was said into the tables of nodes and edges.

    Args:
        folder: Where the tables of documents and results are.
        files: Names of their files.
        schema: What was looked for.
        into: Where the new tables are to be.
    """
    told, partitions = [{"file": name} for name in files], max(1, min(PARTITIONS, len(files)))

    def mapped(function: Callable[..., Iterable[Row]], *known: object) -> Any:
        each = partial(_of_each_document, function, folder)
        return _dataset(told).flat_map(each, fn_args=(schema, *known))

    def grouped(rows: Any, key: str, function: Callable[..., pa.Table]) -> Any:
        held = rows.materialize()
        # Rows that are not there have no columns to be grouped by.
        if not held.count():
            return None
        groups = held.groupby(key, num_partitions=partitions)
        return groups.map_groups(partial(function, schema), batch_format="pyarrow")

    longs = reduce.longs_from(mapped(reduce.introduced).iter_rows())
    settled = grouped(mapped(reduce.placed, ray.put(longs)), "name", _settle)
    rows = map(_from_json, settled.iter_rows() if settled else ())
    whole = ray.put(reduce.whole_from(longs, rows))
    if graph := grouped(mapped(reduce.parts, whole), "id", _join):
        write = partial(_write_graph, into)
        graph.map_batches(write, batch_size=None, batch_format="pyarrow").materialize()


def _dataset(rows: Sequence[Row], blocks: int = BLOCKS) -> Any:
    """Return a dataset; its annotations know neither generators nor classes."""
    return ray.data.from_items(list(rows), override_num_blocks=max(1, min(len(rows), blocks)))


def _take_names(row: Row) -> Row:
    names = shards.names_in(Shard(row["path"], row["name"]))
    return {"number": row["number"], "names": names.tobytes()}


def _write_shards(row: Row, known: Any, folder: Path, rows: int) -> Iterator[Row]:
    """Write the documents of neighbouring shards down; yield the names of the files."""
    roll: Roll = _fetch(known)
    files = [Shard(*both) for both in zip(row["paths"], row["names"], strict=True)]
    numbered = enumerate(files, row["first"])
    found = (each for i, shard in numbered for each in shards.documents_in(shard, roll, i))
    try:
        for number, some in enumerate(shards.pieces(found, rows, PIECE_CHARACTERS)):
            name = f"{row['first']:07}-{number:07}"
            documents = itertools.starmap(tables.document_row, some)
            tables.write(documents, folder, tables.DOCUMENTS, name)
            yield {"file": name, "problem": ""}
    except DocumentError as error:
        # Raised, it would come back as an error of Ray's.
        yield {"file": "", "problem": str(error)}


def _of_each_document(
    function: Callable[..., Iterable[Row]], folder: Path, row: Row, schema: Schema, *known: Any
) -> Iterator[Row]:
    about = [schema, *map(_fetch, known)]
    for document, claims in tables.said(folder, row["file"]):
        yield from function(document, claims, *about)


@lru_cache(maxsize=4)
def _fetch(known: Any) -> Any:
    """Return what was put into the object store, once for each process."""
    return ray.get(known)


def _settle(schema: Schema, group: pa.Table) -> pa.Table:
    row = reduce.settled(group.to_pylist(), lineages(schema))
    known = [{key: json.dumps(value) for key, value in row.items()}] if row else []
    return pa.Table.from_pylist(known, _SETTLED)


def _from_json(row: Row) -> Row:
    return {key: json.loads(value) for key, value in row.items()}


def _join(_: Schema, group: pa.Table) -> pa.Table:
    row = json.dumps(reduce.joined(group.to_pylist()), ensure_ascii=False)
    return pa.Table.from_pylist([{"row": row}], _JOINED)


def _write_graph(folder: Path, batch: pa.Table) -> pa.Table:
    rows = [json.loads(row) for row in batch["row"].to_pylist()]
    tables.write_graph(rows, folder)
    return pa.table({"rows": [len(rows)]})


def _log() -> logging.Logger:
    return logging.getLogger("ray.data")


def _reason(error: RayError) -> str:
    """Return what the error that Ray wraps says; of it there is only the traceback's text."""
    reason = str([str(error), *_CAUSE.findall(str(error))][-1])
    return re.sub(r"^questgraph\.[\w.]+: ", "", reason).strip().removesuffix(".")
