"""On a real cluster of two nodes, with a real PostgreSQL: the same as in one process."""

import asyncio
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from questgraph.agents.extractor import aextract
from questgraph.agents.options import Options
from questgraph.agents.runs.status import Status
from questgraph.graphs.exports import node_link
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.gateway.cost import Caps
from questgraph.tools.models.endpoint import Endpoint
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.settings import Settings

from .world import SCHEMA, reader, text

if os.environ.get("CI") != "true":
    pytest.importorskip("ray", reason="no Ray here: `pip install 'questgraph[ray]'` brings it")

from questgraph.agents.runs import distributed, tables

# Ray warns of itself.
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

DOCUMENTS = 60
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
        nodes = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
        try:
            nodes.add_node(**NODE)
            ray.init(address=nodes.address, log_to_driver=False, logging_level="ERROR")
            yield nodes
        finally:
            ray.shutdown()
            nodes.shutdown()
            shutil.rmtree(folder, ignore_errors=True)


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
    known: Options = {"schema": SCHEMA, "bank": None, "model": "openai:test", "settings": settings}
    return {**known, "ledger": ledger, **others}  # type: ignore[typeddict-item]


async def run(inputs: Path, out: Path, given: Options, **others: Any) -> Status:
    """Run as a script would, while the endpoint answers here."""
    extract = partial(distributed.extract, [inputs], out=out, **given, **others)
    return await asyncio.to_thread(extract)


def units(folder: Path) -> list[dict[str, Any]]:
    """Return all units in order, less what they cost."""
    told = ("document_id", "unit_id", "start", "end", "status", "reason", "claims")
    names = tables.files(folder, tables.RESULTS)
    rows = [row for name in names for row in tables.rows_in(folder, tables.RESULTS, name, *told)]
    return sorted(rows, key=lambda row: str(row["unit_id"]))


def whole(graph: KnowledgeGraph) -> str:
    return json.dumps(node_link(graph), indent=1)


async def test_two_nodes_find_what_one_process_finds_and_ask_it_once(
    cluster: Any, inputs: Path, tmp_path: Path, postgres_url: str
) -> None:
    out = tmp_path / "out"
    (inputs / "c.jsonl").write_text(lines([{"id": "000", "text": text(7)}, {"title": "none"}]))

    async with Endpoint(ScriptedModel(reader), latency=0.05) as endpoint:
        given = options(endpoint, postgres_url)
        found = await run(inputs, out, given)
        asked = endpoint.asked.copy()
        again = await run(inputs, out, given, graph=False)
        assert endpoint.asked == asked, "a finished run asks nothing"
        model = OpenAIModel("test", base_url=endpoint.url)
        single = await aextract([inputs], model=model, schema=SCHEMA, bank=None)

    print(found, again)
    print(single.status)
