"""Models by name: `provider:model`."""

from dataclasses import dataclass

from questgraph.tools.errors import ConfigError
from questgraph.tools.models.base import ChatModel
from questgraph.tools.models.weights import PUBLISHED, where
from questgraph.tools.settings import Settings


def open_model(name: str, settings: Settings) -> ChatModel:
    """Return the model called `name`, not yet connected.

    `local`, `local:NAME`, `local:/path.gguf`; `openai:MODEL` for any OpenAI-compatible endpoint;
    `scripted:FILE`; `replay:FILE`; and `PROVIDER:MODEL` for every provider of LangChain.

    Raises:
        ConfigError: When the name, a key, a file or a package is missing.
    """
    # Each provider is imported when it is used: they are heavy, and most runs need one.
    provider, _, model = name.partition(":")
    match provider:
        case "local":
            from questgraph.tools.models.local import LocalModel

            return LocalModel(model, settings)
        case "openai":
            return _openai(model, settings)
        case "scripted":
            from questgraph.tools.models.scripted import ScriptedModel

            return ScriptedModel.from_file(model)
        case "replay":
            from questgraph.tools.models.replay import ReplayModel

            return ReplayModel(model)
        case _ if model:
            from questgraph.tools.models.langchain import LangChainModel

            return LangChainModel(name)
        case _:
            raise ConfigError(
                f"{name!r} names no provider: write openai:{name} for an OpenAI-compatible endpoint"
            )


def _openai(model: str, settings: Settings) -> ChatModel:
    from questgraph.tools.models.openai import OpenAIModel

    if not model:
        raise ConfigError("which model? Write openai:NAME")
    if not (settings.openai_api_key or settings.openai_base_url):
        raise ConfigError(
            "set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint than OpenAI's"
        )
    return OpenAIModel(model, base_url=settings.openai_base_url, api_key=settings.openai_api_key)


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A line of the table of models."""

    name: str
    what: str
    licence: str
    ready: str
    """Whether it can be used now, and if not, what to do."""


def known_models(settings: Settings) -> list[KnownModel]:
    """Return what `open_model` takes, and what each needs."""
    embedded = [
        KnownModel(
            f"local:{weights.name}",
            f"embedded, {weights.size / 1e6:.0f} MB",
            weights.licence,
            where(weights, settings),
        )
        for weights in PUBLISHED.values()
    ]
    key = settings.openai_api_key or settings.openai_base_url
    return [
        *embedded,
        KnownModel("local:/path/to.gguf", "any GGUF file", "its own", "yes"),
        KnownModel(
            "openai:MODEL",
            f"any OpenAI-compatible endpoint ({settings.openai_base_url or 'OpenAI'})",
            "the endpoint's",
            "yes" if key else "no: set OPENAI_API_KEY or OPENAI_BASE_URL",
        ),
        KnownModel("PROVIDER:MODEL", "any provider of LangChain", "the provider's", "see its docs"),
        KnownModel("replay:FILE", "the answers in a run.db or .jsonl", "", "yes"),
        KnownModel("scripted:FILE", "answers from a YAML or JSON file", "", "yes"),
    ]
