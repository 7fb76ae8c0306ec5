"""A judged run over small documents, asked by models that say what they are told to."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from questgraph.agents.extraction import Extraction
from questgraph.agents.extractor import extract
from questgraph.agents.review.editing import accepted, rejected
from questgraph.graphs.decisions import Decision
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Argument, Claim, Document, Mention, Span

from .conftest import STAFF, passages

SAID = re.compile(r"\w+ \d+: (\w+) left (\w+) \d+ times for (\w+)")

Answer = Callable[[Request], str]


def documents(count: int) -> list[Document]:
    return [Document(f"{p.id}.txt", p.text) for p in passages("staff", count)]


def parts(request: Request) -> tuple[str, str, str]:
    """Return the person, the place and the firm of the passage that is asked about."""
    found = SAID.search(request.messages[-1].content)
    assert found
    who, where, firm = found.groups()
    return who, where, firm


def shown(request: Request) -> bool:
    """Say whether there are demonstrations."""
    return len(request.messages) > 2


def learner(request: Request) -> str:
    """See places only when shown how."""
    who, where, _ = parts(request)
    return json.dumps({"person": [who], **({"place": [where]} if shown(request) else {})})


def confused(request: Request) -> str:
    """Say less when shown anything."""
    who, where, _ = parts(request)
    return "{}" if shown(request) else json.dumps({"person": [who], "place": [where]})


def shouting(request: Request) -> str:
    """Name a firm, which is wrong, in other letters than the text has."""
    who, _, firm = parts(request)
    return json.dumps({"person": [who], "firm": [firm.upper()]})


def both(request: Request) -> str:
    """See places only when shown how, and name a firm, which is wrong, in other letters."""
    return json.dumps(json.loads(shouting(request)) | json.loads(learner(request)))


def perfect(request: Request) -> str:
    who, where, _ = parts(request)
    return json.dumps({"person": [who], "place": [where]})


def run_of(
    folder: Path, answer: Answer, count: int = 20, judged: int | None = None
) -> tuple[Path, ScriptedModel]:
    """Return a run over documents, the first of them judged, and its model."""
    some = documents(count)
    return run_over(folder, answer, some, some[: count if judged is None else judged])


def run_over(
    folder: Path, answer: Answer, some: Sequence[Document], judged: Sequence[Document]
) -> tuple[Path, ScriptedModel]:
    """Return a run over documents, some of them judged, and its model."""
    model = ScriptedModel(answer)
    extract(some, out=folder, recipe="oneshot", schema=STAFF, model=model, bank=None).close()
    judge(folder, judged)
    return folder, model


def judge(folder: Path, some: Sequence[Document]) -> None:
    """Accept what is right, reject what is wrong, and write in what is missing."""
    run = Extraction.open(folder)
    for document in some:
        said = [claim for claim in run.claims if claim.document_id == document.id]
        for decision in _decisions(document, said):
            run.decisions.add(decision)
    run.close()


def _decisions(document: Document, said: Sequence[Claim]) -> Iterator[Decision]:
    for claim in said:
        right = claim.type in ("person", "place")
        yield accepted(claim, document) if right else rejected(claim)
    if not any(claim.type == "place" for claim in said):
        yield accepted(_place(document), document)


def _place(document: Document) -> Claim:
    found = SAID.search(document.text)
    assert found
    mention = Mention(found[2], type="place", span=Span(*found.span(2)), level="exact")
    only = (Argument("mention", mention),)
    return Claim("entity", "place", only, document_id=document.id, unit_id=f"{document.id}#000000")
