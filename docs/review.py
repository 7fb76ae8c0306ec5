"""Takes the pictures of `docs/review.md`: `python docs/review.py` (needs chromium).

The run in them is made up: a few documents, and claims as a model might have read them.
"""

import shutil
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from questgraph.agents.extraction import RUN_FILE, Extraction
from questgraph.agents.review.desk import Desk
from questgraph.agents.review.server import serve
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
    Verdict,
)
from questgraph.tools.schema import EntityType, RelationType, Schema
from questgraph.tools.schema_sources import schema_to_yaml

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu"]

SCHEMA = Schema(
    name="science",
    entities=(
        EntityType(name="person"),
        EntityType(name="organization"),
        EntityType(name="place"),
    ),
    relations=(
        RelationType(name="works_for"),
        RelationType(name="born_in"),
        RelationType(name="knows", symmetric=True),
        RelationType(name="based_in"),
    ),
)
TEXTS = {
    "letters.txt": "Lise Meitner was born in Vienna. From 1907 she worked with Otto Hahn in Berlin."
    " Hahn worked for the Kaiser Wilhelm Institute, which was based in Berlin."
    " In Stockholm Meitner worked for the Nobel Institute. She met Niels Bohr in Copenhagen.",
    "notes.txt": "Otto Frisch, a nephew of Lise Meitner, worked for the institute of Niels Bohr."
    " L. Meitner and Frisch explained what Hahn had found. Frisch was born in Vienna.",
}
ENTITIES = (
    ("letters.txt", "Lise Meitner", "person", 0.97),
    ("letters.txt", "Vienna", "place", 0.95),
    ("letters.txt", "Otto Hahn", "person", 0.96),
    ("letters.txt", "Kaiser Wilhelm Institute", "person", 0.41),
    ("letters.txt", "Nobel Institute", "organization", 0.9),
    ("letters.txt", "Niels Bohr", "person", 0.93),
    ("letters.txt", "Copenhagen", "place", 0.88),
    ("notes.txt", "Otto Frisch", "person", 0.92),
    ("notes.txt", "Lise Meitner", "person", 0.94),
    ("notes.txt", "L. Meitner", "person", 0.71),
    ("notes.txt", "Lise Meitners", "person", 0.3),
)
RELATIONS: tuple[tuple[str, str, str, str, float, Verdict, str], ...] = (
    ("letters.txt", "Lise Meitner", "born_in", "Vienna", 0.93, "sound", ""),
    ("letters.txt", "Hahn", "works_for", "Kaiser Wilhelm Institute", 0.62, "sound", ""),
    ("letters.txt", "Kaiser Wilhelm Institute", "based_in", "Berlin", 0.81, "sound", ""),
    ("letters.txt", "Meitner", "works_for", "Nobel Institute", 0.77, "confirmed", ""),
    ("letters.txt", "Lise Meitner", "knows", "Otto Hahn", 0.58, "unchecked", ""),
    ("letters.txt", "Lise Meitner", "knows", "Niels Bohr", 0.44, "refuted", "she only met him"),
    ("notes.txt", "Otto Frisch", "works_for", "Niels Bohr", 0.35, "sound", ""),
    ("notes.txt", "Otto Frisch", "knows", "Lise Meitner", 0.8, "sound", ""),
)


def main() -> None:
    """Write the pictures beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Extraction.open(run(Path(folder) / "run")), by="Kim")
        links: list[str] = []
        there = threading.Event()

        def ready(link: str) -> None:
            links.append(link)
            there.set()

        # It ends with this script: nobody is left to answer.
        threading.Thread(target=lambda: serve(desk, ready=ready), daemon=True).start()
        there.wait()
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page(viewport={"width": 1200, "height": 760})
            page.goto(links[0])
            page.wait_for_selector("#title")
            page.evaluate("document.getElementById('run').textContent = 'questgraph-run'")
            pictures(page)
            browser.close()


def pictures(page: Page) -> None:
    """Walk through a review and take a picture of each step."""
    page.get_by_role("link", name="Hahn → works_for").first.click()
    drawn(page)
    page.screenshot(path=HERE / "review-claim.png")
    page.keyboard.press("s")
    page.keyboard.press("1")
    page.keyboard.press("ArrowLeft")
    page.screenshot(path=HERE / "review-span.png")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_function("() => document.getElementById('said').textContent")
    page.get_by_role("link", name="Meitner = ").first.click()
    page.get_by_role("button", name="Merge: they are one").wait_for()
    drawn(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(1_000)
    page.screenshot(path=HERE / "review-merge-dark.png")


def drawn(page: Page) -> None:
    """Wait until the neighbourhood is on the screen."""
    page.wait_for_selector("#drawing[data-drawn]")
    page.wait_for_timeout(1_500)


def run(folder: Path) -> Path:
    """Write the run."""
    folder.mkdir()
    with RunStore(folder / RUN_FILE) as store:
        facts = {"schema": schema_to_yaml(SCHEMA), "model": "none", "recipe": "staged"}
        store.begin(facts, "same")
        for position, (id_, text) in enumerate(TEXTS.items()):
            unit = Unit(Chunk(id_, text, span=Span(0, len(text)), index=0))
            store.add(position, Document(id_, text), [unit])
            question = "Give every person, organization and place, and how they are related."
            answer = "\n".join(f"{r[1]} | {r[2]} | {r[3]}" for r in RELATIONS if r[0] == id_)
            turns = (Turn("ask", question, answer),)
            outcome = Outcome("done")
            store.save(Result(unit=unit, outcome=outcome, claims=claims(id_), turns=turns))
        store.end()
    return folder


def claims(document: str) -> tuple[Claim, ...]:
    """Return what was said of a document."""
    types = {words: type_ for _, words, type_, _ in ENTITIES} | {"Berlin": "place"}
    text = TEXTS[document]

    def mention(words: str) -> Mention:
        type_, at = types.get(words, "person"), text.find(words)
        span = Span(at, at + len(words))
        # What the text only has with an s behind it is not there.
        if at < 0 or text[span.end : span.end + 1].isalpha():
            return Mention(words, type=type_)
        return Mention(words, type=type_, span=span, level="exact")

    found = [
        claim("entity", type_, {"mention": mention(words)}, document, score)
        for id_, words, type_, score in ENTITIES
        if id_ == document
    ]
    for id_, head, type_, tail, score, verdict, reason in RELATIONS:
        if id_ == document:
            ends = {"head": mention(head), "tail": mention(tail)}
            found.append(claim("relation", type_, ends, document, score, verdict, reason))
    return tuple(found)


def claim(
    kind: str,
    type_: str,
    parts: dict[str, Mention],
    document: str,
    score: float,
    verdict: Verdict = "sound",
    reason: str = "",
) -> Claim:
    """Return a claim with the sentences that it stands in as evidence."""
    text = TEXTS[document]
    spans = [part.span for part in parts.values() if part.span]
    start = min((text.rfind(". ", 0, span.start) + 1 for span in spans), default=0)
    end = max((text.find(".", span.end) + 1 for span in spans), default=0)
    return Claim(
        kind,  # type: ignore[arg-type]
        type_,
        tuple(Argument(role, part) for role, part in parts.items()),
        document_id=document,
        unit_id=f"{document}#000000",
        evidence=Span(start + (text[start] == " "), end) if spans else None,
        verdict=verdict,
        score=score,
        reason=reason,
        turns=(0,),
    )


if __name__ == "__main__":
    main()
