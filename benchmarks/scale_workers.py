"""Measures what a worker of a distributed run takes, and the tables and the graph it makes."""

import json
import tempfile
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pyarrow as pa
from scale_copies import copies, recorded, served
from scale_measuring import Figures, demo_model, milliseconds
from scale_postgres import Server, serving

import questgraph
from questgraph.agents.distributed import tables
from questgraph.agents.distributed.questioner import Order, Questioner
from questgraph.agents.options import Options, look_up
from questgraph.graphs import reduce
from questgraph.graphs.reduce import Row
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.records import Claim, Document
from questgraph.tools.schema import Schema
from questgraph.tools.schema_sources import general

PASSAGES = 180

_CALLS = "select count(*) from questgraph_calls"
_BYTES = "select pg_total_relation_size('questgraph_calls')"
_OUT_OF_LINE = """
select pg_total_relation_size(reltoastrelid) from pg_class where relname = 'questgraph_calls'
"""
# Of about 2,000 bytes and more.
_LONG = "select count(*) from questgraph_calls where octet_length(request) > 2000"
_WRITTEN = "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"


def worked() -> Figures:
    """Return what a worker takes that questions documents, and that meets them a second time."""
    return {"with_bank": _worker("starter"), "without_bank": _worker(None)}


def reduced() -> Figures:
    """Return what the tables of a distributed run and the passes that make its graph take."""
    with tempfile.TemporaryDirectory() as folder:
        model = demo_model(recorded(Path(folder)))
    found = questgraph.extract(copies(PASSAGES), model=model, bank=None)
    results = list(found.results)
    said = [(found.documents[each.unit.chunk.document_id], each.claims) for each in results]
    rows: dict[str, list[Row]] = {}
    took = milliseconds(lambda: rows.update(_passes(said, general())), PASSAGES)
    written = [json.dumps(tables.unit_row(each.unit, each)).encode() for each in results]
    shares = [json.dumps(list(some)).encode() for _, some in groupby(rows["parts"], _document)]
    return {
        "reduce_ms": took,
        "result_bytes": sum(map(len, written)) / PASSAGES,
        "result_bytes_zstd": _compressed(written) / PASSAGES,
        "graph_bytes_zstd": _compressed(shares) / PASSAGES,
        **{f"{name}_rows": len(some) / PASSAGES for name, some in rows.items()},
        **{f"{name}_bytes": len(json.dumps(some)) / PASSAGES for name, some in rows.items()},
    }


def _worker(bank: str | None) -> Figures:
    with serving() as server, served() as url, tempfile.TemporaryDirectory() as folder:
        for name, some in (("warm", copies(12)), ("main", copies(PASSAGES, first=300))):
            rows = (tables.document_row(i, document) for i, document in enumerate(some))
            tables.write(rows, Path(folder), tables.DOCUMENTS, name)
        model = OpenAIModel("demo", base_url=url)
        options: Options = {"model": model, "bank": bank, "ledger": server.url}
        found = look_up(options)
        order = Order(options=options, terms=found.terms, config=found.config, folder=Path(folder))
        question = Questioner(order)
        question({"file": "warm"})
        return _asked_twice(question, server)


def _asked_twice(question: Questioner, server: Server) -> Figures:
    calls, written = server.one(_CALLS), server.one(_WRITTEN)
    busy, begun = server.processor_seconds(), time.perf_counter()
    took = milliseconds(lambda: question({"file": "main"}), PASSAGES)
    wall, busy = time.perf_counter() - begun, server.processor_seconds() - busy
    written, put = server.one(_WRITTEN) - written, server.one(_CALLS) - calls
    again = milliseconds(lambda: question({"file": "main"}), PASSAGES)
    return {
        "passages": PASSAGES,
        "calls": put / PASSAGES,
        "worker_ms": took,
        "worker_wall_ms": 1000 * wall / PASSAGES,
        "replay_ms": again,
        "ledger_ms_per_call": 1000 * busy / put,
        "bytes_per_call": server.one(_BYTES) / server.one(_CALLS),
        "wal_bytes_per_call": written / put,
        "out_of_line_share": server.one(_LONG) / server.one(_CALLS),
        "out_of_line_bytes_per_call": server.one(_OUT_OF_LINE) / server.one(_CALLS),
    }


def _passes(
    some: Sequence[tuple[Document, Sequence[Claim]]], schema: Schema
) -> dict[str, list[Row]]:
    """Return the rows of the three passes that make a graph."""
    first = [row for each in some for row in reduce.introduced(*each, schema)]
    longs = reduce.longs_from(first)
    second = [row for each in some for row in reduce.placed(*each, schema, longs)]
    whole = reduce.whole_from(longs, ())
    third = [row for each in some for row in reduce.parts(*each, schema, whole)]
    return {"introduced": first, "placed": second, "parts": third}


def _compressed(some: Sequence[bytes]) -> int:
    """Return the bytes of each compressed alone: copies would compress into each other."""
    return sum(len(pa.compress(each, "zstd")) for each in some)


def _document(row: Row) -> str:
    return str(row["document"])
