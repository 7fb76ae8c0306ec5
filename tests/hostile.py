"""Names that try to be something else, for every store, page and export."""

import random
from collections.abc import Callable, Sequence

import networkx as nx
import pytest

from questgraph.graphs.knowledge import KnowledgeGraph

HALF = "lone \ud800 surrogate"
"""Half a character, which no file in Unicode can hold."""

NASTY = [
    "say \"hi\", 'now' `then`",
    "a\nb\r\nc\td\re",
    "nul\0bell\a",
    "\u202egnp.exe\u200f",
    "<script>window.__pwned=1</script>&amp;]]>",
    "<img src=x onerror=window.__pwned=1>",
    "</script></mark></main><!--<b>bold</b>",
    "\" onload='window.__pwned=1' x=\"",
    "javascript:window.__pwned=1",
    "{{ 7 * 7 }}{% raw %}@@data@@",
    "`}) DETACH DELETE n //",
    "'}) MATCH (n) DETACH DELETE n //",
    '"} ; DROP ALL ; INSERT DATA { <a:b> <a:b> "',
    "'; drop table graph_nodes; --",
    "=hyperlink(1);\x1f,",
    "back\\slash \\u0027 \\\\u0060 {x} $rows @y ^^z . ; ,",
    HALF,
    "last \ufffe\uffff 😀 𝒳",
    "long " * 100,
]

MEGABYTE = "long " * 200_000


@pytest.fixture(params=[*NASTY, MEGABYTE], ids=lambda text: ascii(text[:12]))
def nasty(request: pytest.FixtureRequest) -> str:
    """Return one hostile text after the other."""
    return str(request.param)


@pytest.fixture(scope="session")
def nasties() -> list[str]:
    """Return all hostile texts but the one of a megabyte."""
    return NASTY


@pytest.fixture(scope="session")
def hostile_graph() -> Callable[..., KnowledgeGraph]:
    """Return what makes a graph of any number of hostile names, see `made_hostile`."""
    return made_hostile


def made_hostile(count: int, *, but: Sequence[str] = ()) -> KnowledgeGraph:
    """Return a graph of `count` things whose names, types and quotes are pieces of `NASTY`.

    Args:
        count: How many; a quarter as many edges join them.
        but: What no name has in it.
    """
    dice = random.Random(0)
    texts = [text for text in NASTY if not any(part in text for part in but)]
    graph: KnowledgeGraph = nx.MultiDiGraph(schema="hostile")

    def words(some: int) -> str:
        pieces = (dice.choice(texts) for _ in range(some))
        return "".join(piece[dice.randrange(8) : dice.randrange(8, 60)] for piece in pieces)

    def told(number: int, **more: object) -> dict[str, object]:
        record = {"claim": f"{number} {words(1)}", "document": words(1), "quote": words(3)}
        place = {"start": 0, "end": 9, "verdict": words(1), "mentions": []}
        asked = {"unit": words(1), "turns": [0], "reason": words(1)}
        return {"type": dice.choice(texts), "support": [{**record, **place, **asked}], **more}

    for number in range(count):
        names = {"name": words(2), "aliases": [words(1)]}
        graph.add_node(f"e:{number:06}", **told(number, kind="entity", **names))
    for number in range(count // 4):
        head, tail = (f"e:{dice.randrange(count):06}" for _ in range(2))
        qualifiers = {words(1): [words(1)]}
        more = told(count + number, kind="relation", qualifiers=qualifiers)
        graph.add_edge(head, tail, f"r:{number:06}", **more)
    return graph
