"""Measures how fast each store takes a graph, gives it back, and answers a lookup.

    .venv/bin/python benchmarks/stores.py                    # 20,000 nodes, 60,000 edges
    .venv/bin/python benchmarks/stores.py --nodes 100000 --only sqlite ladybug

Nodes and edges have evidence: a quote and its place, as a run gives them. Stores are written in the
batches of `questgraph load`. Beside each rate stands what the same engine does with bare rows,
without evidence or a digest, measured apart (100,000 nodes, 300,000 edges, one machine). The server
behind Bolt is ArcadeDB, started here. Prints a table and writes `docs/stores.json`.
"""

import argparse
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import networkx as nx
from harness import DOCS, environment, machine, markdown, write

from questgraph.graphs.exports.rows import in_batches, rows_of
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.stores import Store, load, open_store, read
from questgraph.graphs.stores.loading import BATCH

LOOKUPS = 200
PASSWORD = "benchmark-only"
RELATIONS = ("knows", "works for", "born in")

BARE: Mapping[str, Mapping[str, float]] = {
    "memory": {"nodes": 138_000, "edges": 138_000},
    "sqlite": {"nodes": 567_000, "edges": 50_300, "two_hops_ms": 0.17},
    "ladybug": {"nodes": 3_800, "edges": 231_000, "two_hops_ms": 0.46},
    "oxigraph": {"two_hops_ms": 1.8},
    "bolt": {"nodes": 6_350, "edges": 5_400, "two_hops_ms": 6.1},
}
"""What engines do with bare rows. Ladybug's nodes were merged, its edges copied at once; merged,
they are 21,400 a second. Oxigraph counts triples, 62,400 a second: a node is 14, an edge is 13."""

SERVE = """
import sys
from arcadedb_embedded.server import ArcadeDBServer
folder, password, http, bolt = sys.argv[1:]
config = {"http_port": int(http), "bolt_port": int(bolt), "bolt_host": "127.0.0.1",
          "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin"}
server = ArcadeDBServer(folder, root_password=password, config=config,
                        jvm_kwargs={"heap_size": "1g"})
server.start()
server.create_database("kg")
print("ready", flush=True)
sys.stdin.read()
server.stop()
"""


def main() -> None:
    """Run the benchmark as the command line says."""
    told = _options()
    graph = synthetic(told.nodes)
    report: dict[str, Any] = {
        "machine": machine(),
        "versions": _versions("questgraph", "ladybug", "neo4j", "arcadedb-embedded", "pyoxigraph"),
        "nodes": len(graph),
        "edges": graph.number_of_edges(),
        "batch": BATCH,
        "stores": {},
        "bare": BARE,
    }
    for name in told.only:
        with tempfile.TemporaryDirectory(prefix="stores-") as folder, target(name, folder) as place:
            report["stores"][name] = measured(name, place, graph)
        print(f"{name}: {report['stores'][name]}", file=sys.stderr)
    write(report, told.out)
    print(table(report))


def synthetic(nodes: int) -> KnowledgeGraph:
    """Return a graph with three edges a node, each part with one record of evidence."""
    graph: KnowledgeGraph = nx.MultiDiGraph(schema="synthetic")
    dice = random.Random(0)

    def attributes(number: int, **more: object) -> dict[str, object]:
        quote = f"Sentence {number} says that this is so, in about as many words as most do."
        mention = {"role": "head", "text": f"name {number}", "said": f"name {number}"}
        record = {"claim": f"c{number}", "document": f"d{number % 1000}", "quote": quote}
        place = {"start": 0, "end": len(quote), "verdict": "sound", "unit": f"u{number}"}
        return {"support": [{**record, **place, "mentions": [mention, mention]}], **more}

    for number in range(nodes):
        told = {"type": "person", "name": f"name {number}", "aliases": [f"N. {number}"]}
        graph.add_node(f"e:{number:012x}", **attributes(number, kind="entity", **told))
    names = list(graph)
    for number in range(3 * nodes):
        head, tail = dice.choice(names), dice.choice(names)
        told = {"type": RELATIONS[number % 3], "qualifiers": {}}
        more = attributes(nodes + number, kind="relation", **told)
        graph.add_edge(head, tail, f"r:{number:012x}", **more)
    return graph


def measured(name: str, place: str, graph: KnowledgeGraph) -> dict[str, float]:
    """Return rates and times of one store."""
    rows = rows_of(graph)
    with open_store(place, password=PASSWORD) as store:
        nodes = seconds(lambda: [store.put_nodes(some) for some in in_batches(rows.nodes, BATCH)])
        edges = seconds(lambda: [store.put_edges(some) for some in in_batches(rows.edges, BATCH)])
        again = seconds(lambda: load(graph, store))
        back = seconds(lambda: read(store))
        two_hops = TWO_HOPS[name]
        ids = random.Random(1).sample(list(graph), min(LOOKUPS, len(graph)))
        times = [seconds(lambda id_=id_: two_hops(store, id_)) for id_ in ids]
    parts = len(rows.nodes) + len(rows.edges)
    return {
        "nodes": round(len(rows.nodes) / nodes),
        "edges": round(len(rows.edges) / edges),
        "unchanged": round(parts / again),
        "read": round(parts / back),
        "two_hops_ms": round(1000 * median(times), 3),
    }


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _in_memory(store: Any, id_: str) -> object:
    graph = store.graph
    return {graph.nodes[far]["name"] for near in graph[id_] for far in graph[near]}


def _in_sqlite(store: Any, id_: str) -> object:
    query = (
        "select distinct n.name from graph_edges a join graph_edges b on b.head = a.tail"
        " join graph_nodes n on n.id = b.tail where a.head = ?"
    )
    return store._reads.execute(query, (id_,)).fetchall()


def _in_ladybug(store: Any, id_: str) -> object:
    query = (
        "MATCH (a:GraphNode)-[:GraphEdge]->(:GraphNode)-[:GraphEdge]->(c:GraphNode)"
        " WHERE a.id = $id RETURN DISTINCT c.name"
    )
    return store._done(query, {"id": id_})


def _in_oxigraph(store: Any, id_: str) -> object:
    step = "|".join(f"<urn:questgraph:type:{name.replace(' ', '%20')}>" for name in RELATIONS)
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    return list(
        store._store.query(
            "SELECT DISTINCT ?name WHERE { GRAPH <urn:questgraph:graph> {"
            f" <urn:questgraph:{id_}> ({step}) ?b . ?b ({step}) ?c . ?c {label} ?name }} }}"
        )
    )


def _behind_bolt(store: Any, id_: str) -> object:
    query = "UNWIND $rows AS r MATCH (a:Questgraph {id: r.id})-->(b)-->(c) RETURN DISTINCT c.name"
    return list(store._read(query, [{"id": id_}]))


TWO_HOPS: Mapping[str, Callable[[Store, str], object]] = {
    "memory": _in_memory,
    "sqlite": _in_sqlite,
    "ladybug": _in_ladybug,
    "oxigraph": _in_oxigraph,
    "bolt": _behind_bolt,
}


@contextmanager
def target(name: str, folder: str) -> Iterator[str]:
    """Yield the address of an empty store; a server runs for as long as the block."""
    if name != "bolt":
        yield f"{name}:{folder}/graph"
        return
    http, bolt = _free_port(), _free_port()
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, f"{folder}/data", PASSWORD, str(http), str(bolt)],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(PYTHONSAFEPATH="1"),
    ) as process:
        assert process.stdin, "it is a pipe"
        assert process.stdout, "it is a pipe"
        if not any(line.strip() == "ready" for line in process.stdout):
            raise SystemExit("the server did not start: is arcadedb-embedded installed?")
        yield f"bolt://root@127.0.0.1:{bolt}/kg"
        process.stdin.close()


def table(report: Mapping[str, Any]) -> str:
    """Return the figures as a Markdown table."""
    head = ["store", "nodes/s", "bare", "edges/s", "bare", "unchanged/s", "read/s", "2 hops ms"]
    rows = []
    for name, found in report["stores"].items():
        bare = report["bare"][name]
        shown = [found["nodes"], bare.get("nodes"), found["edges"], bare.get("edges")]
        figures = [*shown, found["unchanged"], found["read"]]
        hops = f"{found['two_hops_ms']:.2f} ({bare.get('two_hops_ms', '-')})"
        rows.append([name, *(f"{each:,}" if each else "-" for each in figures), hops])
    return markdown([*head[:-1], "2 hops ms (bare)"], rows)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _versions(*packages: str) -> dict[str, str]:
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=20_000)
    parser.add_argument("--only", nargs="+", choices=list(TWO_HOPS), default=list(TWO_HOPS))
    parser.add_argument("--out", type=Path, default=DOCS / "stores.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
