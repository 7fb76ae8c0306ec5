"""The page in a real browser: Debian's chromium, from a file, with no network."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.graphs.viewer.page import write_page
from questgraph.tools.records import Argument, Claim, Document, Mention, Span, Turn
from questgraph.tools.schema import EntityType, RelationType, Schema

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
TEXT = f"Ann works for Acme. 😀 {HOSTILE} knows Ann. </script><b>bold</b> \u202eevil"
SCHEMA = Schema(
    name="s",
    entities=(EntityType(name="person"), EntityType(name="firm")),
    relations=(RelationType(name="works_for"), RelationType(name="knows")),
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium"),
]


def mention(text: str, type_: str, start: int = 0) -> Mention:
    at = TEXT.index(text, start)
    return Mention(text, type=type_, span=Span(at, at + len(text)), level="exact")


def relation(type_: str, head: Mention, tail: Mention) -> Claim:
    return Claim(
        "relation",
        type_,
        (Argument("head", head), Argument("tail", tail)),
        document_id="d",
        unit_id="d#000000",
        evidence=Span(0, 19) if type_ == "works_for" else None,
        verdict="sound",
        turns=(0,),
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The page of a small graph, opened from a file; any request to a host fails the test."""
    claims = [
        relation("works_for", mention("Ann", "person"), mention("Acme", "firm")),
        relation("knows", mention(HOSTILE, "person"), mention("Ann", "person", 30)),
    ]
    documents = {"d": Document("d", TEXT)}
    turns = {"d#000000": [Turn("ask", f"Who works where? {HOSTILE}", f"Ann at Acme {HOSTILE}")]}
    graph = build(claims, documents, SCHEMA)
    write_page(tmp_path / "graph.html", graph, documents, turns, title=HOSTILE, summary={"a": 1})
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    trouble: list[str] = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on(
        "request",
        lambda request: None if request.url.startswith("file:") else trouble.append(request.url),
    )
    opened.goto((tmp_path / "graph.html").as_uri())
    yield opened
    assert trouble == []
    opened.close()


def edge(page: Page, type_: str) -> str:
    return str(page.evaluate(f"questgraph.data.edges.find(e => e.type === '{type_}').id"))


def test_a_click_on_an_edge_in_the_drawing_shows_its_evidence_and_dialogue(page: Page) -> None:
    page.wait_for_timeout(500)
    point = page.evaluate(f"questgraph.edgePoint({json.dumps(edge(page, 'works_for'))})")

    page.mouse.click(point["x"], point["y"])

    assert page.get_by_test_id("evidence").inner_text().startswith("Ann works for Acme.")
    assert [m.inner_text() for m in page.locator("#fact mark").all()] == ["Ann", "Acme"]
    assert "Who works where?" in page.get_by_test_id("dialogue").inner_text()
    assert "Ann at Acme" in page.get_by_test_id("dialogue").inner_text()


def test_a_fact_can_be_chosen_with_the_keyboard_alone(page: Page) -> None:
    page.locator(f"[data-edge='{edge(page, 'works_for')}']").focus()

    page.keyboard.press("Enter")

    assert page.get_by_test_id("evidence").is_visible()
    assert page.get_by_role("tab", name="Selected").get_attribute("aria-selected") == "true"


def test_evidence_leads_to_its_place_in_the_document(page: Page) -> None:
    page.locator(f"[data-edge='{edge(page, 'works_for')}']").click()

    page.get_by_role("button", name="characters").click()

    assert "".join(page.locator(".here").all_inner_texts()) == "Ann works for Acme."
    assert page.locator("#document").evaluate("e => e.textContent") == TEXT


def test_a_name_in_a_document_leads_to_its_node(page: Page) -> None:
    page.get_by_role("tab", name="Documents").click()

    page.locator(".mention", has_text="Acme").first.click()

    assert page.locator("#fact h2").inner_text() == "Acme"


def test_hostile_text_stays_text(page: Page) -> None:
    page.locator(f"[data-edge='{edge(page, 'knows')}']").click()
    page.get_by_role("tab", name="Documents").click()
    page.wait_for_timeout(200)

    assert page.title() == HOSTILE
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.locator("img, b").count() == 0
    assert page.locator("body script:not([type])").count() == 4


def test_hundreds_of_hostile_names_are_shown_and_run_nothing(
    browser: Browser, hostile_graph: Callable[..., KnowledgeGraph], tmp_path: Path
) -> None:
    graph, path = hostile_graph(300), tmp_path / "graph.html"
    graph.nodes["e:000000"]["name"] = "long " * 200_000
    said = {r["document"]: r["quote"] for _, d in graph.nodes(data=True) for r in d["support"]}
    documents = {id_: Document(id_, text) for id_, text in said.items()}
    turns = {
        r["unit"]: [Turn(r["reason"], r["reason"], r["quote"])]
        for _, data in graph.nodes(data=True)
        for r in data["support"]
    }
    write_page(path, graph, documents, turns, title=HOSTILE, summary={"a": HOSTILE})
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    trouble: list[str] = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("dialog", lambda dialog: trouble.append(dialog.message))
    opened.on("request", lambda request: trouble.append(request.url))

    opened.goto(path.as_uri())
    headings = opened.evaluate(
        """() => {
            const seen = [];
            for (const node of questgraph.data.nodes) {
                questgraph.select(node.id);
                seen.push(document.querySelector("#fact h2").textContent);
            }
            for (const edge of questgraph.data.edges) questgraph.select(edge.id);
            const which = document.getElementById("which");
            for (const option of which.options) {
                which.value = option.value;
                which.onchange({ target: which });
            }
            return seen.map((text) => JSON.stringify(text));
        }"""
    )
    opened.wait_for_timeout(500)

    assert list(map(json.loads, headings)) == [data["name"] for _, data in graph.nodes(data=True)]
    assert opened.evaluate("typeof window.__pwned") == "undefined"
    assert opened.locator("body script:not([type])").count() == 4
    assert opened.locator("img, b, iframe, [onload], [onerror], a[href]").count() == 0
    assert trouble == [path.as_uri()]
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_readable_in_light_and_dark_and_narrow(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 640, "height": 400})

    sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    ink, ground = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )

    assert sideways <= 0
    assert ink != ground
