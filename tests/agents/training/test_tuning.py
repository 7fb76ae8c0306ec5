"""An adapter is trained, goes on where it was stopped, and says what it is of."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from questgraph.agents.training.bases import Base, open_base
from questgraph.agents.training.tuning import CURVE, Point, Tuning, tune
from questgraph.tools.errors import ConfigError
from questgraph.tools.models.adapters import GGUF, PEFT, read_about
from questgraph.tools.settings import Settings

for _package in ("peft", "gguf"):
    pytest.importorskip(_package, reason="pip install 'questgraph[train]'")

TEMPLATE = (
    "{% for m in messages %}<s>{{ m['role'] }}\n{{ m['content'] }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
)
QUICK = Tuning(rank=4, alpha=8, dropout=0.0, rate=0.02, epochs=4, length=64, rows=1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """A Llama of two small layers with random weights, which reads bytes."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("base")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    reader = Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    reader.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    reader.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=reader, chat_template=TEMPLATE)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(letters),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        # Of weights near nothing an adapter cannot make anything.
        initializer_range=0.3,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return open_base(str(folder), Settings.read())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Dialogues with one answer to each question."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name, numbers in (("train", range(12)), ("dev", range(2))):
        lines = [
            json.dumps(
                {
                    "messages": [
                        {"role": "user", "content": "ab"[i % 2]},
                        {"role": "assistant", "content": "xy"[i % 2] * 4},
                    ]
                }
            )
            for i in numbers
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def losses(points: list[Point]) -> list[float]:
    """Return the losses by step."""
    return [round(point.loss, 3) for point in points]


def test_the_loss_falls_and_the_adapter_is_there(base: Base, data: Path, tmp_path: Path) -> None:
    said: list[Point] = []

    learned = tune(data, tmp_path / "out", base, QUICK, on_point=said.append)

    assert learned.dialogues == 12
    assert losses(said) == losses(learned.points)
    assert learned.points[-1].step == learned.points[-1].steps == len(learned.points)
    assert learned.points[-1].loss < learned.points[0].loss / 2
    assert learned.held_back["dev"] < learned.points[0].loss / 2
    assert (tmp_path / "out" / PEFT).stat().st_size > 1000
    assert (tmp_path / "out" / GGUF).read_bytes()[:4] == b"GGUF"
    about = read_about(tmp_path / "out")
    assert about.base == base.name
    assert about.trained["rank"] == 4


def test_a_training_that_was_stopped_ends_as_one_that_was_not(
    base: Base, data: Path, tmp_path: Path
) -> None:
    often = replace(QUICK, every=0.0)
    whole = tune(data, tmp_path / "whole", base, often)

    class StoppedError(Exception):
        """What a kill looks like from inside."""

    def stop(point: Point) -> None:
        if point.step == 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        tune(data, tmp_path / "parts", base, often, on_point=stop)
    again: list[Point] = []
    rest = tune(data, tmp_path / "parts", base, often, on_point=again.append)

    assert 1 < again[0].step <= 3
    assert losses(rest.points) == losses(whole.points)
    assert rest.held_back == whole.held_back


@pytest.mark.slow
def test_a_killed_training_ends_as_one_that_was_not(base: Base, data: Path, tmp_path: Path) -> None:
    often = replace(QUICK, every=0.0)
    whole = tune(data, tmp_path / "whole", base, often)
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from questgraph.agents.training.bases import Base\n"
        "from questgraph.agents.training.tuning import Tuning, tune\n"
        f"tune(Path({str(data)!r}), Path({str(tmp_path / 'parts')!r}),"
        f" Base({base.name!r}, Path({str(base.path)!r})), {often!r})\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as process:
        while not list(tmp_path.glob("parts/checkpoints/checkpoint-*/trainer_state.json")):
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.05)
        process.kill()

    rest = tune(data, tmp_path / "parts", base, often)

    assert losses(rest.points) == losses(whole.points)
    assert (tmp_path / "parts" / GGUF).read_bytes() == (tmp_path / "whole" / GGUF).read_bytes()


def test_another_training_is_not_mixed_into_a_folder(
    base: Base, data: Path, tmp_path: Path
) -> None:
    once = replace(QUICK, epochs=1)
    tune(data, tmp_path / "out", base, once)

    with pytest.raises(ConfigError, match="another training"):
        tune(data, tmp_path / "out", base, QUICK)
    assert (tmp_path / "out" / CURVE).is_file()


@pytest.mark.parametrize(
    ("text", "error"),
    [("{}\n", "line 1: write"), ("", "no dialogue of at most 64 tokens"), ("[1\n", "line 1")],
)
def test_what_cannot_be_learned_from_is_told(
    base: Base, data: Path, tmp_path: Path, text: str, error: str
) -> None:
    (data / "train.jsonl").write_text(text)

    with pytest.raises(ConfigError, match=error):
        tune(data, tmp_path / "out", base, QUICK)


def test_a_base_that_is_none_is_told(tmp_path: Path) -> None:
    settings = Settings.read()

    with pytest.raises(ConfigError, match="no model 'nonesuch': name one of"):
        open_base("nonesuch", settings)
    with pytest.raises(ConfigError, match=r"has no config\.json"):
        open_base(str(tmp_path), settings)
