"""What users see: public names are there, errors travel, commands explain themselves."""

import inspect
import pickle
from pathlib import Path

import pytest
from typer.testing import CliRunner

import questgraph
from questgraph.agents.state import State, Update
from questgraph.cli import app
from questgraph.tools import errors

ROOT = Path(__file__).parent.parent

ARGUMENTS = {
    errors.UnknownNameError: ("recipe", "chat-ie", ["chatie"]),
    errors.SchemaError: ("schema.yaml:3", "unknown key"),
    errors.DocumentError: ("a.pdf", "no text in it"),
    errors.MissingPackageError: ("xllamacpp", "the local model", "pip install xllamacpp"),
    errors.ModelUnavailableError: ("busy", 3.0),
    errors.AnswerError: ("Answer with JSON.", ["Ann"]),
}
ERRORS = [
    error
    for error in vars(errors).values()
    if inspect.isclass(error) and issubclass(error, errors.QuestgraphError)
]


@pytest.mark.parametrize("name", questgraph.__all__)
def test_every_public_name_is_there_and_explained(name: str) -> None:
    assert inspect.getdoc(getattr(questgraph, name))


def test_a_wrong_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'extrct'"):
        questgraph.extrct  # noqa: B018  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_survives_pickling(error: type[errors.QuestgraphError]) -> None:
    raised = error(*ARGUMENTS.get(error, ("what is wrong",)))

    again = pickle.loads(pickle.dumps(raised))

    assert type(again) is error
    assert str(again) == str(raised)
    assert vars(again) == vars(raised)


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_stands_in_the_tree(error: type[errors.QuestgraphError]) -> None:
    assert error.__name__ in (errors.__doc__ or "")


def test_an_update_has_only_keys_of_the_state() -> None:
    assert set(Update.__annotations__) <= set(State.__annotations__)


@pytest.mark.parametrize(
    "command",
    [
        "extract",
        "status",
        "recipes",
        "graph",
        "resolve",
        "review",
        "load",
        "ask",
        "mcp",
        "schema infer",
        "schema show",
        "schema check",
        "models",
        "demos build",
        "demos learn",
        "eval",
        "demos search",
    ],
)
def test_every_command_has_help_and_stands_in_the_readme(command: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "--help"])

    assert result.exit_code == 0
    assert f"questgraph {command}" in (ROOT / "README.md").read_text()
