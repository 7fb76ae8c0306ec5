"""Rounds of improving a run: what is kept, what is not, and what is never learned from."""

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from questgraph.agents.extractor import extract
from questgraph.agents.training import adapting
from questgraph.agents.training.improving import improve
from questgraph.agents.training.rounds import Setup, Trial
from questgraph.agents.training.starting import Improving
from questgraph.tools.errors import (
    ConfigError,
    ModelUnavailableError,
    RunError,
    UnknownNameError,
)
from questgraph.tools.gateway.cost import Caps
from questgraph.tools.labelled import read_labelled
from questgraph.tools.models.adapters import About, write_about
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Document
from questgraph.tools.settings import Settings

from .conftest import STAFF
from .improvable import (
    both,
    confused,
    documents,
    judge,
    learner,
    perfect,
    run_of,
    run_over,
    shouting,
)


@pytest.fixture(autouse=True)
def hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTGRAPH_EMBEDDER", "hashing")


def tried(trials: Sequence[Trial], name: str) -> Trial:
    return next(trial for trial in trials if trial.name == name)


def f1(figures: object) -> float:
    assert isinstance(figures, dict)
    return float(figures["f1"])


def test_a_bank_that_makes_the_model_better_is_kept_and_is_used_as_it_is_told(
    tmp_path: Path,
) -> None:
    folder, model = run_of(tmp_path / "run", learner)

    made = improve(folder, model=model)

    assert made.kept == ["bank"]
    assert made.use == Setup(bank="improved/round-1/bank")
    bank = tried(made.tried, "bank")
    assert f1(made.before) == pytest.approx(2 / 3, abs=1e-3)
    assert f1(bank.figures) == 1.0
    assert bank.p_value is not None
    assert bank.p_value < 0.05
    new = documents(24)[20:]
    path = folder / made.use.bank
    with_it = extract(new, recipe="oneshot", schema=STAFF, model=model, bank=path)
    assert Counter(claim.type for claim in with_it.claims) == {"person": 4, "place": 4}
    with_it.close()


def test_a_bank_that_makes_the_model_no_better_is_not_kept(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", confused)

    made = improve(folder, model=model)

    assert made.kept == []
    assert tried(made.tried, "bank").why == "no higher F1"
    assert made.use == Setup()
    names = {path.name for path in (folder / "improved" / "round-1").iterdir()}
    assert names == {"set", "improved.json"}


def test_nothing_that_is_held_back_is_in_what_is_learned_from(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", learner)

    made = improve(folder, model=model)

    held = {passage.text for passage in read_labelled(folder / "improved/round-1/set/dev.jsonl")}
    learned = list(read_labelled(folder / "improved/round-1/set/train.jsonl"))
    bank = list(read_labelled(folder / "improved/round-1/bank/passages.jsonl"))
    assert len(held) == len(made.held_back) == 6
    assert len(learned) == len(bank) == 14
    assert not held & {passage.text for passage in (*learned, *bank)}
    for request in model.requests:
        asked, before = request.messages[-1].content, request.messages[:-1]
        if any(text in asked for text in held):
            assert not any(text in message.content for text in held for message in before)


def test_scores_that_tell_right_from_wrong_are_kept_with_their_line(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", shouting)

    made = improve(folder, model=model)

    assert made.kept == ["calibration"]
    assert f1(tried(made.tried, "calibration").figures) > f1(made.before)
    with_it = extract(
        documents(22)[20:],
        recipe="oneshot",
        schema=STAFF,
        model=model,
        bank=None,
        calibration=folder / made.use.calibration,
        min_precision=made.use.min_precision,
    )
    assert {claim.type for claim in with_it.claims if claim.admitted} == {"person"}
    assert {claim.type for claim in with_it.claims} == {"person", "firm"}
    with_it.close()


def test_what_is_better_alone_is_tried_together_and_the_best_is_kept(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", both)

    made = improve(folder, model=model)

    assert [trial.name for trial in made.tried] == ["bank", "calibration", "bank + calibration"]
    reached = [f1(trial.figures) for trial in made.tried]
    assert reached[2] == 1.0
    assert max(reached[:2]) < 1.0
    assert made.kept == ["bank", "calibration"]
    assert (made.use.bank, made.use.calibration) == (
        "improved/round-1/bank",
        "improved/round-1/calibration.json",
    )


def test_an_adapter_is_taught_with_the_set_of_the_round_and_tried_without_demonstrations(
    tmp_path: Path,
) -> None:
    folder, model = run_of(tmp_path / "run", shouting)
    taught = ScriptedModel(perfect, name="scripted:taught")
    given: list[Path] = []

    def teach(labelled: Path, out: Path) -> ScriptedModel:
        given.append(labelled)
        out.mkdir()
        (out / "adapter.gguf").write_bytes(b"weights")
        return taught

    made = improve(folder, Improving(adapter=teach), model=model)

    assert given == [folder / "improved/round-1/set"]
    assert made.kept == ["adapter"]
    assert made.use.adapter == "improved/round-1/adapter"
    assert made.use.bank == "none"
    assert (folder / made.use.adapter / "adapter.gguf").is_file()
    names = [trial.name for trial in made.tried]
    assert names == ["adapter", "bank", "calibration", "adapter + calibration"]
    assert all(len(request.messages) == 2 for request in taught.requests)


def test_an_adapter_that_is_no_better_is_gone(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", perfect)

    def teach(labelled: Path, out: Path) -> ScriptedModel:
        out.mkdir()
        return ScriptedModel(shouting, name="scripted:taught")

    made = improve(folder, Improving(adapter=teach), model=model)

    assert made.kept == []
    assert not (folder / "improved/round-1/adapter").exists()


def test_a_training_that_cannot_be_is_told_and_the_rest_is_tried(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", learner)

    def teach(labelled: Path, out: Path) -> ScriptedModel:
        raise ConfigError("nothing is left to train on")

    made = improve(folder, Improving(adapter=teach), model=model)

    assert tried(made.tried, "adapter").why == "not tried: nothing is left to train on"
    assert made.kept == ["bank"]


def test_a_local_model_is_taught_its_own_recipe_and_no_passage_that_is_held_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, model = run_of(tmp_path / "run", learner)
    labelled = folder / improve(folder, model=model).use.bank / ".." / "set"
    bases: list[str] = []

    def tune(data: Path, out: Path, base: str, tuning: object) -> None:
        bases.append(base)

    monkeypatch.setattr(adapting, "check_packages", lambda: None)
    monkeypatch.setattr(adapting, "open_base", lambda name, settings: name)
    monkeypatch.setattr(adapting, "tune", tune)
    write_about(tmp_path, About("small", "", {}))
    settings = Settings(cache=tmp_path, weights="own.gguf")

    for spec in ("local:qwen", f"local:{tmp_path}", "local"):
        teach = adapting.local_teacher(spec, settings, recipe="oneshot", seed=0)
        assert teach(labelled, tmp_path / "out") == f"local:{tmp_path / 'out'}"

    assert bases == ["qwen", "small", "own.gguf"]
    taught = (tmp_path / "out" / "data" / "train.jsonl").read_text("utf-8")
    assert all(p.text not in taught for p in read_labelled(labelled / "dev.jsonl"))
    assert sum(p.text in taught for p in read_labelled(labelled)) > 6


def test_an_adapter_for_a_model_elsewhere_is_a_wrong_call(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", learner)
    before = len(model.requests)

    with pytest.raises(ConfigError, match="an adapter is for a local model, and scripted:test"):
        improve(folder, Improving(adapter=True), model=model)

    assert len(model.requests) == before


def test_the_next_round_begins_from_what_the_last_one_kept(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", learner, count=30, judged=20)
    first = improve(folder, model=model)
    judge(folder, documents(30)[20:])

    second = improve(folder, model=model)

    assert (second.round, second.began_from) == (2, first.use)
    assert f1(second.before) == 1.0
    assert second.kept == []
    assert second.use == first.use
    assert set(first.held_back) < set(second.held_back)
    assert set(first.learned) < set(second.learned)
    assert not set(second.learned) & set(second.held_back)
    told = json.loads((folder / "improved/round-2/improved.json").read_text("utf-8"))
    assert told["began_from"]["bank"] == "improved/round-1/bank"


def test_the_run_as_it_is_asks_nothing_anew_and_a_stopped_round_asks_nothing_twice(
    tmp_path: Path,
) -> None:
    folder, model = run_of(tmp_path / "run", learner)
    asked = len(model.requests)
    first = improve(folder, model=model)
    shutil.rmtree(folder / "improved")
    silent = ScriptedModel([])

    again = improve(folder, model=silent)

    assert len(model.requests) - asked == len(first.held_back)
    assert not silent.requests
    assert again == first


def test_the_same_seed_writes_the_same_bytes_and_another_one_holds_others_back(
    tmp_path: Path,
) -> None:
    written, held = [], []
    for name, seed in (("one", 0), ("other", 0), ("third", 1)):
        folder, model = run_of(tmp_path / name / "run", learner, count=24, judged=20)
        held.append(improve(folder, Improving(seed=seed), model=model).held_back)
        written.append({file.relative_to(folder): file.read_bytes() for file in _files(folder)})
    one, other, third = written

    assert one == other
    assert len(one) == 8
    assert one != third
    assert held[0] != held[2]


def test_few_passages_are_enough_only_where_chance_is_allowed(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", learner, count=8)

    strict = improve(folder, model=model)
    loose = improve(folder, Improving(keep_if_better=True), model=model)

    assert strict.kept == []
    assert tried(strict.tried, "bank").why == "may be chance, p = 0.5"
    assert loose.kept == ["bank"]
    assert loose.rule == "higher F1"


def test_what_nobody_judged_is_named_as_worth_judging(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", learner, judged=12)

    made = improve(folder, Improving(ask=3), model=model)

    open_ = {document.id for document in documents(20)[12:]}
    assert len(made.label_next) == 3
    for each in made.label_next:
        assert each["document"] in open_
        assert each["passage"] == f"{each['document']}#000000"


def test_what_nobody_accepted_or_rejected_counts_as_wrong_and_is_told(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", learner)

    def more(labelled: Path, out: Path) -> ScriptedModel:
        return ScriptedModel(shouting, name="scripted:taught")

    made = improve(folder, Improving(adapter=more), model=model)

    figures = tried(made.tried, "adapter").figures
    assert isinstance(figures, dict)
    assert figures["unjudged"] == len(made.held_back)
    assert figures["precision"] == 0.5


@pytest.mark.parametrize("judged", [0, 5])
def test_too_few_judged_passages_are_counted_in_the_error(tmp_path: Path, judged: int) -> None:
    folder, model = run_of(tmp_path / "run", learner, judged=judged)

    with pytest.raises(ConfigError, match=f"all claims of {judged} passages.*questgraph review"):
        improve(folder, model=model)

    assert not (folder / "improved").exists()


def test_a_cap_that_leaves_a_change_unmeasured_keeps_nothing_of_it(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", learner)

    made = improve(folder, model=model, budget=Caps(calls=len(model.requests)))

    assert made.kept == []
    assert not made.complete
    assert tried(made.tried, "bank").why == "6 passages got no usable answer"


def test_a_run_that_gets_no_answers_any_more_has_nothing_to_be_compared_with(
    tmp_path: Path,
) -> None:
    folder, _ = run_of(tmp_path / "run", learner)
    mute = ScriptedModel([], name="scripted:mute")

    with pytest.raises(ModelUnavailableError, match="6 of 6 passages"):
        improve(folder, model=mute)

    assert not (folder / "improved").exists()


def test_a_wrong_name_or_a_folder_without_a_run_is_told_before_anything_is_asked(
    tmp_path: Path,
) -> None:
    with pytest.raises(RunError, match="there is no run in"):
        improve(tmp_path)
    folder, model = run_of(tmp_path / "run", learner, count=6)
    with pytest.raises(UnknownNameError, match="no acquisition 'entropie', did you mean"):
        improve(folder, Improving(acquire="entropie"), model=model)


def test_hostile_texts_and_names_of_documents_are_kept_as_they_are(
    tmp_path: Path, nasties: list[str]
) -> None:
    some = [
        Document(f"{nasty}#{document.id}", f"{document.text}\n\n{nasty}")
        for nasty, document in zip(nasties, documents(len(nasties)), strict=True)
        # Those that reading a document puts others in the place of.
        if not {"\0", "\ud800"} & set(nasty)
    ]
    folder, model = run_over(tmp_path / "run", learner, some, some)

    made = improve(folder, Improving(keep_if_better=True), model=model)

    assert made.kept == ["bank"]
    told = json.loads((folder / "improved/round-1/improved.json").read_text("utf-8"))
    ids = {document.id for document in some}
    assert {id_.rpartition("#")[0] for id_ in (*told["learned"], *told["held_back"])} == ids
    judged = {p.text for side in ("train", "dev") for p in read_labelled(
        folder / "improved/round-1/set" / f"{side}.jsonl")}  # fmt: skip
    assert judged == {document.text.strip() for document in some}
    assert improve(folder, model=model).round == 2


def test_a_broken_note_of_a_round_is_told_with_what_to_delete(tmp_path: Path) -> None:
    folder, model = run_of(tmp_path / "run", learner, count=6)
    note = folder / "improved" / "round-1" / "improved.json"
    note.parent.mkdir(parents=True)
    note.write_text("{}")

    with pytest.raises(ConfigError, match=r"delete .*round-1, and what follows it"):
        improve(folder, model=model)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "improved").rglob("*") if path.is_file())
