"""What a recipe cost before: counted in runs, read off run folders, remembered between them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import questgraph
from questgraph.agents.estimates.history import History, of_run
from questgraph.agents.estimates.totals import REMEMBERED, Past, StageCost, StageTotals
from questgraph.agents.extraction import RUN_FILE
from questgraph.agents.runs.reader import RunReader
from questgraph.tools.database import Database
from questgraph.tools.records import Chunk, Outcome, Result, Span, Turn, Unit, Usage

from .counted import SCHEMA, counting_model, documents

UNIT = Unit(Chunk("d", "It rained.", span=Span(0, 10), index=0))
SENT = Usage(calls=1, prompt_tokens=100, cached_tokens=40, completion_tokens=5, seconds=2.0)


def past(units: float, *, calls: float = 1.0) -> Past:
    cost = StageCost(passages=units, questions=calls * units, calls=calls * units)
    return Past(units=units, stages={"ask": cost})


def result(*usages: Usage, outcome: Outcome | None = None) -> Result:
    turns = tuple(Turn("ask", "q", "a", call=str(n), usage=u) for n, u in enumerate(usages))
    return Result(unit=UNIT, outcome=outcome or Outcome("done"), turns=turns)


def counted(*results: Result) -> StageTotals:
    totals = StageTotals()
    for each in results:
        totals.add(each)
    return totals


def test_each_stage_is_counted_for_itself() -> None:
    complaint = Turn("ask", "What?", "a", complained="q", usage=SENT)
    asked = result(SENT, SENT)
    asked = replace(asked, turns=(*asked.turns, complaint, Turn("more", "q", "{}", usage=SENT)))

    found = counted(asked, result(SENT)).past(seconds=8)

    assert found.units == 2
    assert found.pace == 2 / 8
    assert found.cached_share == 0.4
    assert found.stages["ask"][:4] == (2, 3, 4, 4)
    assert found.stages["more"] == StageCost(1, 1, 1, 1, 100, 40, 5, 2)


@pytest.mark.parametrize(
    "odd", [result(Usage(replayed=1)), result(SENT, outcome=Outcome("failed", "away")), result()]
)
def test_units_that_were_not_asked_about_in_full_do_not_count(odd: Result) -> None:
    assert counted(odd, result(SENT), odd).past() == counted(result(SENT)).past()


@pytest.mark.parametrize(
    "usage", [replace(SENT, seconds=0.0), replace(SENT, replayed=1)], ids=["recorded", "resumed"]
)
def test_the_clock_tells_nothing_about_answers_that_nobody_waited_for(usage: Usage) -> None:
    assert counted(result(usage)).past(seconds=1).pace is None


def test_prompts_are_measured_where_they_are_kept() -> None:
    questions = {"0": {"messages": [["system", "né"], ["user", "12345"]]}}

    found = counted(result(SENT, SENT)).past(find=questions.get)

    assert found.stages["ask"][-2:] == (100, 8)


def test_a_run_folder_tells_what_its_units_cost_whichever_command_asked(tmp_path: Path) -> None:
    def extract(chunk_size: int) -> questgraph.Extraction:
        return questgraph.extract(
            documents(6),
            model=counting_model(seconds=2.0),
            schema=SCHEMA,
            recipe="multi-turn",
            bank=None,
            chunk_size=chunk_size,
            out=tmp_path,
        )

    asked = counted(*extract(1000).results).past()
    assert extract(2000).status.usage.calls == 0, "the ledger answers"
    with closing(Database(tmp_path / RUN_FILE)) as database:
        found = of_run(RunReader(database), database)

    assert found.units == asked.units == 6
    assert {name: cost[:8] for name, cost in found.stages.items()} == {
        name: cost[:8] for name, cost in asked.stages.items()
    }
    cost = found.stages["detect"]
    assert cost.sampled_tokens / cost.sampled_bytes == pytest.approx(1 / 4, rel=0.01)


def test_what_was_noted_is_remembered(tmp_path: Path) -> None:
    history = History(tmp_path / "cache" / "history.json")

    history.note("openai:m", "staged", past(10, calls=2))
    history.note("openai:m", "staged", past(20, calls=5))

    assert History(tmp_path / "cache" / "history.json").of("openai:m", "staged") == Past(
        units=30, stages={"ask": StageCost(30, 120, 120)}
    )
    assert history.of("openai:m", "chatie") == history.of("openai:n", "staged") == Past()


def test_new_runs_outweigh_old_ones_in_the_end() -> None:
    known = past(50 * REMEMBERED, calls=9).followed_by(past(REMEMBERED, calls=1))

    assert known.units == 2 * REMEMBERED
    assert known.stages["ask"].calls / known.units == 5


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"m staged": {"units": -1}}', '{"m staged": {"units": NaN}}', "\0\xff"]
)
def test_a_file_that_cannot_be_read_counts_as_none_and_is_made_anew(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "history.json"
    file.write_text(text)
    history = History(file)
    assert history.of("m", "staged") == Past()

    history.note("m", "staged", past(3))

    assert history.of("m", "staged") == past(3)


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    history = History(tmp_path / "cache" / "history.json")

    history.note("m", "staged", past(3))

    assert history.of("m", "staged") == Past()


def test_a_run_that_asked_nothing_leaves_no_trace(tmp_path: Path) -> None:
    History(tmp_path / "history.json").note("m", "staged", Past())

    assert list(tmp_path.iterdir()) == []


def test_runs_that_end_at_once_are_all_remembered(tmp_path: Path) -> None:
    file = tmp_path / "history.json"

    with ThreadPoolExecutor(8) as pool:
        for _ in range(40):
            pool.submit(lambda: History(file).note("m", "staged", past(1)))

    assert History(file).of("m", "staged").units == 40
