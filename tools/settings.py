"""What the environment says, read once and handed on as a record."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from platformdirs import user_cache_path, user_config_path

DEFAULT_MODEL = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are and which model answers, for a whole process."""

    model: str = DEFAULT_MODEL
    """`provider:model`, asked when the call names none (`QUESTGRAPH_MODEL`)."""

    embedder: str = ""
    """Embedder for demonstrations (`QUESTGRAPH_EMBEDDER`); empty for the built-in one."""

    nli: str = ""
    """Cross-encoder that says what follows from what (`QUESTGRAPH_NLI`), for recipes that ask;
    the model itself is asked when it is empty."""

    cache: Path
    """Folder for joined weights and built indexes (`QUESTGRAPH_CACHE`)."""

    prices: Path = field(default_factory=lambda: user_config_path("questgraph") / "prices.yaml")
    """File with what models cost (`QUESTGRAPH_PRICES`); it need not exist."""

    openai_base_url: str = ""
    """OpenAI-compatible endpoint (`OPENAI_BASE_URL`); empty for OpenAI's own."""

    openai_api_key: str = ""
    """Key for it (`OPENAI_API_KEY`)."""

    weights: str = ""
    """A GGUF file to use for `local` in place of the built-in one (`QUESTGRAPH_WEIGHTS`)."""

    threads: int = 0
    """Processor threads of the local model (`QUESTGRAPH_THREADS`); 0 for all of them."""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Return the settings that `environment` asks for."""
        cache = environment.get("QUESTGRAPH_CACHE")
        prices = environment.get("QUESTGRAPH_PRICES")
        return cls(
            model=environment.get("QUESTGRAPH_MODEL", DEFAULT_MODEL),
            embedder=environment.get("QUESTGRAPH_EMBEDDER", ""),
            nli=environment.get("QUESTGRAPH_NLI", ""),
            cache=Path(cache) if cache else user_cache_path("questgraph"),
            **({"prices": Path(prices)} if prices else {}),
            openai_base_url=environment.get("OPENAI_BASE_URL", ""),
            openai_api_key=environment.get("OPENAI_API_KEY", ""),
            weights=environment.get("QUESTGRAPH_WEIGHTS", ""),
            threads=int(environment.get("QUESTGRAPH_THREADS", "0")),
        )
