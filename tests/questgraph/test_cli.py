import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from questgraph.cli import app

TEXT = "Ann Lee works for Acme. Acme named Bo Ek in May."
ANSWERS = {
    "Which of the types": '{"types":["person","works_for"]}',
    "Copy every mention": '{"person":["Ann Lee","Bo Ek"]}',
    "Give every pair": '{"works_for":[["Ann Lee","Acme"]]}',
    "anything of the types": "{}",
    "Does it say": '{"answer":"yes"}',
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUESTGRAPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("QUESTGRAPH_EMBEDDER", "hashing")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT)
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS))
    return tmp_path


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def extract(*words: str) -> Result:
    told = ("--model", "scripted:answers.json", "--recipe", "multi-turn", "--out", "run")
    return call("extract", "in", *told, *words)


def test_a_run_prints_facts_cost_completeness_and_where_the_page_is(folder: Path) -> None:
    result = extract()

    assert result.exit_code == 0
    assert "Ann Lee → Acme" in result.stdout
    assert "calls" in result.stdout
    assert "Complete." in result.stdout
    assert "run/graph.html" in result.stdout
    names = {path.name for path in (folder / "run").iterdir()}
    assert {"run.db", "graph.html", "graph.graphml", "graph.jsonld", "graph.ttl"} <= names


def test_json_is_printed_alone_and_has_offsets_into_the_text(folder: Path) -> None:
    printed = json.loads(extract("--json").stdout)

    (fact,) = [fact for fact in printed["facts"] if fact["kind"] == "relation"]
    head = fact["arguments"][0]
    assert TEXT[head["start"] : head["end"]] == head["text"] == "Ann Lee"
    assert printed["complete"] is True


def test_the_same_command_again_asks_nothing(folder: Path) -> None:
    first = json.loads(extract("--json").stdout)
    again = json.loads(extract("--json").stdout)

    assert first["usage"]["calls"] > 0
    assert again["usage"]["calls"] == 0
    assert again["facts"] == first["facts"]


def test_an_input_that_cannot_be_read_makes_the_run_incomplete_and_the_rest_goes_on(
    folder: Path,
) -> None:
    (folder / "in" / "empty.txt").write_text("")

    result = extract()

    assert result.exit_code == 3
    assert "empty.txt: it is empty" in result.stdout
    assert "Ann Lee → Acme" in result.stdout
    assert call("status", "run").exit_code == 3


def test_a_passage_without_an_answer_is_named_with_its_reason(folder: Path) -> None:
    broken = ANSWERS | {"Give every pair": "no idea", "Answer with JSON only": "no idea"}
    (folder / "answers.json").write_text(json.dumps(broken))

    result = extract()

    assert result.exit_code == 3
    assert "Missing: a.txt#000000: failed: ask: no readable answer in 2 tries" in result.stdout
    (found,) = json.loads(call("status", "run", "--json").stdout)["documents"]
    assert found["missing"][0]["status"] == "failed"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--recipe", "stagd"], "did you mean 'staged'?"),
        (["--schema", "nope.yaml"], "there is no such file"),
        (["--bank", "nope"], "demos build"),
        (["--model", "gpt-4o"], "openai:gpt-4o"),
        (["--model", "openai:gpt-4o"], "OPENAI_API_KEY"),
        (["--model", "local:smollm"], "did you mean 'smollm2-135m'?"),
    ],
)
def test_a_wrong_call_says_what_to_do_before_anything_is_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], hint: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)

    result = call("extract", "in", "--out", "run", *words)

    assert result.exit_code == 2
    assert hint in " ".join(result.stderr.split())
    assert not (folder / "run" / "run.db").exists()


def test_a_dry_run_says_what_it_would_take_and_asks_nothing(folder: Path) -> None:
    told = json.loads(extract("--dry-run", "--json").stdout)
    printed = extract("--dry-run")

    assert (told["documents"], told["units"], told["complete"]) == (1, 1, 0)
    assert told["calls"]["least"] <= told["calls"]["likely"] <= told["calls"]["most"]
    assert "It would take" in printed.stdout
    assert not (folder / "run").exists()


def test_a_cap_ends_the_run_cleanly_and_a_higher_one_continues(folder: Path) -> None:
    short = extract("--budget-calls", "2", "--json")
    found = extract("--budget-calls", "20", "--json")

    told = json.loads(short.stdout)
    assert short.exit_code == 3
    assert told["units"] == {"over_budget": 1}
    assert told["spending"]["settled"]["calls"] == 2
    assert found.exit_code == 0


def test_a_cap_on_money_needs_a_price(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    words = ("extract", "in", "--model", "openai:new", "--bank", "none", "--dry-run")

    refused = call(*words, "--budget-usd", "1")
    allowed = call(*words, "--budget-usd", "1", "--unpriced")
    (folder / "prices.yaml").write_text('"openai:new": {prompt: 1, completion: 2}')
    priced = call(*words, "--budget-usd", "1", "--prices", "prices.yaml", "--json")

    assert refused.exit_code == 2
    assert "nobody knows what openai:new costs" in " ".join(refused.stderr.split())
    assert allowed.exit_code == 0
    assert json.loads(priced.stdout)["usd"]["most"] > 0


def test_a_retry_asks_again_about_what_is_missing_only(folder: Path) -> None:
    broken = ANSWERS | {"Give every pair": "no idea", "Answer with JSON only": "no idea"}
    (folder / "answers.json").write_text(json.dumps(broken))
    (folder / "in" / "b.txt").write_text("Nobody is here.")
    extract()
    (folder / "answers.json").write_text(json.dumps(ANSWERS))

    wrong = call("retry", "run", "--only", "done")
    nothing = json.loads(call("retry", "run", "--only", "truncated", "--json").stdout)
    again = call("retry", "run", "--json")

    assert wrong.exit_code == 2
    assert nothing["usage"]["calls"] == 0
    assert again.exit_code == 0
    assert json.loads(again.stdout)["usage"]["calls"] > 0
    assert json.loads(again.stdout)["units"] == {"done": 2}


def test_a_finished_run_is_exported_without_asking(folder: Path) -> None:
    extract()

    result = call("graph", "run", "--to", "turtle", "--to", "json", "--out", "elsewhere")

    assert result.exit_code == 0
    assert (folder / "elsewhere" / "graph.ttl").is_file()
    assert (folder / "elsewhere" / "graph.json").is_file()
    assert call("graph", "run", "--to", "graphmll").exit_code == 2
    assert call("graph", "nowhere", "--to", "json").exit_code == 2


def test_recipes_are_listed_and_drawn() -> None:
    assert "chatie" in call("recipes").stdout
    assert "recognise" in call("recipes", "staged").stdout
    assert [recipe["name"] for recipe in json.loads(call("recipes", "--json").stdout)]
    assert call("recipes", "nope").exit_code == 2


def test_models_are_listed_with_what_they_need(folder: Path) -> None:
    names = {model["name"] for model in json.loads(call("models", "--json").stdout)}

    assert {"local:qwen2.5-coder-1.5b", "local:smollm2-135m"} <= names
    assert call("models").exit_code == 0


def test_a_finished_run_becomes_a_bank_that_is_searched(folder: Path) -> None:
    extract("--bank", "none")

    built = call("demos", "build", "run", "--out", "bank", "--json")
    found = call("demos", "search", "bank", "Cy Dee works for Orbit.", "--json")

    assert json.loads(built.stdout)["passages"] == 1
    (demo,) = json.loads(found.stdout)
    assert demo["text"] == TEXT
    assert demo["relations"] == [{"head": 0, "tail": 2, "type": "works_for"}]


def test_names_are_checked_by_the_catalogue_that_is_named(folder: Path) -> None:
    (folder / "names.csv").write_text("name,type\nAnn Lee,person\n")
    answers = {"": '{"person":["Ann Lee"]}'}
    (folder / "answers.json").write_text(json.dumps(answers))
    (folder / "schema.yaml").write_text("entities: {person: A human being.}\n")
    call_ = ("--recipe", "verifiner", "--bank", "none", "--schema", "schema.yaml", "--json")

    unknown = json.loads(extract(*call_).stdout)
    known = json.loads(extract(*call_, "--catalogue", "names.csv").stdout)

    assert [fact["verdict"] for fact in unknown["facts"]] == ["unchecked"]
    assert [fact["verdict"] for fact in known["facts"]] == ["sound"]
    assert extract(*call_, "--catalogue", "nowhere.csv").exit_code == 2
