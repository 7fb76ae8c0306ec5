"""An adapter as PEFT keeps it → as llama.cpp loads it onto the untouched base."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from questgraph.tools.errors import ConfigError
from questgraph.tools.models.adapters import GGUF, PEFT, PEFT_CONFIG

_PREFIX = "base_model.model."
_SIDES = {".lora_A.weight": ".lora_a", ".lora_B.weight": ".lora_b"}

Array = NDArray[np.float32]


def write_gguf(folder: Path, config: Any) -> Path:
    """Write the adapter in `folder` as llama.cpp loads it; return the file.

    Args:
        folder: Has the adapter as PEFT keeps it.
        config: The `transformers` configuration of its base.

    Raises:
        ConfigError: When its base is of an architecture that llama.cpp does not have.
    """
    import gguf

    about = json.loads((folder / PEFT_CONFIG).read_text("utf-8"))
    arch = _architecture(gguf, config.model_type)
    file = folder / GGUF
    writer = gguf.GGUFWriter(file, gguf.MODEL_ARCH_NAMES[arch])
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(about["lora_alpha"]))
    names = gguf.get_tensor_name_map(arch, config.num_hidden_layers)
    for name, array in sorted(_tensors(folder / PEFT, names, config)):
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def _tensors(file: Path, names: Any, config: Any) -> Iterator[tuple[str, Array]]:
    """Yield each factor under the name that llama.cpp has for it."""
    from safetensors.numpy import load_file

    for key, array in load_file(file).items():
        side = next(side for side in _SIDES if key.endswith(side))
        module = key.removeprefix(_PREFIX).removesuffix(side)
        name = names.get_name(module)
        if name is None:
            raise ConfigError(f"llama.cpp has no name for {module}: leave it out of the training")
        values = np.asarray(array, np.float32)
        if _SIDES[side] == ".lora_b":
            values = _rotated(module, values, config)
        yield f"{name}.weight{_SIDES[side]}", values


def _rotated(module: str, values: Array, config: Any) -> Array:
    """Return the rows of a query or key in the order that llama.cpp has for Llama models.

    Its rotary embedding pairs neighbours, where `transformers` pairs the halves of a head.
    """
    if config.model_type not in ("llama", "mistral"):
        return values
    heads = {
        "q_proj": config.num_attention_heads,
        "k_proj": config.num_key_value_heads or config.num_attention_heads,
    }.get(module.rpartition(".")[2])
    if heads is None:
        return values
    rows, rank = values.shape
    halves = values.reshape(heads, 2, rows // heads // 2, rank)
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(rows, rank))


def _architecture(gguf: Any, model_type: str) -> Any:
    name = {"mistral": "llama"}.get(model_type, model_type)
    for arch, known in gguf.MODEL_ARCH_NAMES.items():
        if known == name:
            return arch
    raise ConfigError(f"llama.cpp has no architecture {model_type!r}: the adapter is kept for PEFT")
