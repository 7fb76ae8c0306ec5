"""Measures on real runs what one passage takes: the parameters of `scale.py`.

Names of figures say their units; bytes are of one passage, call or claim in the mean, times are
processor time of the process that is meant. What PostgreSQL and Ray take is in `scale_servers.py`.
"""

import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from statistics import mean
from typing import Any

import task
from scale_copies import CALLS, EXAMPLES, Answers, Recorded, copies, documents, recorded

import questgraph
from questgraph.agents.banks import open_bank
from questgraph.retrieval.bank import Bank
from questgraph.tools.chunking import split
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Document, Turn, Usage
from questgraph.tools.schema import Schema
from questgraph.tools.schema_sources import general

Figures = dict[str, Any]

PASSAGES = 240
"""Of most runs here: what is written in pages is spread over enough of them."""

SHORT = 2000
"""Characters below which a request shows a sentence, and no dialogue with demonstrations."""

_BYTES = "select sum(pgsize), sum(payload) from dbstat where name in ({})"
_TABLES = (
    ("calls",),
    ("plain", "sqlite_autoindex_plain_1"),
    ("units", "sqlite_autoindex_units_1", "units_in_order", "units_by_status"),
    ("documents", "sqlite_autoindex_documents_1", "documents_in_order"),
)
_COUNTS = """
select (select count(*) from calls), (select count(*) from units), (select count(*) from documents),
    (select sum(json_array_length(claims)) from units), (select sum(length(claims)) from units),
    (select sum(length(request)) from calls), (select sum(length(reply)) from calls)
"""


def asked() -> Figures:
    """Return what the recorded demo was asked and answered."""
    with tempfile.TemporaryDirectory() as folder:
        found = questgraph.extract(EXAMPLES / "documents", model=f"replay:{CALLS}", out=folder)
        usage, passages, claims = found.status.usage, len(found.turns), list(found.claims)
        with closing(SqliteLedger(Path(folder) / "run.db")) as ledger:
            dialogues = [_steps(turns, ledger) for turns in found.turns.values()]
            keys = {turn.call for turns in found.turns.values() for turn in turns}
            lengths = [len(json.dumps(ledger.request(key))) for key in keys]
        found.close()
    return {
        "passages": passages,
        "characters": sum(len(each.text) for each in documents()) / passages,
        "calls": usage.calls / passages,
        "dialogue_characters": mean(length for length in lengths if length > SHORT),
        "steps": sum(map(len, dialogues)) / passages,
        "prompt_tokens": usage.prompt_tokens / passages,
        "cached_share": usage.cached_tokens / usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens / passages,
        "claims": len(claims) / passages,
        "admitted": sum(claim.admitted for claim in claims) / passages,
        "dialogues": dialogues,
    }


def stored() -> Figures:
    """Return what a run folder keeps, with demonstrations and without, and for `make bench`."""
    with tempfile.TemporaryDirectory() as folder:
        recording = recorded(Path(folder))
    return {
        "demo_with_bank": _kept(copies(PASSAGES), demo_model(recording), "starter"),
        "demo_without_bank": _kept(copies(PASSAGES), demo_model(recording), None),
        "bench": _kept(bench_documents(), bench_model(), None, bench_schema()),
    }


def prepared() -> Figures:
    """Return what cutting and finding demonstrations take, and re-reading what is unchanged."""
    import torch

    torch.set_num_threads(1)
    bank = open_bank("starter").fit(general())
    demo = [document.text for document in copies(64)]
    bench = task.passages(0, 64)
    whole = Document("whole", "\n\n".join(bench))
    _search(bank, demo[:4])
    return {
        "cut_ms": milliseconds(lambda: split(whole, size=1200, overlap=150), 64),
        "search_ms_demo": milliseconds(lambda: _search(bank, demo), 64),
        "search_ms_bench": milliseconds(lambda: _search(bank, bench), 64),
        "embed_ms_bench": milliseconds(lambda: bank.embedder.embed(bench), 64),
        "unchanged_ms": _unchanged(2100),
    }


def demo_model(answers: Answers) -> ScriptedModel:
    """Return a model that answers about copies as the embedded one did."""
    return ScriptedModel(Recorded(answers), name="openai:demo")


def bench_documents() -> list[Document]:
    """Return passages of the overhead benchmark: 1,000 characters, 20 facts."""
    return [Document(f"{i:06}", text) for i, text in enumerate(task.passages(0, PASSAGES))]


def bench_model() -> ScriptedModel:
    """Return a model that gives the benchmark's answers, to the question that was put last."""
    answers = task.multi_turn_answers()

    def answer(request: Request) -> str:
        question = request.messages[-1].content
        return answers[max(answers, key=question.rfind)]

    return ScriptedModel(answer, name="openai:bench")


def bench_schema() -> Schema:
    """Return the eight types of the benchmark."""
    relations = {name: {"head": h, "tail": t} for name, (h, t) in task.SIGNATURES.items()}
    return questgraph.load_schema({"entities": list(task.ENTITIES), "relations": relations})


def milliseconds(work: Callable[[], object], among: int) -> float:
    """Return the processor time of `work` for each of so many."""
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun) / among


def _steps(turns: Iterable[Turn], ledger: SqliteLedger) -> list[list[list[int]]]:
    """Return the calls of a dialogue, those of a step side by side: what is verified.

    Each is fresh, cached and written tokens, and how many may be written.
    """
    steps: list[list[list[int]]] = []
    for stage, some in groupby(turns, key=lambda turn: turn.stage):
        calls = [[*_tokens(turn.usage), _limit(ledger, turn)] for turn in some]
        steps += [calls] if stage == "verify" else [[call] for call in calls]
    return steps


def _tokens(usage: Usage) -> list[int]:
    fresh = usage.prompt_tokens - usage.cached_tokens
    return [fresh, usage.cached_tokens, usage.completion_tokens]


def _limit(ledger: SqliteLedger, turn: Turn) -> int:
    request = ledger.request(turn.call)
    assert request, "it was asked a moment ago"
    return int(request["max_tokens"])


def _kept(
    some: Iterable[Document], model: ScriptedModel, bank: str | None, schema: Schema | None = None
) -> Figures:
    """Run, and return the bytes that each table of `run.db` takes."""
    with tempfile.TemporaryDirectory() as folder:
        questgraph.extract(some, out=folder, model=model, bank=bank, schema=schema).close()
        with sqlite3.connect(Path(folder) / "run.db") as database:
            return _weighed(database)


def _weighed(database: sqlite3.Connection) -> Figures:
    calls, units, documents_, claims, *lengths = database.execute(_COUNTS).fetchone()
    _copy_as_plain_table(database)
    (call_bytes, filled), (plain_bytes, _), (unit_bytes, _), (document_bytes, _) = (
        database.execute(_BYTES.format(", ".join("?" * len(some))), some).fetchone()
        for some in _TABLES
    )
    return {
        "passages": units,
        "calls": calls / units,
        "claims": claims / units,
        "bytes_per_call": call_bytes / calls,
        "bytes_per_call_in_plain_table": plain_bytes / calls,
        "request_bytes_per_call": lengths[1] / calls,
        "reply_bytes_per_call": lengths[2] / calls,
        "call_pages_filled": filled / call_bytes,
        "bytes_per_unit": unit_bytes / units,
        "bytes_per_claim": lengths[0] / claims,
        "bytes_per_document": document_bytes / documents_,
        "bytes_per_passage": (call_bytes + unit_bytes + document_bytes) / units,
    }


def _copy_as_plain_table(database: sqlite3.Connection) -> None:
    """Copy the calls into a table with row numbers, to be compared."""
    query = "select sql from sqlite_master where name = 'calls'"
    made = database.execute(query).fetchone()[0].lower().replace("without rowid", "")
    database.execute(made.replace("table calls", "table plain"))
    database.execute("insert into plain select * from calls order by random()")
    database.commit()


def _search(bank: Bank, texts: Sequence[str]) -> None:
    # One by one: a worker looks demonstrations up for one document at a time.
    for text in texts:
        bank.search([text], k=4, selection="covering", tokens=2000)


def _unchanged(count: int) -> float:
    """Return what a document costs that is met again as it was, in a run that exports nothing."""
    some = [Document(f"{i:05}", f"Nothing happened on day {i}.") for i in range(count)]
    model = ScriptedModel(lambda _: json.dumps({"types": []}), name="openai:nothing")

    async def run(folder: str) -> None:
        (await questgraph.aextract(some, out=folder, model=model, bank=None)).close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(folder))
        return milliseconds(lambda: asyncio.run(run(folder)), count)
