import json
import os
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from questgraph.answers import printable
from questgraph.asking import ask, mcp
from questgraph.cli import app as everything

TEXT = "Ann Lee works for Acme. Acme named Bo Ek in May."
ANSWER = '{"person":["Ann Lee"],"organization":["Acme"],"works_for":[["Ann Lee","Acme"]]}'
SCHEMA = """
name: small
entities: [person, organization]
relations: {works_for: {head: person, tail: organization}}
"""

app = typer.Typer()
app.command("ask")(ask)
app.command("mcp")(mcp)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUESTGRAPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("QUESTGRAPH_EMBEDDER", "hashing")
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "schema.yaml").write_text(SCHEMA)
    (tmp_path / "answers.json").write_text(json.dumps([ANSWER] * 4))
    told = ["--schema", "schema.yaml", "--recipe", "oneshot", "--bank", "none"]
    model = ["--model", "scripted:answers.json", "--out", "run"]
    made = CliRunner().invoke(everything, ["extract", "a.txt", *told, *model])
    assert made.exit_code == 0, made.output
    return tmp_path / "run"


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_name_gets_all_about_it_with_the_words_that_state_it(run: Path) -> None:
    result = call("ask", "run", "Ann Lee")

    assert result.exit_code == 0
    assert "works_for: Ann Lee → Acme" in result.stdout
    assert "“Ann Lee works for Acme.” (a.txt 0-23" in result.stdout


def test_two_names_get_paths_and_a_type_its_facts(run: Path) -> None:
    paths, facts = call("ask", "run", "Ann Lee -> Acme"), call("ask", "run", "works_for")

    assert "Ann Lee - Acme" in paths.stdout
    assert "works_for: Ann Lee → Acme" in facts.stdout


def test_options_narrow_what_is_asked(run: Path) -> None:
    found = call("ask", "run", "--type", "works_for", "--from", "Ann Lee", "--json")
    none = call("ask", "run", "--type", "works_for", "--from", "Acme")

    assert json.loads(found.stdout)["lookup"] == "facts"
    assert len(json.loads(found.stdout)["answer"]["items"]) == 1
    assert "Nothing found." in none.stdout


def test_a_wrong_question_is_a_wrong_call(run: Path) -> None:
    result = call("ask", "run", "Zanzibar")

    assert result.exit_code == 2
    assert "nothing is called 'Zanzibar'" in result.stderr
    assert call("ask", "nowhere", "Ann Lee").exit_code == 2


def test_a_question_in_words_is_answered_by_facts_and_asked_once(run: Path) -> None:
    steps = {
        "Question": '{"do":"card","name":"Acme"}',
        "Ann Lee": '{"do":"answer","text":"Ann [1]."}',
    }
    (run.parent / "words.json").write_text(json.dumps(steps))
    words = ("ask", "run", "Who works for Acme?", "--model", "scripted:words.json")

    first = call(*words, "--json")
    (run.parent / "words.json").write_text("[]")
    again = call(*words)

    told = json.loads(first.stdout)
    assert (told["text"], told["facts"][0]["number"]) == ("Ann [1].", 1)
    assert told["looked_up"] == ["card(name='Acme')"]
    assert "[1] works_for: Ann Lee → Acme" in again.stdout
    assert "“Ann Lee works for Acme.”" in again.stdout


def test_an_answer_that_cites_nothing_is_refused(run: Path) -> None:
    steps = {"Question": '{"do":"card","name":"Acme"}', "Ann Lee": '{"do":"answer","text":"Bo."}'}
    steps["Put the number"] = steps["Ann Lee"]
    (run.parent / "words.json").write_text(json.dumps(steps))

    result = call("ask", "run", "Who works for Acme?", "--model", "scripted:words.json")

    assert result.exit_code == 3
    assert "no answer that facts of the graph bear out" in result.stderr
    assert "Bo." not in result.stdout


@pytest.mark.anyio
async def test_an_mcp_client_asks_a_run_over_the_pipes_of_a_child(run: Path) -> None:
    client = pytest.importorskip("mcp")
    served = "import sys, pathlib, questgraph.asking as a; a.mcp(pathlib.Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    parameters = client.StdioServerParameters(
        command=sys.executable, args=["-c", served, str(run)], env=environment
    )

    async with client.Client(client.stdio_client(parameters)) as asked:
        tools = (await asked.list_tools()).tools
        answer = await asked.call_tool("facts", {"types": ["works_for"]})
        wrong = await asked.call_tool("card", {"name": "Anne Lee"})
        again = await asked.call_tool("card", {"name": "Ann Lee"})

    assert "card" in {tool.name for tool in tools}
    (fact,) = answer.structured_content["items"]
    (quote,) = fact["evidence"]["items"]
    assert TEXT[quote["start"] : quote["end"]] == quote["text"]
    assert (wrong.is_error, again.is_error) == (True, False)
    assert "did you mean 'Ann Lee'" in str(wrong.content)


def test_words_and_narrowing_options_do_not_go_together(run: Path) -> None:
    result = call("ask", "run", "Who?", "--words", "--type", "works_for")

    assert result.exit_code == 2
    assert "leave out --type" in result.stderr


def test_text_of_documents_cannot_steer_a_terminal() -> None:
    shown = printable("\x1b]0;title\x07red\u202eevil\r\n<b>\ud800")

    assert shown == "\\x1b]0;title\\x07red\\u202eevil <b>\\ud800"
