"""What a distributed run writes down, without a cluster."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from questgraph.agents.options import Options, look_up
from questgraph.agents.runs.plan import Plan
from questgraph.tools.errors import ConfigError, DocumentError, ModelUnavailableError, RunError
from questgraph.tools.gateway.cost import Cost
from questgraph.tools.gateway.gateway import Terms
from questgraph.tools.gateway.limits import Limits
from questgraph.tools.gateway.retries import Retries
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Chunk, Document, Outcome, Result, Span, Turn, Unit, Usage

from .world import SCHEMA, documents, reader

if os.environ.get("CI") != "true":
    pytest.importorskip("ray", reason="no Ray here: `pip install 'questgraph[ray]'` brings it")
    pytest.importorskip("psycopg", reason="`pip install 'questgraph[postgres]'` brings psycopg")

from questgraph.agents.distributed import counting, tables
from questgraph.agents.distributed import run as distributed
from questgraph.agents.distributed.questioner import Order, Questioner

Ask = Callable[..., Questioner]

BROKEN = 3
"""Number of a document that cannot be cut into passages."""


def unit(document: str, index: int) -> Unit:
    return Unit(Chunk(document, "Ann", span=Span(0, 3), index=index))


def ended(document: str, index: int, status: Any, reason: str = "", calls: int = 1) -> Result:
    turns = (Turn("ask", "Who?", "Ann", usage=Usage(calls=calls, prompt_tokens=9)),)
    return Result(unit=unit(document, index), outcome=Outcome(status, reason), turns=turns)


def write(folder: Path, results: list[Result], waiting: list[Unit]) -> None:
    """Write a run down in which `waiting` were put off."""
    rows = [tables.unit_row(result.unit, result) for result in results]
    rows += [tables.unit_row(one, None, "the endpoint is away") for one in waiting]
    for number, row in enumerate(rows):
        tables.write([row], folder, tables.RESULTS, str(number))
    ids = sorted({row["document_id"] for row in rows})
    read: list[Document | DocumentError] = [Document(id_, "Ann") for id_ in ids]
    read.append(DocumentError("x#1", "it is empty"))
    told = [tables.document_row(position, each) for position, each in enumerate(read)]
    tables.write(told, folder, tables.DOCUMENTS, "0")
    spending = {"settled": {"calls": 7, "tokens": 8, "usd": 0.5}}
    counting.write_notes(folder, {"ended": True, "spending": spending})


def test_the_status_counts_what_is_missing_and_why(tmp_path: Path) -> None:
    results = [
        ended("a", 0, "done"),
        ended("a", 1, "empty", "nothing here"),
        ended("b", 0, "failed", "no JSON"),
        ended("b", 1, "failed", "no JSON"),
        ended("c", 0, "done", calls=0),
    ]
    write(tmp_path, results, [unit("c", 1)])

    status = distributed.status(tmp_path)

    assert status.endings == (
        ("done", "", 2),
        ("failed", "no JSON", 2),
        ("empty", "", 1),
        ("waiting", "the endpoint is away", 1),
    )
    assert (status.documents, status.incomplete) == (3, 2)
    assert status.unreadable == (("x#1", "it is empty"),)
    assert status.usage == Usage(calls=4, prompt_tokens=45)
    assert status.spending.settled == Cost(calls=7, tokens=8, usd=0.5)
    assert (status.ended, status.stopped) == (True, "the endpoint is away")
    assert not status.complete


def test_a_run_is_complete_when_nothing_is_missing(tmp_path: Path) -> None:
    write(tmp_path, [ended("a", 0, "done")], [])
    tables.write([tables.document_row(0, Document("a", "Ann"))], tmp_path, tables.DOCUMENTS, "0")

    assert distributed.status(tmp_path).complete


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no distributed run"):
        distributed.status(tmp_path)


def test_documents_come_back_as_they_were(tmp_path: Path) -> None:
    given = [
        Document("a", "Ann\n\u4e2d", source="x", metadata={"year": 1990, "who": ["Bo", None]}),
        Document("b", "Bo", metadata={"odd": "half a pair: \ud800"}),
    ]
    told = [tables.document_row(position, each) for position, each in enumerate(given)]
    tables.write(told, tmp_path, tables.DOCUMENTS, "0")

    assert list(tables.documents(tmp_path, "0")) == given


def test_a_new_table_takes_the_place_of_the_older_one(tmp_path: Path) -> None:
    place = tmp_path / tables.RESULTS
    for name in ("one", "two"):
        made = tmp_path / name
        tables.write([], made, tables.RESULTS, name)
        tables.publish(made / tables.RESULTS, place)

    assert tables.files(tmp_path, tables.RESULTS) == ["two"]
    tables.publish(tmp_path / "none", place)
    assert not place.exists(), "what was not made again is gone"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "needs a ledger that all machines share"),
        ({"ledger": "postgresql:///x", "batch": True}, "batches are sent from one machine"),
        ({"ledger": "run.db"}, "is no shared ledger"),
    ],
    ids=["no ledger", "batch", "file"],
)
def test_what_machines_cannot_share_is_a_wrong_call(
    tmp_path: Path, options: Options, reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        distributed.extract([tmp_path], out=tmp_path / "out", **options)

    assert not (tmp_path / "out").exists()


def test_workers_share_limits() -> None:
    limits = Limits(requests_per_minute=90, tokens_per_minute=None, concurrency=10)

    assert distributed.shared_out(limits, 3) == Limits(requests_per_minute=30, concurrency=3)


@pytest.fixture
def ask(tmp_path: Path, postgres_url: str) -> Iterator[Ask]:
    """Return a function that makes a worker which asks `model`."""
    made = []

    def ask(model: ScriptedModel, **others: Any) -> Questioner:
        options: Options = {
            "schema": SCHEMA,
            "recipe": "multi-turn",
            "bank": None,
            "model": model,
            "ledger": postgres_url,
        }
        found = look_up({**options, **others})  # type: ignore[typeddict-item]
        order = Order(options=options, terms=found.terms, config=found.config, folder=tmp_path)
        made.append(Questioner(order))
        return made[-1]

    yield ask
    for questioner in made:
        questioner.close()


def questioned(folder: Path, questioner: Questioner, count: int) -> list[dict[str, Any]]:
    told = [tables.document_row(number, each) for number, each in enumerate(documents(count))]
    tables.write(told, folder, tables.DOCUMENTS, "0")
    questioner({"file": "0"})
    return tables.rows_in(folder, tables.RESULTS, "0")


def test_a_bug_in_one_document_does_not_lose_the_others(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = Plan.units

    def units(plan: Plan, document: Document) -> list[Unit]:
        if document.id.startswith(f"{BROKEN:05}"):
            raise ZeroDivisionError
        return cut(plan, document)

    monkeypatch.setattr(Plan, "units", units)

    rows = questioned(tmp_path, ask(ScriptedModel(reader)), 5)

    assert [row["status"] for row in rows] == ["done", "done", "done", "failed", "done"]
    assert "a bug, please report: ZeroDivisionError()" in rows[BROKEN]["reason"]


def test_an_answer_with_half_a_character_is_kept_with_its_unit(ask: Ask, tmp_path: Path) -> None:
    def answer(request: Any) -> str:
        odd = f"case {BROKEN}." in request.messages[-1].content
        return '{"types": ["\ud800"]}' if odd else reader(request)

    rows = questioned(tmp_path, ask(ScriptedModel(answer)), 5)

    assert len(rows) == 5
    assert "\N{REPLACEMENT CHARACTER}" in rows[BROKEN]["turns"]


def test_what_is_put_off_waits_and_says_why(ask: Ask, tmp_path: Path) -> None:
    model = ScriptedModel(lambda _: ModelUnavailableError("nobody is there"), slots=1)

    rows = questioned(tmp_path, ask(model, retries=Retries(tries=1)), 60)

    states = [row["status"] for row in rows]
    assert (states.count("failed"), states.count("waiting")) == (50, 10)
    (reason,) = {row["reason"] for row in rows if row["status"] == "waiting"}
    assert "nobody is there" in reason


def test_a_machine_with_another_questgraph_refuses(tmp_path: Path) -> None:
    options: Options = {"model": ScriptedModel([]), "bank": None}
    order = Order(options=options, terms=Terms(), config="another", folder=tmp_path)

    with pytest.raises(ConfigError, match="would ask something else"):
        Questioner(order)
