"""Documents to ask about, somebody who answers honestly about any of them, and what came of it."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from questgraph.agents.extraction import Extraction
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Request
from questgraph.tools.records import Document
from questgraph.tools.schema import EntityType, RelationType, Schema

SCHEMA = Schema(
    name="staff",
    entities=(EntityType(name="person"), EntityType(name="firm")),
    relations=(RelationType(name="works_for", head=("person",), tail=("firm",)),),
)
EXPORTS = ("graphml", "turtle", "csv")

_FIRST = ("Ann", "Bo", "Cy", "Dee", "Ed", "Flo", "Gil")
_LAST = ("Solheim", "Prattley", "Thornton", "Lindberg", "Marchetti", "Okonkwo", "Weissmann")
_FIRM = ("Acme", "Brisk", "Cobalt", "Dune", "Ember", "Fjord", "Gale", "Haven", "Iris")

_PASSAGE = re.compile(r"<passage((?: \w+)?)>\n(.*?)\n</passage\1>", re.DOTALL)
_PERSON = re.compile(rf"(?:{'|'.join(_FIRST)}) (?:{'|'.join(_LAST)})")
_FIRM_NAME = re.compile(rf"(?:{'|'.join(_FIRM)}) Ltd")
_WORKS = re.compile(rf"({_PERSON.pattern}) works for ({_FIRM_NAME.pattern})")
_TURNS = re.compile(r"(\"|&quot;)turns\1: \[[\d, ]*\]")


def text(number: int) -> str:
    """Return the text of a document: two facts, each in a sentence of its own."""
    return " ".join(
        f"{_FIRST[n % 7]} {_LAST[n // 7 % 7]} works for {_FIRM[n % 9]} Ltd in case {number}."
        for n in (number, number + 1 + number % 5)
    )


def documents(count: int) -> list[Document]:
    """Return so many documents of one passage, each different."""
    return [Document(f"{number:05}.txt", text(number)) for number in range(count)]


def write_documents(folder: Path, count: int) -> Path:
    """Write the documents as files into a folder, and return it."""
    folder.mkdir()
    for document in documents(count):
        (folder / document.id).write_text(document.text)
    return folder


def reader(request: Request) -> str:
    """Answer as a model that reads well, whatever the passage is and whatever was said before.

    It spells a name wrongly now and then, so that something is asked again, and invents one, so
    that something is turned away.
    """
    asked = next(
        (words, answer)
        for message in reversed(request.messages)
        for words, answer in _ANSWERS.items()
        if message.role == "user" and words in message.content
    )
    passage = next(found for m in request.messages if (found := _PASSAGE.search(m.content)))
    return json.dumps(asked[1](passage[2]))


def _types(passage: str) -> object:
    patterns = {"person": _PERSON, "firm": _FIRM_NAME, "works_for": _WORKS}
    return {"types": [name for name, pattern in patterns.items() if pattern.search(passage)]}


def _mentions(passage: str) -> object:
    invented = ["Zoe Zulu"] if "7." in passage else []
    kinds = {"person": [*_PERSON.findall(passage), *invented], "firm": _FIRM_NAME.findall(passage)}
    return {name: list(dict.fromkeys(names)) for name, names in kinds.items() if names}


def _pairs(passage: str) -> object:
    return {"works_for": [_misspelt(pair, passage) for pair in _WORKS.findall(passage)]}


def _misspelt(pair: tuple[str, str], passage: str) -> tuple[str, str]:
    person, firm = pair
    slip = f"{person[:-3]}{person[-2]}{person[-3]}{person[-1]}"
    return (slip, firm) if "5." in passage else pair


_ANSWERS: Mapping[str, Callable[[str], object]] = {
    "Which of the types": _types,
    "Copy every mention": _mentions,
    "Give every pair": _pairs,
    "that your answers left out": lambda _: {},
    "Does it say": lambda _: {"answer": "yes"},
}


def ledger_of(run: Path) -> SqliteLedger:
    """Open a copy of a run's ledger: the files of a killed run stay as they were left."""
    copy = Path(tempfile.mkdtemp(dir=run.parent))
    for file in run.glob("run.db*"):
        if not file.name.endswith("-ballast"):
            shutil.copy(file, copy)
    return SqliteLedger(copy / "run.db")


def kept(run: Path) -> set[str]:
    """Return the keys of the answers that a run has."""
    with closing(ledger_of(run)) as ledger:
        return {str(record["key"]) for record in ledger.records()}


def facts(extraction: Extraction) -> list[str]:
    """Return every claim with its place, verdict and evidence.

    Left out is which turn said it: where a turn went wrong, a later one did. Nor does the order
    tell: of a passage that was cut in two, the second half is asked about after the first.
    """
    documents = extraction.documents
    claims = (claim.to_json(documents[claim.document_id]) for claim in extraction.claims)
    return sorted(json.dumps(claim, sort_keys=True) for claim in claims)


def exports(extraction: Extraction, folder: Path) -> dict[str, str]:
    """Export a graph, and return what each file holds, less the numbers of turns."""
    for format_ in EXPORTS:
        extraction.export(format_, folder)
    return dict(_files(folder))


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), _TURNS.sub("turns", path.read_text())
