"""Dialogues → a LoRA adapter for a model (Hu et al. 2021), by `transformers` and `peft`.

Weights of the base are in bfloat16 and stay as they are, the adapter learns in float32, from the
tokens of answers alone. A checkpoint is kept every few minutes: the same command goes on from the
last one, whatever ended it.
"""

import json
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from questgraph.agents.training.bases import Base, check_packages
from questgraph.agents.training.lora_gguf import write_gguf
from questgraph.agents.training.packing import Example, Row, Tokenizer, example_of, packed
from questgraph.tools.errors import ConfigError
from questgraph.tools.models.adapters import About, write_about
from questgraph.tools.records import digest

CHECKPOINTS, CURVE = "checkpoints", "curve.jsonl"
LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""What learns: every linear layer of a block, as `transformers` calls them in most models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How to train."""

    rank: int = 32
    alpha: int = 64
    dropout: float = 0.05
    rate: float = 4e-4
    epochs: float = 1.0
    length: int = 1024
    """Tokens of a row; longer dialogues are left out."""

    rows: int = 4
    """Rows that make one step."""

    seed: int = 0
    every: float = 180.0
    """Seconds between two checkpoints, about."""

    layers: Sequence[str] = LAYERS


class Point(NamedTuple):
    """How far training is."""

    step: int
    steps: int
    loss: float
    """Mean over the rows since the last point."""

    seconds: float
    """Since this command began."""


@dataclass(slots=True)
class Learned:
    """What came of it."""

    rows: int
    dialogues: int
    too_long: int
    tokens: int
    points: list[Point] = field(default_factory=list)
    held_back: dict[str, float] = field(default_factory=dict)
    """Mean loss on dialogues that were not learned from, by the name of their file."""


Report = Callable[[Point], None]


def tune(
    data: Path,
    out: Path,
    base: Base,
    tuning: Tuning | None = None,
    *,
    on_point: Report = lambda point: None,
) -> Learned:
    """Train an adapter on `data/train.jsonl` and write it into `out`.

    Args:
        data: A folder as `questgraph train data` makes it; `dev.jsonl` and `unseen.jsonl`, where
            there are any, are measured at the end.
        out: Where the adapter goes. A training that was stopped there goes on.
        base: What the adapter is for.
        tuning: How to train.
        on_point: Called as training goes on.

    Raises:
        ConfigError: When there is nothing to learn from, or `out` holds the training of something
            else.
    """
    check_packages()
    tuning = tuning or Tuning()
    tokenizer = base.tokenizer()
    examples = list(_examples(data / "train.jsonl", tokenizer))
    rows = list(packed(examples, tuning.length))
    if not rows:
        raise ConfigError(f"{data}/train.jsonl has no dialogue of at most {tuning.length} tokens")
    of = digest((data / "train.jsonl").read_text("utf-8"))
    _claim(out, digest(of, base.name, json.dumps(asdict(tuning))))
    too_long = sum(len(example.tokens) > tuning.length for example in examples)
    learned = Learned(
        rows=len(rows),
        dialogues=len(examples) - too_long,
        too_long=too_long,
        tokens=sum(len(row.input_ids) for row in rows),
    )
    trainer = _trainer(base.model(), rows, out, tuning, _Pulse(tuning, out / CURVE, on_point))
    trainer.train(resume_from_checkpoint=_last(out))
    learned.points = list(_points(out / CURVE))
    for held in ("dev", "unseen"):
        file = data / f"{held}.jsonl"
        if file.is_file() and file.stat().st_size:
            some = list(packed(_examples(file, tokenizer), tuning.length))
            learned.held_back[held] = trainer.evaluate(some)["eval_loss"]
    trainer.model.save_pretrained(out)
    write_gguf(out, trainer.model.config)
    about = {**asdict(tuning), **asdict(learned), "points": len(learned.points)}
    write_about(out, About(base.name, of, about))
    return learned


def _trainer(model: Any, rows: Sequence[Row], out: Path, tuning: Tuning, pulse: "_Pulse") -> Any:
    import peft
    import torch
    import transformers

    transformers.set_seed(tuning.seed)
    lora = peft.LoraConfig(
        r=tuning.rank,
        lora_alpha=tuning.alpha,
        lora_dropout=tuning.dropout,
        target_modules=list(tuning.layers),
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        # peft reads what transformers has renamed; nobody here can mend that.
        warnings.simplefilter("ignore", FutureWarning)
        adapted = peft.get_peft_model(model, lora)
    # With a name, peft asks the model hub about the base whenever it writes the adapter.
    adapted.peft_config["default"].base_model_name_or_path = ""
    arguments = transformers.TrainingArguments(
        output_dir=str(out / CHECKPOINTS),
        num_train_epochs=tuning.epochs,
        # One row at a time: rows differ in length, and padding would be learned for nothing.
        per_device_train_batch_size=1,
        per_device_eval_batch_size=1,
        gradient_accumulation_steps=min(tuning.rows, len(rows)),
        learning_rate=tuning.rate,
        lr_scheduler_type="cosine",
        warmup_steps=0.05,
        weight_decay=0.01,
        logging_steps=1,
        save_strategy="no",
        save_total_limit=1,
        report_to=[],
        remove_unused_columns=False,
        disable_tqdm=True,
        seed=tuning.seed,
        use_cpu=not torch.cuda.is_available(),
    )

    class Told(transformers.TrainerCallback):
        """Passes on what the trainer tells."""

        def on_log(self, args: Any, state: Any, control: Any, **told: Any) -> None:
            logs = told.get("logs")
            if logs and "loss" in logs:
                pulse.point(state.global_step, state.max_steps, float(logs["loss"]))

        def on_step_end(self, args: Any, state: Any, control: Any, **told: Any) -> None:
            control.should_save = pulse.due()

    trainer = transformers.Trainer(
        model=adapted,
        args=arguments,
        train_dataset=list(rows),
        data_collator=_collated,
        callbacks=[Told()],
    )
    # Whoever calls says what is shown.
    trainer.remove_callback(transformers.PrinterCallback)
    return trainer


class _Pulse:
    """Notes how far it is, and says when it is time for a checkpoint."""

    def __init__(self, tuning: Tuning, curve: Path, report: Report) -> None:
        self._every, self._curve, self._report = tuning.every, curve, report
        self._began = self._saved = time.monotonic()

    def point(self, step: int, steps: int, loss: float) -> None:
        """Note a loss."""
        point = Point(step, steps, loss, round(time.monotonic() - self._began, 1))
        with self._curve.open("a", encoding="utf-8") as file:
            file.write(json.dumps(point._asdict()) + "\n")
        self._report(point)

    def due(self) -> bool:
        """Say whether the last checkpoint is long ago; it is taken to be made then."""
        late = time.monotonic() - self._saved >= self._every
        if late:
            self._saved = time.monotonic()
        return late


def _collated(rows: Sequence[Row]) -> dict[str, Any]:
    """Return one row as tensors of shape (1, tokens)."""
    import torch

    (row,) = rows
    return {name: torch.tensor([values]) for name, values in asdict(row).items()}


def _examples(file: Path, tokenizer: Tokenizer) -> Iterator[Example]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise ConfigError(
            f"{file}: {error.strerror}: make it with questgraph train data"
        ) from error
    for number, line in enumerate(lines, start=1):
        try:
            messages = json.loads(line)["messages"]
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(f'{file}, line {number}: write {{"messages": […]}}') from error
        yield example_of(messages, tokenizer)


def _claim(out: Path, mark: str) -> None:
    """Make `out` the place of this training.

    Raises:
        ConfigError: When it is the place of another one.
    """
    note = out / CHECKPOINTS / "of"
    if note.is_file() and note.read_text("utf-8") != mark:
        raise ConfigError(f"{out} holds another training: take a new folder, or delete it first")
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(mark, "utf-8")


def _last(out: Path) -> str | None:
    """Return the last checkpoint that is whole."""
    found = (out / CHECKPOINTS).glob("checkpoint-*/trainer_state.json")
    by_step = sorted(found, key=lambda file: int(file.parent.name.rpartition("-")[2]))
    return str(by_step[-1].parent) if by_step else None


def _points(curve: Path) -> Iterator[Point]:
    """Yield the curve, a step that was taken again after a kill as it was the last time."""
    by_step = {}
    for line in curve.read_text("utf-8").splitlines():
        point = Point(**json.loads(line))
        by_step[point.step] = point
    yield from (by_step[step] for step in sorted(by_step))
