"""On a real cluster of two nodes, with a real PostgreSQL: the same as in one process."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from questgraph.agents.extractor import aextract
from questgraph.agents.opening import opened
from questgraph.agents.options import Options
from questgraph.agents.runs.status import Status
from questgraph.graphs.exports import node_link
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.gateway.cost import Caps
from questgraph.tools.models.base import Request
from questgraph.tools.models.endpoint import Endpoint
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Document
from questgraph.tools.settings import Settings

from .world import SCHEMA, reader, text

if os.environ.get("CI") != "true":
    pytest.importorskip("ray", reason="no Ray here: `pip install 'questgraph[ray]'` brings it")
    pytest.importorskip("psycopg", reason="`pip install 'questgraph[postgres]'` brings psycopg")

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from questgraph.agents.distributed import run as distributed
from questgraph.agents.distributed import tables

# Ray warns of itself.
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

DOCUMENTS = 60
FIRMS = ("Isis-17", "Isis17")
"""One firm by the rules for merging, told of in two documents."""
TOLD = ("document_id", "unit_id", "position", "start", "end", "status", "reason", "claims")
SYSTEM = {
    # A node that is gone is missed after some seconds.
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 1000,
    # Processes are kept for what comes next: on a busy machine each takes seconds to start.
    "num_workers_soft_limit": 4,
}
NODE = {"num_cpus": 1, "object_store_memory": 80_000_000}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two nodes on this machine, each with processes of its own."""
    import ray
    from ray.cluster_utils import Cluster

    # The paths of sockets must be short.
    folder = tempfile.mkdtemp(prefix="qg", dir="/tmp")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", folder)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        head = {**NODE, "include_dashboard": False, "_system_config": SYSTEM}
        nodes = Cluster(initialize_head=True, head_node_args=head)
        try:
            nodes.add_node(**NODE)
            ray.init(address=nodes.address, log_to_driver=False, logging_level="ERROR")
            yield nodes
        finally:
            ray.shutdown()
            nodes.shutdown()
            left = ended(processes())
            shutil.rmtree(folder, ignore_errors=True)
    assert not left, "no process may stay behind"


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """Return a folder with files of documents: some with ids, some without."""
    folder = tmp_path / "in"
    folder.mkdir()
    rows = [{"id": f"{n:03}", "text": text(n), "year": 1990 + n} for n in range(DOCUMENTS)]
    half = DOCUMENTS // 2
    (folder / "a.jsonl").write_text(lines(rows[:half]))
    (folder / "b.jsonl").write_text(lines([{"content": row["text"]} for row in rows[half:]]))
    return folder


def lines(rows: Sequence[object]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def options(endpoint: Endpoint, ledger: str, **others: Any) -> Options:
    settings = Settings(cache=Path("none"), openai_base_url=endpoint.url)
    known: Options = {
        "schema": SCHEMA,
        "recipe": "multi-turn",
        "bank": None,
        "model": "openai:test",
        "settings": settings,
    }
    return {**known, "ledger": ledger, **others}  # type: ignore[typeddict-item]


async def run(inputs: Path, out: Path, given: Options, **others: Any) -> Status:
    """Run as a script would, while the endpoint answers here."""
    extract = partial(distributed.extract, [inputs], out=out, **given, **others)
    return await asyncio.to_thread(extract)


def units(folder: Path) -> list[dict[str, Any]]:
    """Return all units in order, less what they cost."""
    names = tables.files(folder, tables.RESULTS)
    rows = [row for name in names for row in tables.rows_in(folder, tables.RESULTS, name, *TOLD)]
    return sorted(rows, key=lambda row: str(row["unit_id"]))


def documents(folder: Path) -> dict[str, Document]:
    names = tables.files(folder, tables.DOCUMENTS)
    return {document.id: document for name in names for document in tables.documents(folder, name)}


def whole(graph: KnowledgeGraph) -> str:
    return json.dumps(node_link(graph), indent=1)


def shown(folder: Path) -> KnowledgeGraph:
    with opened(folder) as found:
        return found.graph


def reads_more(request: Request) -> str:
    """Answer as `reader`, and where a passage has one of these firms, name it and its director."""
    said = " ".join(message.content for message in request.messages)
    firm = next((name for name in FIRMS if name in said), "")
    if not firm:
        return reader(request)
    told = {
        "Which of the types": {"types": ["person", "firm", "works_for"]},
        "Copy every mention": {"person": ["Ann Solheim", "She"], "firm": [firm]},
        "Give every pair": {"works_for": [["Ann Solheim", firm], ["She", firm]]},
        "Does it say": {"answer": "yes"},
    }
    asked = request.messages[-1].content
    return json.dumps(next((answer for words, answer in told.items() if words in asked), {}))


def kept(ledger: str) -> set[str]:
    """Return the keys of the answers that are in the ledger."""
    with psycopg.connect(ledger) as database:
        return {key for (key,) in database.execute("select key from questgraph_calls")}


def processes(title: bytes = b"") -> list[int]:
    """Return the processes of this cluster, those of a title."""
    ours = f"RAY_TMPDIR={os.environ['RAY_TMPDIR']}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            named = title in (process / "cmdline").read_bytes()
            if named and ours in (process / "environ").read_bytes():
                found.append(int(process.name))
    return [process for process in found if process != os.getpid()]


def workers() -> list[int]:
    """Return the processes that question documents."""
    return processes(b"MapWorker(Map(Questioner))")


def ended(some: list[int]) -> list[int]:
    """Give processes some time to end; return those that do not."""
    end = time.monotonic() + 10
    while time.monotonic() < end and any(Path(f"/proc/{process}").exists() for process in some):
        time.sleep(0.1)
    return [process for process in some if Path(f"/proc/{process}").exists()]


async def reached(moment: Callable[[], bool], running: "asyncio.Task[Status]") -> bool:
    """Wait until `moment` is true; say whether it was before the run ended."""
    while not running.done() and not moment():
        await asyncio.sleep(0.005)
    return not running.done()


async def test_two_nodes_find_what_one_process_finds_and_ask_it_once(
    cluster: Any, inputs: Path, tmp_path: Path, postgres_url: str
) -> None:
    more = [{"id": "000", "text": text(7)}, {"title": "no text"}]
    more += [
        {"id": firm, "text": f"Ann Solheim works for {firm}. She never works for {firm}."}
        for firm in FIRMS
    ]
    first, second = tmp_path / "first", tmp_path / "second"
    (inputs / "c.jsonl").write_text(lines(more) + "{no json")

    async with Endpoint(ScriptedModel(reads_more), latency=0.02) as endpoint:
        given = options(endpoint, postgres_url)
        found = await run(inputs, first, given)
        asked = endpoint.asked.copy()
        again = await run(inputs, second, given, graph=False)
        assert endpoint.asked == asked, "a finished run asks nothing"
        model = OpenAIModel("test", base_url=endpoint.url)
        single = await aextract(
            [inputs], model=model, schema=SCHEMA, recipe="multi-turn", bank=None
        )

    assert set(endpoint.asked) == set(asked)
    told = [tables.unit_row(result.unit, result) for result in single.results]
    assert units(first) == sorted(
        ({name: row[name] for name in TOLD} for row in told), key=lambda row: str(row["unit_id"])
    )
    assert units(second) == units(first)
    assert documents(first) == single.documents
    assert whole(shown(first)) == whole(single.graph)
    assert len(shown(second)) == 0
    await asyncio.to_thread(distributed.make_graph, second)
    assert whole(shown(second)) == whole(single.graph)
    merged = [
        part["id"] for _, data in single.graph.nodes(data=True) for part in data.get("merged", ())
    ]
    assert len(merged) == 3, "the firm of two spellings, and she of either document"
    for name in ("documents", "incomplete", "endings", "unreadable", "ended", "complete"):
        assert getattr(found, name) == getattr(single.status, name) == getattr(again, name), name
    assert (found.spending.settled.calls, again.usage.calls) == (found.usage.calls, 0)


async def test_a_killed_worker_loses_nothing_that_was_answered(
    cluster: Any, inputs: Path, tmp_path: Path, postgres_url: str
) -> None:
    half = inputs / "b.jsonl"
    rows = [json.loads(line) for line in half.read_text().splitlines()]
    pq.write_table(pa.Table.from_pylist(rows), half.with_suffix(".parquet"))
    half.unlink()

    async with Endpoint(ScriptedModel(reader), latency=0.2) as endpoint:
        given = options(endpoint, postgres_url)
        running = asyncio.create_task(run(inputs, tmp_path / "out", given, graph=False))
        assert await reached(lambda: endpoint.billed.calls > DOCUMENTS, running)
        both, answered, asked = workers(), kept(postgres_url), endpoint.asked.copy()
        os.kill(both[0], signal.SIGKILL)
        status = await running

    assert len(both) == 2
    assert answered
    assert {key for key in answered if endpoint.asked[key] != asked[key]} == set()
    assert endpoint.asked.total() > len(endpoint.asked), "the worker was in the middle of something"
    assert (status.complete, status.units) == (True, {"done": DOCUMENTS})
    assert len({unit["unit_id"] for unit in units(tmp_path / "out")}) == DOCUMENTS


async def test_two_workers_together_keep_to_a_cap(
    cluster: Any, inputs: Path, tmp_path: Path, postgres_url: str
) -> None:
    cap = 2 * DOCUMENTS + 1
    async with Endpoint(ScriptedModel(reader), latency=0.02) as endpoint:
        given = options(endpoint, postgres_url, budget=Caps(calls=cap))
        status = await run(inputs, tmp_path / "out", given, graph=False)
        held = endpoint.billed.calls
        more = options(endpoint, postgres_url, budget=Caps(calls=5 * DOCUMENTS))
        finished = await run(inputs, tmp_path / "out", more, graph=False)

    assert cap - 2 <= held <= cap
    assert status.spending.settled.calls == held
    assert (status.complete, status.units["over_budget"] > 0) == (False, True)
    assert finished.complete
    assert endpoint.asked.total() == len(endpoint.asked), "nothing was asked twice"


async def test_a_node_that_is_gone_takes_nothing_along(
    cluster: Any, inputs: Path, tmp_path: Path, postgres_url: str
) -> None:
    third = cluster.add_node(**NODE)
    async with Endpoint(ScriptedModel(reader), latency=0.2) as endpoint:
        given = options(endpoint, postgres_url)
        running = asyncio.create_task(run(inputs, tmp_path / "out", given, graph=False))
        assert await reached(lambda: endpoint.billed.calls > DOCUMENTS, running)
        assert len(workers()) == 3, "one on each node"
        answered, asked = kept(postgres_url), endpoint.asked.copy()
        cluster.remove_node(third, allow_graceful=False)
        status = await running

    assert {key for key in answered if endpoint.asked[key] != asked[key]} == set()
    assert (status.complete, status.units) == (True, {"done": DOCUMENTS})
    assert len({unit["unit_id"] for unit in units(tmp_path / "out")}) == DOCUMENTS
