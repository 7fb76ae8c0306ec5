"""Ten thousand hostile names through the pages of a review, without a browser."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from questgraph.agents.extraction import Extraction
from questgraph.agents.review.desk import Desk
from questgraph.agents.review.pages import PAGE
from questgraph.agents.review.server import app_of
from questgraph.agents.review.views import item_title
from questgraph.tools.records import Argument, Claim, Document, Mention, Span, Turn
from questgraph.tools.schema import EntityType, RelationType, Schema

from .conftest import ORIGIN, PORT
from .world import make_run, results_of

EACH = 20
"""Names in a document."""

Elements = set[tuple[str, tuple[str, ...]]]


@contextmanager
def opened(
    folder: Path, names: Sequence[str], types: Sequence[str], said: Sequence[str]
) -> Iterator[tuple[TestClient, Desk]]:
    """Open the review of a run that found `names`, and said why in the words of `said`.

    Args:
        folder: Where the run is made.
        names: What the documents are made of.
        types: Of entities, in turn; the last is that of relations.
        said: Questions, answers and reasons, in turn.
    """
    schema = Schema(
        name="s",
        entities=tuple(EntityType(name=type_) for type_ in types[:-1]),
        relations=(RelationType(name=types[-1]),),
    )
    documents: dict[str, Document] = {}
    claims: list[Claim] = []
    for start in range(0, len(names), EACH):
        text, parts = "", []
        for number, name in enumerate(names[start : start + EACH]):
            span = Span(len(text), len(text) + len(name))
            text += f"{name} | "
            type_ = types[number % (len(types) - 1)]
            parts.append(Mention(name, type=type_, span=span, level="exact"))
        id_ = f"{types[0]} {start}"
        documents[id_] = Document(id_, text)
        claims += [claim_of("entity", part.type, id_, said[0], mention=part) for part in parts]
        ends = {"head": parts[0], "tail": parts[-1]}
        claims.append(claim_of("relation", types[-1], id_, said[1], **ends))
    turns = [Turn("ask", words, words) for words in said]
    run = make_run(folder, results_of(claims, documents, turns), documents, schema)
    desk = Desk(Extraction.open(run), by=types[0])
    guard = app_of(desk, port=PORT)
    client = TestClient(guard, base_url=ORIGIN)
    client.get("/", params={"token": guard.token})
    client.headers.update({"origin": ORIGIN, "x-csrf-token": guard.csrf})
    yield client, desk
    desk.close()


def claim_of(kind: str, type_: str, document: str, reason: str, **parts: Mention) -> Claim:
    return Claim(
        kind,  # type: ignore[arg-type]
        type_,
        tuple(Argument(role, part) for role, part in parts.items()),
        document_id=document,
        unit_id=f"{document}#000000",
        verdict="sound",
        reason=reason,
        turns=(0, 1, 2),
    )


def pages_of(client: TestClient, desk: Desk) -> Iterator[tuple[str, str]]:
    """Yield pages, each with its address: the whole queue, and every twentieth item and thing."""
    for after in range(-1, len(desk.now.items), PAGE):
        yield f"/queue?after={after}", client.get(f"/queue?after={after}").text
    chosen = [item for item in desk.now.items[::PAGE] if item.claim]
    client.post(f"/items/{chosen[0].id}/reject", data={"reason": "<b>because</b>"})
    client.post(f"/items/{chosen[-1].id}/accept")
    desk.settle(60)
    for item in chosen:
        yield f"/items/{item.id}", client.get(f"/items/{item.id}").text
    for node in list(desk.now.graph)[::PAGE]:
        yield f"/things/{node}", client.get(f"/things/{node}").text
        words = desk.now.graph.nodes[node]["name"][:3]
        yield "/find", client.get("/find", params={"q": words}).text


def elements(pages: Iterator[tuple[str, str]]) -> Elements:
    return {
        (part.tag or "", tuple(sorted(part.attributes)))
        for _, page in pages
        for part in LexborHTMLParser(page).css("*")
    }


def plain(text: str) -> str:
    """Return a text as a line of HTML has it: without zeros, and with one kind of line end."""
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_hostile_names_are_text_on_every_page(
    count: int, nasties: list[str], tmp_path: Path
) -> None:
    # Documents have no half characters, whoever gives them: what reads them sees to it.
    texts = [name for name in nasties if "\ud800" not in name]
    types = [name for name in texts if "\0" not in name][:8]
    names = [f"{texts[i % len(texts)]} {i}" for i in range(count)]
    with opened(tmp_path / "tame", [f"Ann {i}" for i in range(200)], "abcd", "xyz") as tame:
        allowed = elements(pages_of(*tame))

    with opened(tmp_path / "run", names, types, nasties[-3:]) as (client, desk):
        items = desk.now.items
        pages = list(pages_of(client, desk))

        assert elements(iter(pages)) <= allowed
        queue = "".join(page for address, page in pages if address.startswith("/queue"))
        lines = [plain(part.text()) for part in LexborHTMLParser(queue).css(".line")]
        assert len(lines) >= count
        assert lines == [plain(item_title(each, desk.documents)) for each in items]
        for address, page in pages:
            if address.startswith("/items"):
                claim = desk.item(address.rpartition("/")[2]).claim
                assert claim
                text = LexborHTMLParser(page).css_first("#document").text()
                told = desk.documents[claim.document_id].text.replace("\0", "\ufffd")
                assert text in told
        near = client.get(f"/things/{next(iter(desk.now.graph))}/near").text
        assert json.loads(near)["nodes"]
