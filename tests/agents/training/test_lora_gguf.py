"""An adapter as llama.cpp has it says what it says to PEFT."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from questgraph.agents.training.lora_gguf import write_gguf
from questgraph.tools.errors import ConfigError
from questgraph.tools.models.adapters import GGUF, About, read_about, write_about

gguf = pytest.importorskip("gguf", reason="pip install 'questgraph[train]'")

CONFIG = SimpleNamespace(
    model_type="llama", num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1
)


def adapter(folder: Path, *modules: str) -> dict[str, np.ndarray]:
    """Write an adapter as PEFT does; return its factors."""
    from safetensors.numpy import save_file

    chance = np.random.default_rng(0)
    factors = {
        f"base_model.model.model.layers.0.{module}.lora_{side}.weight": chance.normal(
            size=shape
        ).astype(np.float32)
        for module in modules
        for side, shape in (("A", (2, 8)), ("B", (8, 2)))
    }
    save_file(factors, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"r": 2, "lora_alpha": 4}))
    return factors


def test_factors_have_the_names_and_shapes_that_llama_cpp_looks_for(tmp_path: Path) -> None:
    factors = adapter(tmp_path, "self_attn.v_proj", "mlp.down_proj")

    read = gguf.GGUFReader(write_gguf(tmp_path, CONFIG))

    found = {tensor.name: np.array(tensor.data) for tensor in read.tensors}
    assert set(found) == {
        "blk.0.attn_v.weight.lora_a",
        "blk.0.attn_v.weight.lora_b",
        "blk.0.ffn_down.weight.lora_a",
        "blk.0.ffn_down.weight.lora_b",
    }
    wanted = factors["base_model.model.model.layers.0.mlp.down_proj.lora_B.weight"]
    assert np.array_equal(found["blk.0.ffn_down.weight.lora_b"], wanted)
    fields = {name: field.contents() for name, field in read.fields.items()}
    assert fields["general.type"] == "adapter"
    assert fields["adapter.type"] == "lora"
    assert fields["adapter.lora.alpha"] == 4
    assert fields["general.architecture"] == "llama"


def test_rows_of_queries_are_paired_as_llama_cpp_pairs_them(tmp_path: Path) -> None:
    factors = adapter(tmp_path, "self_attn.q_proj")

    read = gguf.GGUFReader(write_gguf(tmp_path, CONFIG))

    (found,) = (t for t in read.tensors if t.name == "blk.0.attn_q.weight.lora_b")
    said = factors["base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight"]
    # Two heads of four rows; the halves of each go by turns.
    assert np.array_equal(np.array(found.data), said[[0, 2, 1, 3, 4, 6, 5, 7]])


def test_another_architecture_is_refused_by_name(tmp_path: Path) -> None:
    adapter(tmp_path, "self_attn.v_proj")

    with pytest.raises(ConfigError, match="no architecture 'nonesuch'"):
        write_gguf(tmp_path, SimpleNamespace(model_type="nonesuch", num_hidden_layers=1))
    assert not (tmp_path / GGUF).exists()


def test_what_an_adapter_is_of_is_read_as_it_was_written(tmp_path: Path) -> None:
    about = About("smollm2-135m", "abc", {"rank": 32})
    write_about(tmp_path, about)

    assert read_about(tmp_path) == about
    with pytest.raises(ConfigError, match="has no adapter: make one with"):
        read_about(tmp_path / "other")
