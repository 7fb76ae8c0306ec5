import json
from pathlib import Path

import pytest

from questgraph.retrieval.entailment import CrossEncoderEntailment
from questgraph.tools.errors import ConfigError


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A cross-encoder of a hundred weights, which has learned nothing."""
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ann", "works", "for", "acme", "left"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        id2label={0: "contradiction", 1: "entailment", 2: "neutral"},
        label2id={"contradiction": 0, "entailment": 1, "neutral": 2},
    )
    transformers.set_seed(7)
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
    transformers.BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_a_cross_encoder_gives_the_probability_of_its_label_entailment(model: Path) -> None:
    judge = CrossEncoderEntailment(str(model))

    scores = judge.judge("ann works for acme", ["ann left acme", "acme works"])

    assert len(scores) == 2
    assert all(0 < score < 1 for score in scores)
    assert judge.judge("ann works for acme", []) == []


@pytest.mark.slow
def test_a_model_that_knows_no_entailment_is_told(model: Path) -> None:
    file = model / "config.json"
    labels = {"0": "x", "1": "y", "2": "z"}
    file.write_text(json.dumps({**json.loads(file.read_text()), "id2label": labels}))

    with pytest.raises(ConfigError, match="no model of inference"):
        CrossEncoderEntailment(str(model)).judge("ann left", ["ann works"])


@pytest.mark.slow
def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be loaded"):
        CrossEncoderEntailment(str(tmp_path / "none")).judge("ann left", ["ann works"])
