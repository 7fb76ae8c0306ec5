"""Rounds of improving a run: what each tried and kept, in `improved/round-N/` of the run folder."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from questgraph.agents.options import Options
from questgraph.agents.review.labelling import write_gold
from questgraph.agents.synthesis.sources import SCHEMA
from questgraph.agents.training.judged import Parts
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import write_labelled
from questgraph.tools.schema import Schema
from questgraph.tools.schema_sources import schema_to_yaml

FOLDER, TOLD = "improved", "improved.json"
BANK, CALIBRATION, ADAPTER, SET = "bank", "calibration.json", "adapter", "set"
TRAIN = "train.jsonl"
NONE = "none"
"""The word for no bank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the rounds so far have kept; paths are of the run folder."""

    bank: str = ""
    """Folder of a bank, `none` for no demonstrations; the run's own when empty."""

    calibration: str = ""
    min_precision: float | None = None
    adapter: str = ""

    def options(self, folder: Path) -> Options:
        """Return what is to be other than the run had it."""
        options: Options = {}
        if self.bank:
            options["bank"] = None if self.bank == NONE else folder / self.bank
        if self.calibration:
            options["calibration"] = folder / self.calibration
            options["min_precision"] = self.min_precision
        if self.adapter:
            options["model"] = f"local:{folder / self.adapter}"
        return options


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Something that was tried, or not."""

    name: str
    better: bool
    why: str
    """Why it is held to be better or not, or was not tried."""

    figures: Mapping[str, object] | None = None
    """On the passages that are held back; `None` when it was not tried."""

    difference: Sequence[float] | None = None
    """How much its F1 is above that of the run as it is, and the bounds of that."""

    p_value: float | None = None
    incomplete: int = 0
    """Passages with a question that got no usable answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round did, as `improved.json` has it."""

    round: int
    seed: int
    recipe: str
    model: str
    rule: str
    """When something is kept, in words."""

    began_from: Setup = field(default_factory=Setup)
    use: Setup = field(default_factory=Setup)
    """What to ask with from now on."""

    learned: Sequence[str]
    """Ids of the passages that were learned from."""

    held_back: Sequence[str]
    dropped: int
    """Judged passages on neither side: they share words with ones that are held back."""

    before: Mapping[str, object]
    """How the run as it is does on the passages that are held back."""

    tried: Sequence[Trial]
    kept: Sequence[str]
    """Names of what is kept."""

    label_next: Sequence[Mapping[str, str]]
    """`document` and `passage` of those that are worth judging next, the most first."""

    @property
    def complete(self) -> bool:
        """Whether every question got a usable answer."""
        return not any(trial.incomplete for trial in self.tried)


@dataclass(frozen=True, slots=True)
class Before:
    """What the rounds before left."""

    number: int = 0
    setup: Setup = field(default_factory=Setup)
    learned: frozenset[str] = frozenset()
    held_back: frozenset[str] = frozenset()


def place_of(number: int) -> str:
    """Return where a round is, in the run folder."""
    return f"{FOLDER}/round-{number}"


def rounds_before(folder: Path) -> Before:
    """Return what the rounds in a run folder left; one that did not come to its end is none.

    Raises:
        ConfigError: When the note of one cannot be read.
    """
    found = Before()
    while (file := folder / place_of(found.number + 1) / TOLD).is_file():
        try:
            told: Any = json.loads(file.read_text("utf-8"))
            found = Before(
                found.number + 1,
                Setup(**told["use"]),
                found.learned | set(told["learned"]),
                found.held_back | set(told["held_back"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                f"{file} cannot be read ({error!r}): delete {file.parent}, and what follows it"
            ) from error
    return found


def write_set(place: Path, parts: Parts, schema: Schema) -> Path:
    """Write the judged passages of a round as a labelled set, and return its folder.

    `train.jsonl` is what is learned from, `dev.jsonl` what is held back. What an unfinished round
    learned of other passages goes.
    """
    folder = place / SET
    before = _text(folder / TRAIN)
    write_gold(folder, parts.held_back, schema)
    write_labelled(folder / TRAIN, parts.learned)
    (folder / SCHEMA).write_text(schema_to_yaml(schema), encoding="utf-8", newline="\n")
    if before != _text(folder / TRAIN):
        shutil.rmtree(place / ADAPTER, ignore_errors=True)
    return folder


def write_round(place: Path, made: Round) -> None:
    """Write the note of a round, which ends it."""
    text = json.dumps(to_json(made), ensure_ascii=False, indent=1) + "\n"
    (place / TOLD).write_text(text, encoding="utf-8", newline="\n")


def to_json(made: Round) -> dict[str, object]:
    """Return a round as plain data."""
    return asdict(made)


def _text(file: Path) -> str:
    return file.read_text("utf-8") if file.is_file() else ""
