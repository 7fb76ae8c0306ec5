"""Models by name."""

from dataclasses import replace
from pathlib import Path

import pytest

from questgraph.tools.errors import ConfigError, UnknownNameError, WeightsError
from questgraph.tools.models.openai import OpenAIModel
from questgraph.tools.models.providers import known_models, open_model
from questgraph.tools.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache=tmp_path, openai_api_key="sk-secret")


def test_openai_name_opens_the_endpoint_of_the_settings(settings: Settings) -> None:
    model = open_model("openai:m:latest", replace(settings, openai_base_url="http://localhost/v1"))

    assert isinstance(model, OpenAIModel)
    assert (model.name, model.base_url) == ("openai:m:latest", "http://localhost/v1")


def test_endpoint_of_ones_own_needs_no_key(settings: Settings) -> None:
    here = replace(settings, openai_api_key="", openai_base_url="http://localhost/v1")

    assert open_model("openai:m", here).name == "openai:m"


@pytest.mark.parametrize(
    ("name", "advice"),
    [("gpt-4o", "openai:gpt-4o"), ("", "names no provider"), ("openai:", "openai:NAME")],
)
def test_name_without_provider_or_model_is_answered_with_what_to_write(
    settings: Settings, name: str, advice: str
) -> None:
    with pytest.raises(ConfigError, match=advice):
        open_model(name, settings)


def test_openai_without_key_and_address_is_answered_with_what_to_set(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
        open_model("openai:m", replace(settings, openai_api_key=""))


def test_unknown_embedded_model_is_answered_with_the_nearest(settings: Settings) -> None:
    with pytest.raises(UnknownNameError, match=r"qwen2\.5-coder-1\.5b"):
        open_model("local:qwen2.5-coder", settings)


def test_path_after_local_is_a_file_of_ones_own(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no weights there"):
        open_model(f"local:{tmp_path}/absent.gguf", settings)


def test_scripted_name_opens_a_file_of_answers(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text('["yes"]')

    assert open_model(f"scripted:{path}", settings).name.startswith("scripted")


def test_table_names_every_provider_and_shows_no_key(settings: Settings) -> None:
    models = known_models(settings)

    providers = {model.name.partition(":")[0] for model in models}
    assert providers == {"local", "openai", "PROVIDER", "replay", "scripted"}
    assert "sk-secret" not in repr(models)


@pytest.mark.parametrize(("key", "ready"), [("sk-secret", "yes"), ("", "no: set OPENAI_API_KEY")])
def test_table_says_whether_the_endpoint_can_be_asked(
    settings: Settings, key: str, ready: str
) -> None:
    models = known_models(replace(settings, openai_api_key=key))

    assert [m.ready.startswith(ready) for m in models if m.name == "openai:MODEL"] == [True]
