"""Models that can be taught: an embedded one, a GGUF file, or a Hugging Face folder."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from questgraph.tools.errors import ConfigError, MissingPackageError
from questgraph.tools.models.weights import PUBLISHED, find, own_file, published
from questgraph.tools.settings import Settings


@dataclass(frozen=True, slots=True)
class Base:
    """Weights that an adapter is trained for, and that it is loaded onto."""

    name: str
    """Name of an embedded model, or the path that was given."""

    path: Path
    """A GGUF file, or a folder of `transformers`."""

    def model(self) -> Any:
        """Return the model, its weights in bfloat16."""
        import torch
        import transformers

        options: dict[str, Any] = {"dtype": torch.bfloat16}
        if self._file:
            # Left packed, weights are unpacked anew for each product.
            unpacked = transformers.GgufConfig(gguf_file=self._file, dequantize=True)
            options |= {"gguf_file": self._file, "quantization_config": unpacked}
        return transformers.AutoModelForCausalLM.from_pretrained(self._folder, **options)

    def tokenizer(self) -> Any:
        """Return the tokenizer.

        Raises:
            ConfigError: When it does not know how dialogues are written.
        """
        import transformers

        options = {"gguf_file": self._file} if self._file else {}
        found = transformers.AutoTokenizer.from_pretrained(self._folder, **options)
        if not found.chat_template:
            raise ConfigError(f"{self.name} has no chat template: take an instruct model")
        return found

    @property
    def _file(self) -> str:
        return "" if self.path.is_dir() else self.path.name

    @property
    def _folder(self) -> Path:
        return self.path if self.path.is_dir() else self.path.parent


def open_base(name: str, settings: Settings) -> Base:
    """Return the base called `name`: an embedded model, or the path of a GGUF file or a folder.

    Raises:
        ConfigError: When there is no such model.
        WeightsError: When its weights are not there, or not the published ones.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise ConfigError(f"{path} has no config.json: name a folder of a Hugging Face model")
        return Base(name, path)
    if path.suffix == ".gguf":
        return Base(name, own_file(path))
    if name not in PUBLISHED:
        known = ", ".join(PUBLISHED)
        raise ConfigError(f"no model {name!r}: name one of {known}, a GGUF file, or a folder")
    weights = published(name)
    return Base(name, find(weights, settings))


def check_packages() -> None:
    """Raise `MissingPackageError` unless everything that training needs is installed."""
    for package in ("torch", "transformers", "peft", "gguf"):
        if importlib.util.find_spec(package) is None:
            raise MissingPackageError(package, "training", "pip install 'questgraph[train]'")
