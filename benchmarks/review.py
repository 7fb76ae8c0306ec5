"""How long a decision takes on a large run, and how long the graph takes to follow.

    python benchmarks/review.py [NODES]

Writes a run of so many entities (50,000 unless told otherwise) with two relations for each into a
temporary folder, opens it for review as `questgraph review` does, and decides through the page.
"""

import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TypeVar

from starlette.testclient import TestClient

from questgraph.agents.extraction import RUN_FILE, Extraction
from questgraph.agents.review.desk import Desk
from questgraph.agents.review.server import app_of
from questgraph.agents.runs.store import RunStore
from questgraph.tools.records import (
    Argument,
    Chunk,
    Claim,
    Document,
    Mention,
    Outcome,
    Result,
    Span,
    Turn,
    Unit,
)
from questgraph.tools.schema import EntityType, RelationType, Schema
from questgraph.tools.schema_sources import schema_to_yaml

SCHEMA = Schema(
    name="large", entities=(EntityType(name="person"),), relations=(RelationType(name="knows"),)
)
T = TypeVar("T")

NAMES_IN_A_PASSAGE = 20
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo")
PORT = 8123


def main(nodes: int) -> None:
    """Print how long each step takes."""
    with tempfile.TemporaryDirectory() as folder:
        write_run(Path(folder), nodes)
        desk = timed("open the run, build its graph and the queue", lambda: opened(Path(folder)))
        graph = desk.now.graph
        print(f"{len(graph)} nodes, {graph.number_of_edges()} edges, {desk.open_count} open")
        guard = app_of(desk, port=PORT)
        client = TestClient(guard, base_url=f"http://127.0.0.1:{PORT}")
        client.get("/", params={"token": guard.token})
        client.headers.update(
            {"origin": f"http://127.0.0.1:{PORT}", "x-csrf-token": guard.csrf, "hx-request": "true"}
        )
        timed("first page", lambda: client.get("/"))
        items = [item for item in desk.now.items if item.claim][:20]
        times = [spent(lambda i=item: client.post(f"/items/{i.id}/reject")) for item in items]
        print(
            f"a decision and the next page: median {median(times):.2f} s, most {max(times):.2f} s"
        )
        timed("until the graph has followed all", lambda: desk.settle(600))
        node = max(graph, key=graph.degree)
        timed("a neighbourhood", lambda: client.get(f"/things/{node}/near"))
        timed("find a name", lambda: client.get("/find", params={"q": "ba"}))
        timed("undo", lambda: client.post("/undo"))
        desk.close()


def opened(folder: Path) -> Desk:
    """Return the run, open for review."""
    return Desk(Extraction.open(folder))


def write_run(folder: Path, nodes: int) -> None:
    """Write a run as a model leaves it."""
    with RunStore(folder / RUN_FILE) as store:
        facts = {"schema": schema_to_yaml(SCHEMA), "model": "none", "recipe": "staged"}
        store.begin(facts, "same")
        for position, (document, result) in enumerate(passages(nodes)):
            store.add(position, document, [result.unit])
            store.save(result)
        store.end()


def passages(nodes: int) -> Iterator[tuple[Document, Result]]:
    """Yield documents of one passage; each names some people, who know each other."""
    draw = random.Random(7)
    names = [name(draw, number) for number in range(nodes)]
    for start in range(0, nodes, NAMES_IN_A_PASSAGE):
        some = names[start : start + NAMES_IN_A_PASSAGE]
        # A few names are everywhere, as in any collection.
        some += [names[int(draw.paretovariate(1)) % nodes] for _ in range(2)]
        some = list(dict.fromkeys(some))
        text = ", ".join(some) + " know each other."
        id_ = f"{start:06}.txt"
        document = Document(id_, text)
        mentions = [Mention(n, type="person", span=at(text, n), level="exact") for n in some]
        claims = [claim("entity", "person", {"mention": m}, id_, draw) for m in mentions]
        for i, head in enumerate(mentions):
            for step in (1, 5):
                tail = mentions[(i + step) % len(mentions)]
                ends = {"head": head, "tail": tail}
                claims.append(claim("relation", "knows", ends, id_, draw))
        unit = Unit(Chunk(id_, text, span=Span(0, len(text)), index=0))
        turns = (Turn("ask", "Who knows whom?", text),)
        yield (
            document,
            Result(unit=unit, outcome=Outcome("done"), claims=tuple(claims), turns=turns),
        )


def name(draw: random.Random, number: int) -> str:
    """Return a name that no other number has."""
    first, last = ("".join(draw.choices(SYLLABLES, k=3)).title() for _ in range(2))
    return f"{first} {last}{number:x}"


def at(text: str, words: str) -> Span:
    """Return where words stand."""
    start = text.index(words)
    return Span(start, start + len(words))


def claim(
    kind: str, type_: str, parts: dict[str, Mention], document: str, draw: random.Random
) -> Claim:
    """Return a claim with some score."""
    return Claim(
        kind,  # type: ignore[arg-type]
        type_,
        tuple(Argument(role, part) for role, part in parts.items()),
        document_id=document,
        unit_id=f"{document}#000000",
        verdict="sound",
        score=round(draw.uniform(0.4, 1.0), 3),
        turns=(0,),
    )


def spent(do: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    start = perf_counter()
    do()
    return perf_counter() - start


def timed(what: str, do: Callable[[], T]) -> T:
    """Print how long something takes, in all and of one core, and return what it returns."""
    start, busy = perf_counter(), process_time()
    result = do()
    print(
        f"{what}: {perf_counter() - start:.2f} s, {process_time() - busy:.2f} s of them at work",
        flush=True,
    )
    return result


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
