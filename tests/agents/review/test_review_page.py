"""The review page in a real browser: Debian's chromium, on loopback, and no other host."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from questgraph.agents.extraction import Extraction
from questgraph.agents.review import server
from questgraph.agents.review.desk import Desk
from questgraph.agents.review.queue import clipped, key_of
from questgraph.agents.review.views import item_title
from questgraph.tools.records import Claim, Document, Span, Turn

from .test_hostile import opened as under_review
from .world import ACME, CLAIMS, DOCUMENTS, LOST, WORKS, claim, make_run, mention, results_of

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
AXE = Path(__file__).parents[2] / "browser" / "axe" / "axe.min.js"

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
TEXT = f"Zoë 😀 knows {HOSTILE} well.\r\nIn \u202eevil\u202c\0 times </script><b>bold</b> Zoë left."

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    hostile = Document("<b>h", TEXT)
    zoe, evil = mention("Zoë", "person", hostile), mention(HOSTILE, "person", hostile)
    ends = {"head": zoe, "tail": evil}
    claims = [
        *CLAIMS,
        claim("entity", "person", {"mention": zoe}, "<b>h"),
        claim("relation", "knows", ends, "<b>h", reason=HOSTILE, verdict="refuted"),
    ]
    documents = {**DOCUMENTS, "<b>h": hostile}
    turns = [Turn("ask", f"Who? {HOSTILE}", f"Zoë {HOSTILE}")]
    results = results_of(claims, documents, turns)
    desk = Desk(Extraction.open(make_run(tmp_path / "run", results, documents)), by="Kim")
    yield desk
    desk.close()


@pytest.fixture
def link(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with served(desk, monkeypatch) as link:
        yield link


@contextmanager
def served(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the page as the command does, and give the link that it prints."""
    servers: list[uvicorn.Server] = []
    links: list[str] = []
    made = uvicorn.Server.__init__

    def keep(self: uvicorn.Server, config: uvicorn.Config) -> None:
        made(self, config)
        servers.append(self)

    monkeypatch.setattr(uvicorn.Server, "__init__", keep)
    there = threading.Event()

    def ready(link: str) -> None:
        links.append(link)
        there.set()

    thread = threading.Thread(target=lambda: server.serve(desk, ready=ready))
    thread.start()
    assert there.wait(30)
    yield links[0]
    servers[0].should_exit = True
    thread.join(30)


@pytest.fixture
def page(browser: Browser, link: str) -> Iterator[Page]:
    with watched(browser, link) as page:
        yield page


@contextmanager
def watched(browser: Browser, link: str) -> Iterator[Page]:
    """Open the page; an error, a dialog or a request to another host fails the test."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    opened = context.new_page()
    trouble: list[str] = []
    host = link.partition("/?")[0]
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("dialog", lambda dialog: trouble.append(dialog.message))
    opened.on(
        "console",
        lambda told: trouble.append(told.text) if told.type == "error" else None,
    )
    opened.on(
        "request",
        lambda request: None if request.url.startswith(host) else trouble.append(request.url),
    )
    opened.goto(link)
    opened.wait_for_selector("#title")
    opened.wait_for_load_state("load")
    yield opened
    assert trouble == []
    context.close()


def show(page: Page, one: Claim) -> None:
    page.locator(f"#queue a[href='/items/{key_of(one)}']").first.click()
    page.wait_for_selector(f"#item[data-item='{key_of(one)}']")
    page.wait_for_function("() => document.activeElement.id === 'title'")


def told(page: Page, words: str) -> None:
    page.wait_for_function(
        "words => document.getElementById('said').textContent.includes(words)", arg=words
    )


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_the_token_is_not_in_the_address_of_the_page(page: Page, link: str) -> None:
    assert page.url == link.partition("?")[0]


def test_a_review_goes_by_single_keys(page: Page, desk: Desk) -> None:
    first = page.locator("#title").inner_text()
    page.keyboard.press("n")
    page.wait_for_function("was => document.getElementById('title').textContent !== was", arg=first)
    page.wait_for_function("() => document.activeElement.id === 'title'")
    page.keyboard.press("b")
    page.wait_for_function("was => document.getElementById('title').textContent === was", arg=first)

    page.keyboard.press("r")
    told(page, "Rejected: ")
    show(page, WORKS)
    page.keyboard.press("a")
    told(page, "Accepted: ")
    assert [entry.decision.verb for entry in desk.entries] == ["reject", "accept"]

    page.keyboard.press("u")
    told(page, "Undone: accepted")
    assert desk.entries[-1].undone


def test_a_span_is_corrected_with_keys_alone(page: Page, desk: Desk) -> None:
    show(page, WORKS)

    page.keyboard.press("s")
    assert focused(page) == "document"
    page.keyboard.press("2")
    assert page.locator("#chosen").inner_text() == "Acme"
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator("#chosen").inner_text() == "Ann Lee"
    page.keyboard.press("ArrowRight")
    assert page.locator("#chosen").inner_text() == "Lee"
    page.keyboard.press("Enter")

    told(page, "is now Ann Lee → works_for → Lee")
    (entry,) = desk.entries
    assert entry.decision.words == ("Ann Lee", "Lee")


def test_a_span_is_corrected_with_the_mouse_behind_characters_of_two_units(
    page: Page, desk: Desk
) -> None:
    one = next(c for c in desk.by_document["<b>h"] if c.kind == "entity")
    show(page, one)
    page.evaluate(
        """() => {
          const piece = [...document.querySelectorAll('#document [data-start]')].at(-1);
          const at = piece.textContent.lastIndexOf('Zoë');
          getSelection().setBaseAndExtent(piece.firstChild, at, piece.firstChild, at + 3);
        }"""
    )
    page.locator("#document").dispatch_event("mouseup", {"bubbles": True})
    assert page.locator("#chosen").inner_text() == "Zoë"
    page.locator("#save-span").click()

    told(page, "Corrected: ")
    corrected = desk.entries[0].decision.corrected
    assert corrected is not None
    at = TEXT.rindex("Zoë")
    assert corrected.arguments[0].mention.span == Span(at, at + 3)


def test_a_type_is_corrected_with_keys_alone(page: Page, desk: Desk) -> None:
    show(page, ACME)

    page.keyboard.press("t")
    assert focused(page) == "type"
    page.keyboard.press("p")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    told(page, "Acme (firm) is now Acme (person)")
    assert desk.entries[0].decision.verb == "correct"


def test_things_are_merged_with_keys_alone_and_parted_again(page: Page, desk: Desk) -> None:
    show(page, ACME)
    page.keyboard.press("m")
    page.wait_for_url("**/things/**")
    page.wait_for_function("() => document.activeElement.id === 'find'")

    page.keyboard.type("ann")
    page.locator("#found button").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    told(page, "Merged: ")
    desk.settle(60)
    assert len(desk.now.appraiser.into) >= 1
    page.keyboard.press("p")
    told(page, "Kept apart: ")


def test_a_thing_is_split_with_keys_alone(page: Page, desk: Desk) -> None:
    show(page, ACME)
    page.keyboard.press("p")
    page.wait_for_function("() => document.activeElement.name === 'document'")
    page.keyboard.press("Space")
    while page.evaluate("document.activeElement.textContent").strip()[:5] != "Split":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    told(page, "Split: ")
    assert desk.entries[0].decision.documents == ("a.txt",)


def test_a_span_can_be_left_as_it_was(page: Page, desk: Desk) -> None:
    show(page, LOST)
    page.keyboard.press("s")
    page.keyboard.press("Escape")
    assert focused(page) == "correct-span"
    assert desk.entries == []


def test_keys_help_and_can_be_turned_off(page: Page, desk: Desk) -> None:
    page.keyboard.press("h")
    assert page.locator("#help").is_visible()
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("a")
    page.wait_for_timeout(300)

    assert desk.entries == []


def test_typing_a_reason_presses_no_key(page: Page, desk: Desk) -> None:
    page.locator("#reason").fill("")
    page.locator("#reason").press_sequentially("around")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)

    assert desk.entries == []
    page.get_by_role("button", name="Reject").click()
    told(page, "Rejected")
    assert desk.entries[0].decision.reason == "around"


def test_the_neighbourhood_is_drawn(page: Page) -> None:
    show(page, WORKS)

    page.wait_for_selector("#drawing[data-drawn='3'] canvas", state="attached")


def test_the_first_stop_skips_to_the_item(page: Page) -> None:
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.textContent") == "Skip to the item"


def test_hostile_text_stays_text(page: Page, desk: Desk) -> None:
    evil = next(c for c in desk.by_document["<b>h"] if c.kind == "relation")
    show(page, evil)
    page.wait_for_selector("#drawing[data-drawn]")
    page.keyboard.press("a")
    told(page, "Accepted: ")
    show_thing = next(
        id_ for id_, data in desk.now.graph.nodes(data=True) if data["name"] == HOSTILE
    )
    page.goto(f"{page.url.partition('/items')[0]}/things/{show_thing}")
    assert page.locator("#title").inner_text() == HOSTILE
    page.go_back()
    page.goto(f"{page.url.partition('/items')[0]}/items/{key_of(evil)}")

    assert page.title().startswith("Review")
    assert page.locator("main img, main b, main script, header img").count() == 0
    shown = page.locator("#document").evaluate("e => e.textContent")
    assert shown == TEXT.replace("\0", "\ufffd")


VISIT = """async (addresses) => {
    const seen = [];
    for (const address of addresses) {
        await htmx.ajax("GET", address, { target: "#desk", swap: "innerHTML" });
        seen.push(document.querySelector("#title").textContent);
    }
    return seen.map((text) => JSON.stringify(text));
}"""


def test_hundreds_of_hostile_names_are_shown_and_run_nothing(
    browser: Browser, nasties: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # HTML knows one kind of line end and no zeros: where characters are counted, they stand for
    # something else, and titles go without.
    texts = [name for name in nasties if not {"\0", "\r", "\ud800"} & {*name}]
    names = [f"{texts[i % len(texts)]} {i}" for i in range(200)]
    with (
        under_review(tmp_path / "run", names, texts[:8], nasties[-3:]) as (_, desk),
        served(desk, monkeypatch) as link,
        watched(browser, link) as page,
    ):
        items, things = list(desk.now.items), list(desk.now.graph.nodes(data="name"))

        titles = page.evaluate(VISIT, [f"/items/{item.id}" for item in items])
        called = page.evaluate(VISIT, [f"/things/{node}" for node, _ in things])
        page.locator("#find").fill("<")
        page.locator("#found button").first.wait_for()
        page.wait_for_timeout(500)

        assert list(map(json.loads, titles)) == [item_title(i, desk.documents) for i in items]
        assert list(map(json.loads, called)) == [clipped(name, 300) for _, name in things]
        assert page.evaluate("typeof window.__pwned") == "undefined"
        assert page.locator("img, b, iframe, [onload], [onerror], body script").count() == 0


def test_a_page_of_another_site_can_do_nothing(browser: Browser, page: Page, desk: Desk) -> None:
    """Even in a browser that has the cookie, a form and a frame of another origin get nothing."""
    address = page.url.rstrip("/")
    other = page.context.new_page()
    other.goto("data:text/html,<title>other</title>")
    other.set_content(
        f"<form method=post action='{address}/items/{key_of(WORKS)}/reject'>"
        f"<button>x</button></form><iframe src='{address}/'></iframe>"
    )
    other.get_by_role("button").click()
    other.wait_for_timeout(500)

    assert desk.entries == []
    assert "Ann Lee" not in other.content()
    other.close()


POST = "([path, csrf]) => fetch(path, {method: 'POST', headers: {'X-CSRF-Token': csrf}})"
VIEWS = ("item", "pair", "thing", "help", "done")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 640], ids=["100 %", "200 %"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(page: Page, desk: Desk, view: str, width: int, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("needs tests/browser/axe/axe.min.js (npm pack axe-core)")
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    # Twice as large letters on 1,280 pixels leave room for as much as 640 pixels do.
    page.set_viewport_size({"width": width, "height": 800})
    go_to(page, desk, view)

    sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run().then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"
    )

    assert sideways <= 0
    assert found == []


def go_to(page: Page, desk: Desk, view: str) -> None:
    host = "/".join(page.url.split("/")[:3])
    names = {data["name"]: id_ for id_, data in desk.now.graph.nodes(data=True)}
    match view:
        case "item":
            show(page, WORKS)
            page.keyboard.press("r")
            told(page, "Rejected")
            page.keyboard.press("s")
        case "pair":
            page.goto(f"{host}/things/{names['Bo Ek']}?do=merge")
            page.locator("#find").fill("Ann")
            page.locator("#found button").first.click()
            told(page, "Merged")
            page.locator("#log a").first.click()
            page.get_by_role("button", name="Rightly one").wait_for()
        case "thing":
            page.goto(f"{host}/things/{names['Acme']}")
            page.locator("#find").fill("Ann")
            page.locator("#found button").first.wait_for()
        case "help":
            page.keyboard.press("h")
        case _:
            for each in list(desk.open()):
                action = "part" if each.pair else "reject"
                page.evaluate(POST, [f"/items/{each.id}/{action}", csrf(page)])
            page.goto(f"{host}/")
            page.get_by_text("Nothing is open").wait_for()


def csrf(page: Page) -> str:
    return str(
        page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRF-Token']")
    )


def test_the_page_can_be_left_and_found_again_where_one_was(page: Page) -> None:
    show(page, WORKS)
    title = page.locator("#title").inner_text()
    page.reload()

    assert page.locator("#title").inner_text() == title
