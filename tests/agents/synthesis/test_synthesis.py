"""A command from material to folder, stopped and gone on with, and what is made of the folder."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from questgraph.agents.banks import build_bank
from questgraph.agents.synthesis import synthesis
from questgraph.agents.synthesis.output import CALLS
from questgraph.synth import app
from questgraph.tools.gateway.cost import Caps
from questgraph.tools.labelled import read_labelled
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.schema import Schema
from questgraph.tools.schema_sources import load_schema, schema_to_yaml

from .conftest import NO, YES, asked, text

FACT = re.compile(r'^- ("(?:[^"]+)") (.+) ("(?:[^"]+)")$', re.MULTILINE)


def writes(request: Request) -> str:
    """Write what is asked for, but never where Brisk is; judge well."""
    question = asked(request)
    if "Does it say" in question:
        return YES
    if "In which ways" in question:
        return json.dumps({"tone": ["dry", "gay"]})
    sentences = (f"{h} {r} {t}.".replace('"', "") for h, r, t in FACT.findall(question))
    return text(" ".join(s for s in sentences if "Brisk based" not in s) or "Nothing.")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, schema: Schema) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUESTGRAPH_EMBEDDER", "hashing")
    (tmp_path / "schema.yaml").write_text(schema_to_yaml(schema))
    (tmp_path / "graph.csv").write_text(
        "head,relation,tail\nAnn Lee,works_for,Acme\nBo Ek,works_for,Brisk\n"
        "Acme,based_in,Oslo\nBrisk,based_in,Bergen\n"
    )
    return tmp_path


def make(folder: Path, model: ScriptedModel, **options: object) -> dict[str, object]:
    return dict(
        synthesis.synthie(
            folder / "graph.csv",
            folder / "out",
            schema=str(folder / "schema.yaml"),
            model=model,
            bank=None,
            limit=6,
            **options,  # type: ignore[arg-type]
        )
    )


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_folder_has_the_passages_the_schema_and_what_was_dropped(
    folder: Path, schema: Schema
) -> None:
    made = make(folder, ScriptedModel(writes), diverse=True)

    out = folder / "out"
    dropped = [json.loads(line) for line in (out / "dropped.jsonl").read_text().splitlines()]
    assert made["dropped"] == {"not verbatim": len(dropped)}
    assert all("'Bergen'" in item["detail"] for item in dropped)
    assert made["kept"] == len(list(read_labelled(out))) == 6 - len(dropped) > 0
    assert json.loads((out / "summary.json").read_text()) == made
    assert load_schema(out / "schema.yaml") == schema
    assert {type_.name for type_ in load_schema(out / "meta.json").relations} == {
        "works_for",
        "based_in",
    }


def test_the_same_command_again_asks_nothing_and_gives_the_same_bytes(folder: Path) -> None:
    make(folder, ScriptedModel(writes), diverse=True)
    before = {path.name: path.read_bytes() for path in (folder / "out").glob("*.json*")}
    model = ScriptedModel([])

    make(folder, model, diverse=True)

    assert model.requests == []
    assert {path.name: path.read_bytes() for path in (folder / "out").glob("*.json*")} == before


def test_a_command_that_a_cap_stopped_goes_on_with_a_higher_one(folder: Path) -> None:
    first, second, whole = ScriptedModel(writes), ScriptedModel(writes), ScriptedModel(writes)

    stopped = make(folder, first, budget=Caps(calls=5))
    finished = make(folder, second, budget=Caps(calls=500))
    (folder / "out").rename(folder / "elsewhere")
    make(folder, whole)

    assert not stopped["complete"]
    assert finished["complete"]
    assert len(first.requests) + len(second.requests) == len(whole.requests)
    passages = [(folder / name / "train.jsonl").read_bytes() for name in ("out", "elsewhere")]
    assert passages[0] == passages[1]


def test_the_folder_becomes_a_bank_at_once(folder: Path) -> None:
    made = make(folder, ScriptedModel(writes))

    bank = build_bank(folder / "out", folder / "bank")

    assert len(bank) == made["kept"]
    assert (folder / "out" / CALLS).is_file()


def test_the_command_line_makes_a_set_and_exports_it_as_dialogues(folder: Path) -> None:
    answers = {"states this fact": text("Ann Lee works for Acme."), "Does it say": YES}
    (folder / "answers.json").write_text(json.dumps(answers))
    (folder / "graph.csv").write_text("head,relation,tail\nAnn Lee,works_for,Acme\n")
    options = ("--schema", "schema.yaml", "--model", "scripted:answers.json", "--out", "out")

    made = call("synthie", "graph.csv", "--limit", "3", *options, "--json")
    told = call("synthie", "graph.csv", "--limit", "3", *options)
    exported = call("export", "out", "--recipe", "oneshot", "--out", "chats.jsonl", "--json")

    assert made.exit_code == told.exit_code == 0
    assert json.loads(made.stdout)["kept"] == 1
    assert "1 passages in out" in told.stdout
    assert json.loads(exported.stdout) == {"file": "chats.jsonl", "dialogues": 1}
    (chat,) = map(json.loads, (folder / "chats.jsonl").read_text().splitlines())
    assert '"works_for":[["Ann Lee","Acme"]]' in chat["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        (("annotate", "in", "--bank", "none"), {"": '{"person":["Ann Lee"]}'}),
        (("retrieve", "graph.csv", "in"), {"Does it say": YES}),
        (
            ("star", "--limit", "1"),
            {
                "Give eight names": '{"head":["Ann Lee"],"tail":["Acme"]}',
                "Besides": NO,
                "state that": YES,
                "": text("Ann Lee works for Acme."),
            },
        ),
        (
            ("entda", "set.jsonl", "--operation", "swap", "--limit", "1"),
            {"Besides": NO, "Does it say": YES, "": text("Acme, says Ann Lee.")},
        ),
    ],
)
def test_each_strategy_is_a_command(
    folder: Path, words: tuple[str, ...], answers: dict[str, str]
) -> None:
    (folder / "in").mkdir()
    (folder / "in" / "a.txt").write_text("Ann Lee works for Acme.")
    names = [("Ann Lee", "person", 0, 7), ("Acme", "firm", 18, 22)]
    entities = [dict(zip(("text", "type", "start", "end"), name, strict=True)) for name in names]
    record = {"id": "a", "text": "Ann Lee works for Acme.", "entities": entities}
    (folder / "set.jsonl").write_text(json.dumps(record))
    (folder / "answers.json").write_text(json.dumps(answers))

    result = call(
        *words, "--schema", "schema.yaml", "--model", "scripted:answers.json", "--out", "o"
    )

    assert result.exit_code == 0, result.output
    assert "1 passages in o" in result.stdout


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("synthie", "nope.csv"), "no triples there"),
        (("entda", "graph.csv"), "holds triples and no passages"),
        (("annotate", "in", "--acquire", "entopy"), "did you mean 'entropy'"),
        (("export", "graph.csv", "--recipe", "onshot", "--out", "x"), "did you mean 'oneshot'"),
    ],
)
def test_a_wrong_call_says_what_to_do_before_anything_is_asked(
    folder: Path, words: tuple[str, ...], hint: str
) -> None:
    result = call(*words)

    assert result.exit_code == 2
    assert hint in " ".join(result.stderr.split())
    assert not (folder / "questgraph-synth").exists()
