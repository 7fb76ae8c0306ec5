"""Adapters: small weights that are loaded onto those of a model and change what it answers.

A folder has `adapter.gguf` (llama.cpp), `adapter_model.safetensors` with `adapter_config.json`
(PEFT), and `adapter.json`: the base, and how the adapter came to be.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from questgraph.tools.errors import ConfigError

GGUF, ABOUT = "adapter.gguf", "adapter.json"
PEFT, PEFT_CONFIG = "adapter_model.safetensors", "adapter_config.json"


@dataclass(frozen=True, slots=True)
class About:
    """What an adapter is of."""

    base: str
    """Name of an embedded model, or the path of the weights."""

    data: str
    """Digest of what it was trained on."""

    trained: Mapping[str, object]
    """How: rows, steps, rates, seed, losses."""


def write_about(folder: Path, about: About) -> None:
    """Note what an adapter is of."""
    text = json.dumps(asdict(about), indent=1, ensure_ascii=False, default=str)
    (folder / ABOUT).write_text(f"{text}\n", "utf-8")


def read_about(folder: Path) -> About:
    """Return what the adapter in a folder is of.

    Raises:
        ConfigError: When there is none.
    """
    try:
        return About(**json.loads((folder / ABOUT).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{folder} has no adapter: make one with questgraph train run") from error
