"""Doubtful pairs are put to the model once, and its word stays in the run."""

from pathlib import Path

import pytest

from questgraph.agents.extraction import Extraction
from questgraph.agents.extractor import extract
from questgraph.agents.resolving import resolve
from questgraph.agents.review.log import DecisionLog
from questgraph.graphs.decisions import Decision
from questgraph.tools.database import Database
from questgraph.tools.models.scripted import ScriptedModel

TEXT = "Nikos Aliagas spoke in Zurich. Níkos Aliágas then left Zürich for Athens."
SAID = '{"person":["Nikos Aliagas","Níkos Aliágas"],"place":["Zurich","Zürich","Athens"]}'


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "d.txt").write_text(TEXT, encoding="utf-8")
    model = ScriptedModel([SAID])
    extract(tmp_path / "d.txt", out=tmp_path / "run", model=model, recipe="oneshot", bank=None)
    return tmp_path / "run"


def names(folder: Path) -> list[list[str]]:
    graph = Extraction.open(folder).graph
    return sorted(sorted([d["name"], *d["aliases"]]) for _, d in graph.nodes(data=True))


def test_what_the_model_picks_is_merged_and_what_it_does_not_pick_stays_apart(run: Path) -> None:
    assert len(names(run)) == 5

    found = resolve(run, model=ScriptedModel({"Zurich": "[1]"}))

    assert [link.same for link in found.links].count(True) == 1
    assert len(names(run)) == 4


def test_each_name_is_shown_with_the_sentence_that_uses_it(run: Path) -> None:
    model = ScriptedModel(["[]"])

    resolve(run, model=model)

    (request,) = model.requests
    assert '"Níkos Aliágas" in "Níkos Aliágas then left Zürich for Athens."' in (
        request.messages[-1].content
    )


def test_nothing_is_asked_twice(run: Path) -> None:
    resolve(run, model=ScriptedModel(["[1,2]"]))
    again = ScriptedModel(["[]"])

    found = resolve(run, model=again)

    assert not again.requests
    assert found.usage.replayed == 1
    assert len(names(run)) == 3


def test_an_answer_that_cannot_be_read_leaves_its_pairs_apart_and_is_told(run: Path) -> None:
    found = resolve(run, model=ScriptedModel(["they are", "the same"]))

    assert (found.links, len(found.problems)) == ((), 1)
    assert len(names(run)) == 5


def test_what_is_beyond_the_limit_is_told(run: Path) -> None:
    found = resolve(run, limit=1, model=ScriptedModel(["[1]"]))

    assert (len(found.links), found.left) == (1, 1)


def test_a_pronoun_that_may_mean_several_people_is_put_with_what_stands_before_it(
    tmp_path: Path,
) -> None:
    text = "It rained. Ann Lee met Bo Reed. She founded Acme."
    (tmp_path / "d.txt").write_text(text, encoding="utf-8")
    said = '{"person":["Ann Lee","Bo Reed"],"organization":["Acme"],"founded":[["She","Acme"]]}'
    folder, asked = tmp_path / "run", ScriptedModel(['{"answer":"B"}'])
    model = ScriptedModel([said])
    extract(tmp_path / "d.txt", out=folder, model=model, recipe="oneshot", bank=None)

    found = resolve(folder, model=asked)

    question = asked.requests[0].messages[-1].content
    assert "Ann Lee met Bo Reed. She founded Acme." in question
    assert "It rained" not in question
    assert [link.same for link in found.links] == [False, True]
    assert names(folder) == [["Acme"], ["Ann Lee"], ["Bo Reed"]]


def test_a_person_takes_a_merge_of_the_model_back(run: Path) -> None:
    found = resolve(run, model=ScriptedModel(["[1,2]"]))
    link = found.links[0]
    database = Database(run / "run.db")
    DecisionLog(database).add(Decision(verb="part", things=(link.one, link.other)))
    database.close()

    assert len(names(run)) == 4
