"""What there is to ask about, counted without keeping it."""

import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import questgraph
from questgraph.agents.estimates import survey as surveying
from questgraph.agents.estimates.reservoir import Reservoir
from questgraph.agents.estimates.survey import SAMPLE, Survey, survey
from questgraph.agents.extraction import RUN_FILE
from questgraph.agents.recipes import recipes
from questgraph.agents.runs.plan import Plan
from questgraph.agents.runs.reader import RunReader
from questgraph.tools.chunking import split
from questgraph.tools.database import Database
from questgraph.tools.records import Document

from .counted import SCHEMA, counting_model, documents

PLAN = Plan(schema=SCHEMA, recipe=recipes["multi-turn"], chunk_size=300)
MODEL = counting_model()


def story(number: int, sentences: int) -> Document:
    said = (f"In case {number} of {n} Ann Lee left Acme for good." for n in range(sentences))
    return Document(f"{number}", " ".join(said))


def stories(count: int) -> Iterator[Document]:
    """Yield documents of up to forty sentences, the lengths mixed."""
    return (story(n, 1 + n * 7 % 40) for n in range(count))


def figures(found: Survey) -> tuple[int, ...]:
    return found.documents, found.unreadable, found.units, found.complete


def within(run: Path, inputs: list[Document], plan: Plan = PLAN) -> Survey:
    """Survey `inputs` beside what a run folder has."""
    with closing(Database(run / RUN_FILE)) as database:
        return survey(inputs, plan, known=RunReader(database), config=plan.digest(MODEL.name))


def extract(run: Path, inputs: list[Document]) -> None:
    questgraph.extract(
        inputs,
        model=counting_model(),
        schema=SCHEMA,
        recipe="multi-turn",
        bank=None,
        chunk_size=1200,
        out=run,
    )


def test_passages_are_those_that_a_run_would_cut() -> None:
    given = list(stories(50))

    found = survey(given, PLAN)

    chunks = [chunk for d in given for chunk in split(d, size=300, overlap=PLAN.overlap)]
    assert figures(found) == (50, 0, len(chunks), 0)
    assert found.size == sum(len(chunk.text) for chunk in chunks)
    assert found.counted


def test_inputs_that_are_no_documents_are_counted_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")

    found = survey([tmp_path, "nowhere.txt", Document("d", "Ann left.")], PLAN)

    assert figures(found) == (1, 2, 1, 0)


def test_of_many_documents_most_are_reckoned_and_nearly_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exact = survey(stories(400), PLAN)
    monkeypatch.setattr(surveying, "ENOUGH", 30)

    found = survey(stories(400), PLAN)

    assert not found.counted
    assert found.units == pytest.approx(exact.units, rel=0.05)
    assert found.size == pytest.approx(exact.size, rel=0.05)


def test_memory_does_not_grow_with_the_number_of_documents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(surveying, "ENOUGH", 30)
    survey(stories(300), PLAN)

    tracemalloc.start()
    found = survey((replace(d, text=d.text * 20) for d in stories(3000)), PLAN)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found.documents == 3000
    assert peak < 8e6, "the documents have 60 MB"


@pytest.mark.parametrize(("count", "sentences"), [(1, 1), (1, 900), (5, 90), (100, 3)])
def test_a_few_passages_from_all_over_are_looked_at_closely(count: int, sentences: int) -> None:
    given = [story(n, sentences) for n in range(count)]

    found, again = survey(given, PLAN), survey(given, PLAN)

    pieces = [unit.chunk for unit, _ in found.sample]
    assert found.sample == again.sample
    assert min(SAMPLE, found.units) // 2 <= len(pieces) <= SAMPLE
    assert len({piece.document_id for piece in pieces}) == min(SAMPLE, count)
    texts = {document.id: document.text for document in given}
    assert all(texts[p.document_id][slice(*p.span)] == p.text for p in pieces)


def test_complete_passages_of_the_run_folder_need_nothing(tmp_path: Path) -> None:
    plan = Plan(schema=SCHEMA, recipe=recipes["multi-turn"], chunk_size=1200)
    given = [*documents(4), story(9, 60)]
    extract(tmp_path, given)
    parts = len(split(given[-1], size=1200, overlap=150))
    longer = replace(given[-1], text=f"{given[-1].text} And so on, for good, for all of them.")

    same = within(tmp_path, given, plan)
    other = within(tmp_path, [Document("00000", "It snowed."), *given[1:-1], longer], plan)

    assert figures(same) == (5, 0, 4 + parts, 4 + parts)
    assert same.sample == ()
    assert figures(other) == (5, 0, 4 + parts, 3 + parts - 1)
    assert {unit.chunk.document_id for unit, _ in other.sample} == {"00000", "9"}


def test_what_was_found_under_another_configuration_is_asked_about_again(tmp_path: Path) -> None:
    extract(tmp_path, documents(4))

    found = within(tmp_path, documents(4), PLAN)

    assert figures(found) == (4, 0, 4, 0)


def test_looking_at_a_run_folder_changes_nothing_there(tmp_path: Path) -> None:
    extract(tmp_path, documents(4))
    before = (tmp_path / RUN_FILE).read_bytes()

    within(tmp_path, [*documents(5)][1:], PLAN)

    assert (tmp_path / RUN_FILE).read_bytes() == before


def test_a_reservoir_keeps_each_item_equally_often() -> None:
    reservoir = Reservoir[int](100)
    for number in range(10_000):
        reservoir.offer(number)

    assert len(set(reservoir.kept)) == 100
    assert 4000 < sum(reservoir.kept) / 100 < 6000
