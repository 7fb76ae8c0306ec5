"""What the page shows and does, without a browser."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from questgraph.agents.extraction import Extraction
from questgraph.agents.review.desk import Desk
from questgraph.agents.review.nearby import NODES
from questgraph.agents.review.pages import PAGE
from questgraph.agents.review.queue import key_of, pair_key
from questgraph.agents.review.server import app_of
from questgraph.agents.review.templating import written
from questgraph.tools.catalogues import read_entries
from questgraph.tools.records import Argument, Claim, Document, Mention, Span, Turn

from .conftest import ORIGIN, PORT
from .world import ACME, ANN, KNOWS, LOST, TEXT, WORKS, claim, make_run, mention, results_of

HX = {"hx-request": "true"}
HOSTILE = (
    "<script>owned()</script>",
    "<img src=x onerror=owned()>",
    "\" onload='owned()' x=\"",
    "{{ 7 * 7 }}{% raw %}",
    "</mark></main><b>bold</b>",
    "\u202eevil\u0000zero",
    "a\r\nb\rc\nd",
    "javascript:owned()",
    "'); DROP TABLE decisions;--",
)


def said(answer: object) -> str:
    headers = answer.headers  # type: ignore[attr-defined]
    told = headers.get("hx-trigger-after-swap") or headers["hx-trigger"]
    return str(json.loads(told)["said"])


def item(one: Claim) -> str:
    return f"/items/{key_of(one)}"


def node(desk: Desk, name: str) -> str:
    return next(id_ for id_, d in desk.now.graph.nodes(data=True) if d["name"] == name)


def test_the_page_shows_what_is_worth_most_with_its_document_and_dialogue(
    client: TestClient,
) -> None:
    page = client.get("/").text

    assert re.search(r"<h2 id=\"title\"[^>]*>Bo Ek → knows → Ann Lee</h2>", page)
    assert "Who works where?" in page
    assert "kept out: the text does not say so" in page
    assert 'data-roles="1">Bo Ek</mark>' in page


@pytest.mark.parametrize(
    ("action", "form", "words"),
    [
        ("accept", {}, "Accepted: Ann Lee → works_for → Acme"),
        ("reject", {"reason": "he left"}, "Rejected: Ann Lee → works_for → Acme"),
        ("type", {"type": "knows"}, "is now Ann Lee → knows → Acme"),
        ("span", {"part": "2", "start": "45", "end": "54"}, "works_for → Acme Corp"),
    ],
)
def test_each_action_is_stored_told_and_followed_by_the_next_item(
    client: TestClient, desk: Desk, action: str, form: dict[str, str], words: str
) -> None:
    answer = client.post(f"{item(WORKS)}/{action}", data=form, headers=HX)

    (entry,) = desk.entries
    assert answer.status_code == 200
    assert words in said(answer)
    assert entry.decision.reason == form.get("reason", "")
    assert answer.headers["hx-push-url"] != item(WORKS)
    assert "1 decided" in answer.text


def test_a_correction_of_an_entity_takes_along_what_names_it_unless_told_not_to(
    client: TestClient, desk: Desk
) -> None:
    client.post(f"{item(ACME)}/type", data={"type": "person", "follow": "yes"})
    assert len(desk.entries) == 2

    client.post("/undo")
    client.post(f"{item(ACME)}/type", data={"type": "person"})

    assert len([entry for entry in desk.entries if not entry.undone]) == 1


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (f"{item(LOST)}/accept", {}),
        (f"{item(WORKS)}/type", {"type": "<b>"}),
        (f"{item(WORKS)}/span", {"part": "9", "start": "0", "end": "3"}),
        (f"{item(WORKS)}/span", {"part": "x", "start": "y", "end": "z"}),
        (f"{item(WORKS)}/explode", {}),
        ("/items/c0/accept", {}),
        ("/things/e:0/split", {}),
    ],
)
def test_what_cannot_be_done_says_so_and_changes_nothing(
    client: TestClient, desk: Desk, path: str, form: dict[str, str]
) -> None:
    answer = client.post(path, data=form)

    assert answer.status_code == 422
    assert said(answer).startswith("Not done: ")
    assert desk.entries == []


def test_undo_and_redo_are_on_the_page(client: TestClient, desk: Desk) -> None:
    client.post(f"{item(WORKS)}/reject")
    entry = desk.entries[0].id

    undone = client.post("/undo", headers=HX)
    assert said(undone) == "Undone: rejected: Ann Lee → works_for → Acme"
    assert f"/log/{entry}/redo" in undone.text
    assert said(client.post("/undo")) == "There is nothing to undo"

    redone = client.post(f"/log/{entry}/redo", headers=HX)
    assert said(redone).startswith("Done again")
    assert not desk.entries[0].undone
    assert said(client.post(f"/log/{entry}/undo")).startswith("Undone")


def test_two_things_are_merged_by_name_and_parted_again(client: TestClient, desk: Desk) -> None:
    bo, ann = node(desk, "Bo Ek"), node(desk, "Ann Lee")
    found = client.get("/find", params={"q": "ann", "but": bo}).text
    assert ann in found

    client.post(f"/things/{bo}/merge", data={"other": ann})
    desk.settle(60)
    assert desk.now.appraiser.same(bo, ann)

    into = desk.now.appraiser.into
    part = next(iter(into))
    assert part in client.get(f"/things/{into[part]}").text
    client.post(f"/things/{into[part]}/part", data={"other": part})
    desk.settle(60)
    assert not desk.now.appraiser.same(bo, ann)


def test_a_pair_is_looked_at_beside_each_other_and_decided(client: TestClient, desk: Desk) -> None:
    things = (node(desk, "Bo Ek"), node(desk, "Ann Lee"))
    client.post(f"/things/{things[0]}/merge", data={"other": things[1]})
    desk.settle(60)
    path = f"/items/{pair_key(things)}"

    page = client.get(path).text
    assert "Rightly one" in page
    assert 2 <= page.count("<blockquote>") <= 6
    client.post(f"{path}/part")

    desk.settle(60)
    assert not desk.now.appraiser.same(*things)
    assert client.post(f"{path}/accept").status_code == 422


def test_a_name_is_split_by_document(client: TestClient, desk: Desk) -> None:
    acme = node(desk, "Acme")
    assert "b.txt" in client.get(f"/things/{acme}").text

    client.post(f"/things/{acme}/split", data={"document": ["1"]})

    desk.settle(60)
    names = [data["name"] for _, data in desk.now.graph.nodes(data=True)]
    assert names.count("Acme") == 2


def test_the_neighbourhood_is_data_and_is_bounded(client: TestClient, desk: Desk) -> None:
    answer = client.get(f"{item(WORKS)}/near")

    near = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert {n["label"] for n in near["nodes"] if n["centre"]} == {"Ann Lee", "Acme"}
    assert near["left_out"] == 0


def test_a_page_is_never_more_than_a_part_of_a_large_run(tmp_path: Path) -> None:
    text = "Hub and " + " and ".join(f"Name{i:04}x" for i in range(300)) + "."
    document = Document("big", text)
    hub = mention("Hub", "person", document)
    claims = [
        claim(
            "relation",
            "knows",
            {"head": hub, "tail": mention(f"Name{i:04}x", "person", document)},
            "big",
        )
        for i in range(300)
    ]
    documents = {"big": document}
    run = make_run(tmp_path / "big", results_of(claims, documents), documents)
    desk = Desk(Extraction.open(run))
    client = opened(desk)

    page = client.get("/").text
    near = client.get(f"/things/{node(desk, 'Hub')}/near").json()

    assert page.count('href="/items/') == PAGE
    assert len(near["nodes"]) == NODES
    assert near["left_out"] == 301 - NODES
    more = re.search(r'"(/queue\?after=\d+)"', page)
    assert more
    assert client.get(more[1]).text.count('href="/items/') == PAGE
    assert client.get(f"/things/{node(desk, 'Hub')}").text.count("said 1 ×") == 50
    desk.close()


def test_a_document_is_shown_in_parts(tmp_path: Path) -> None:
    document = Document("long", "x " * 30_000 + "Ann Lee left. " + "y " * 30_000)
    claims = [
        claim("entity", "person", {"mention": mention("Ann Lee", "person", document)}, "long")
    ]
    documents = {"long": document}
    run = make_run(tmp_path / "long", results_of(claims, documents), documents)
    desk = Desk(Extraction.open(run))
    client = opened(desk)

    page = client.get("/").text
    assert len(page) < 40_000
    assert "Ann Lee</mark>" in page
    earlier = client.get(f"{item(claims[0])}/text", params={"at": 0}).text
    assert 'data-start="0"' in earlier
    assert "Ann Lee</mark>" not in earlier
    desk.close()


def test_only_files_of_the_page_are_served(client: TestClient) -> None:
    assert client.get("/static/sigma.min.js").headers["content-type"].startswith("text/javascript")
    for name in ("server.py", "../log.py", "..%2flog.py", "htmx.LICENSE.txt"):
        assert client.get(f"/static/{name}").status_code == 404


def opened(desk: Desk) -> TestClient:
    guard = app_of(desk, port=PORT)
    client = TestClient(guard, base_url=ORIGIN)
    client.get("/", params={"token": guard.token})
    client.headers.update({"origin": ORIGIN, "x-csrf-token": guard.csrf})
    return client


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[tuple[TestClient, Desk, list[Claim]]]:
    """A run in which names, answers, reasons and the name of the document are hostile."""
    text = " knows ".join(HOSTILE)
    name = "<b>\"'&.txt"
    document = Document(name, text)
    claims = []
    for words in HOSTILE:
        at = text.index(words)
        part = Mention(words, type="person", span=Span(at, at + len(words)), level="exact")
        claims.append(
            Claim(
                "entity",
                "person",
                (Argument("mention", part),),
                document_id=name,
                unit_id=f"{name}#000000",
                verdict="refuted",
                reason=words,
                turns=(0,),
            )
        )
    documents = {name: document}
    turns = [Turn("ask", words, words) for words in HOSTILE]
    run = make_run(tmp_path / "run", results_of(claims, documents, turns), documents)
    desk = Desk(Extraction.open(run), by="<i>Kim</i>")
    yield opened(desk), desk, claims
    desk.close()


def test_hostile_names_are_text_wherever_they_stand(
    hostile: tuple[TestClient, Desk, list[Claim]],
) -> None:
    client, desk, claims = hostile
    for each in claims:
        assert client.post(f"{item(each)}/accept", data={"reason": HOSTILE[0]}).status_code == 200
    desk.settle(60)

    pages = [client.get(item(each)).text for each in claims]
    pages += [client.get(f"/things/{id_}").text for id_ in desk.now.graph]
    pages.append(client.get("/find", params={"q": "<"}).text)

    for page in pages:
        for part in LexborHTMLParser(page).css("*"):
            assert part.tag not in ("b", "i", "img", "style")
            assert part.tag != "script" or "src" in part.attributes
            assert not [name for name in part.attributes if name.startswith(("on", "style"))]
            assert part.tag != "h2" or "49" not in part.text()


def test_hostile_names_are_stored_exactly(
    hostile: tuple[TestClient, Desk, list[Claim]],
) -> None:
    client, desk, claims = hostile

    for each in claims:
        client.post(f"{item(each)}/accept")

    stored = [e.decision.claim.arguments[0].mention.text for e in desk.entries if e.decision.claim]
    assert stored == list(HOSTILE)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_shown_with_one_character_for_each_of_its_own(text: str) -> None:
    shown = written(text).encode("utf-8", "replace").decode()

    assert "<" not in shown
    assert len(html.unescape(shown)) == len(text) or "&#13;" in shown or "\0" in text


def test_a_claim_of_a_million_characters_is_shown_in_part(tmp_path: Path) -> None:
    words = "A" * 1_000_000
    document = Document("m", words)
    part = Mention(words, type="person", span=Span(0, len(words)), level="exact")
    one = claim("entity", "person", {"mention": part}, "m", reason=words)
    run = make_run(tmp_path / "m", results_of([one], {"m": document}), {"m": document})
    desk = Desk(Extraction.open(run))
    client = opened(desk)

    assert len(client.get("/").text) < 40_000
    assert client.post(f"{item(one)}/accept", headers=HX).status_code == 200
    assert len(json.dumps(client.get(f"{item(one)}/near").json())) < 1_000
    desk.close()


def test_everything_can_be_decided_and_then_nothing_is_open(client: TestClient, desk: Desk) -> None:
    for each in list(desk.open()):
        action = "part" if each.pair else "reject"
        assert client.post(f"/items/{each.id}/{action}").status_code == 200

    assert "Nothing is open" in client.get("/").text
    assert key_of(ANN) not in [each.id for each in desk.open()]
    assert client.get(item(KNOWS)).status_code == 200
    assert len(TEXT) == 60


def test_a_thing_shows_what_the_catalogue_calls_it(
    client: TestClient, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "known.csv").write_text("id,name,type\nQ<7>,Acme,organization\n")
    desk.extraction.catalogue = read_entries(tmp_path / "known.csv")
    desk.decide([])
    desk.settle(60)

    shown = client.get(f"/things/{node(desk, 'Acme')}").text
    assert "In the catalogue: Acme (Q&lt;7&gt;)" in shown
    assert "In the catalogue it is nothing" in client.get(f"/things/{node(desk, 'Bo Ek')}").text
