"""One machine or many: a run folder is opened the same way, and shows the same graph."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from questgraph.agents.extraction import RUN_FILE
from questgraph.agents.opening import opened
from questgraph.agents.runs.store import RunStore
from questgraph.graphs.assembly import assemble
from questgraph.graphs.conflicts import Policy, origins
from questgraph.graphs.exports import node_link
from questgraph.graphs.knowledge import KnowledgeGraph, visible
from questgraph.graphs.reduce import Whole, joined, parts
from questgraph.tools.catalogues import read_entries
from questgraph.tools.errors import ConfigError, RunError, UnknownNameError
from questgraph.tools.records import (
    Argument,
    Chunk,
    Claim,
    Document,
    Mention,
    Outcome,
    Result,
    Span,
    Unit,
)
from questgraph.tools.schema import EntityType, RelationType, Schema
from questgraph.tools.schema_sources import schema_to_yaml

if os.environ.get("CI") != "true":
    pytest.importorskip("pyarrow", reason="`pip install 'questgraph[parquet]'` brings pyarrow")

from questgraph.agents.distributed import counting, tables

SCHEMA = Schema(
    name="small",
    entities=(EntityType(name="person"), EntityType(name="gene")),
    relations=(RelationType(name="studies", functional=True),),
)
TEXTS = {"old": "Ann Lee studies ADAM-17. She never studies MTHFR.", "new": "Bo studies ADAM17."}
DOCUMENTS = {
    id_: Document(id_, text, metadata={"year": 1990 + len(text)}) for id_, text in TEXTS.items()
}


def claim(document: str, head: str, tail: str, start: int = 0) -> Claim:
    def at(words: str, type_: str) -> Mention:
        place = TEXTS[document].index(words, start)
        return Mention(words, type=type_, span=Span(place, place + len(words)), level="exact")

    ends = (Argument("head", at(head, "person")), Argument("tail", at(tail, "gene")))
    return Claim("relation", "studies", ends, document_id=document, unit_id=f"{document}#0")


CLAIMS = [
    claim("old", "Ann Lee", "ADAM-17"),
    claim("old", "She", "MTHFR", start=20),
    claim("new", "Bo", "ADAM17"),
]


def run_of(folder: Path, claims: Sequence[Claim]) -> Path:
    """Write down what many machines leave, where no document depends on another one."""
    counting.write_notes(folder, {"schema": schema_to_yaml(SCHEMA)})
    for place, (id_, document) in enumerate(DOCUMENTS.items()):
        tables.write([tables.document_row(place, document)], folder, tables.DOCUMENTS, id_)
        said = [each for each in claims if each.document_id == id_]
        rows = [joined([row]) for row in parts(document, said, SCHEMA, Whole())]
        tables.write_graph(rows, folder)
    return folder


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return run_of(tmp_path, CLAIMS)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """Write down what one process leaves of the same claims."""
    folder = tmp_path / "one"
    folder.mkdir()
    with RunStore(folder / RUN_FILE) as store:
        store.begin({"schema": schema_to_yaml(SCHEMA), "model": "m", "recipe": "r"}, "same")
        for position, (id_, document) in enumerate(DOCUMENTS.items()):
            chunk = Chunk(id_, document.text, span=Span(0, len(document.text)), index=0)
            said = tuple(each for each in CLAIMS if each.document_id == id_)
            store.add(position, document, [Unit(chunk)])
            store.save(Result(unit=Unit(chunk), outcome=Outcome("done"), claims=said))
        store.end()
    return folder


def whole(graph: KnowledgeGraph) -> str:
    return json.dumps(node_link(graph), indent=1)


def test_a_run_on_many_machines_shows_what_one_process_shows(many: Path) -> None:
    with opened(many) as run:
        graph = run.graph

    assert whole(graph) == whole(assemble(CLAIMS, DOCUMENTS, SCHEMA))
    assert run.documents == DOCUMENTS
    assert run.schema == SCHEMA
    reasons = [part["reason"] for _, d in graph.nodes(data=True) for part in d.get("merged", ())]
    assert len(reasons) == 2, "ADAM17 is ADAM-17, and she is Ann Lee"
    assert len(visible(graph).edges) == 2, "what is denied is not shown"


@pytest.mark.parametrize("machines", ["one", "many"])
def test_a_catalogue_and_a_policy_count(
    machines: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(machines)
    (tmp_path / "genes.csv").write_text("id,name,type\nP78536,ADAM17,gene\n")
    policy = Policy("latest", origins=origins(DOCUMENTS.values()))

    with opened(folder, catalogue=tmp_path / "genes.csv", show="latest") as run:
        graph = run.graph

    catalogue = read_entries(tmp_path / "genes.csv")
    alone = assemble(CLAIMS, DOCUMENTS, SCHEMA, catalogue=catalogue, policy=policy)
    assert whole(graph) == whole(alone)
    assert "P78536" in {data.get("linked", {}).get("id") for _, data in graph.nodes(data=True)}


def test_a_policy_that_needs_a_source_says_so_before_anything_is_read(many: Path) -> None:
    with pytest.raises(ConfigError, match="name a source"), opened(many, show="trusted"):
        pass


def test_many_machines_leave_no_page_and_say_which_formats_there_are(
    many: Path, tmp_path: Path
) -> None:
    with opened(many) as run:
        assert run.export("turtle", tmp_path).is_file()
        with pytest.raises(UnknownNameError, match="Known: "):
            run.export("html", tmp_path)


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no run in"), opened(tmp_path):
        pass


def test_the_graph_of_many_machines_is_read_where_there_is_no_ray(many: Path) -> None:
    script = (
        "import sys; sys.modules['ray'] = None;"
        "from questgraph.agents.opening import opened\n"
        "with opened(sys.argv[1]) as run: print(len(run.graph))"
    )

    told = subprocess.run(
        [sys.executable, "-c", script, str(many)], capture_output=True, text=True, check=False
    )

    assert (told.stdout, told.stderr) == ("4\n", "")
