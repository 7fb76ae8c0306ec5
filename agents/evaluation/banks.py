"""Demonstrations for an evaluation: from the set's own training split, and none that leak."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from questgraph.agents.banks import open_bank
from questgraph.agents.evaluation.datasets import readable
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.duplicates import near_duplicates
from questgraph.retrieval.embedders import open_embedder
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled, read_labelled
from questgraph.tools.settings import Settings

TRAIN = "train"
"""Name of the demonstrations that stand beside the evaluated passages, in their training split."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A bank without the passages that are evaluated."""

    bank: Bank
    dropped: int
    """How many passages it had that are evaluated, or nearly."""


def bank_for(
    name: str | Path | Bank, folder: Path, evaluated: Sequence[Labelled], settings: Settings
) -> Guarded:
    """Return the bank called `name`, without what is `evaluated`.

    Args:
        name: As options have it, or `train` for the training split in `folder`.
        folder: Where the evaluated set is.
        evaluated: Its passages.
        settings: Say which embedder to use.

    Raises:
        ConfigError: When there is no such bank, or no training split.
    """
    if isinstance(name, Bank):
        return guarded(name, evaluated)
    if str(name) != TRAIN:
        return guarded(open_bank(name, settings), evaluated)
    file = folder / f"{TRAIN}.jsonl"
    if not file.is_file():
        raise ConfigError(f"{folder} has no {TRAIN}.jsonl: name another bank")
    return trained(readable(read_labelled(file), folder), evaluated, settings)


def trained(
    passages: Sequence[Labelled], evaluated: Sequence[Labelled], settings: Settings
) -> Guarded:
    """Return a bank of `passages`, without what is `evaluated`."""
    embedder = open_embedder(settings.embedder, settings)
    return guarded(Bank.kept(passages, embedder, settings, name=TRAIN), evaluated)


def guarded(bank: Bank, evaluated: Sequence[Labelled]) -> Guarded:
    """Return `bank` without what is `evaluated`."""
    texts = [passage.text if passage else "" for passage in bank.passages]
    leaking = set(near_duplicates(texts, [passage.text for passage in evaluated]))
    passages = (None if i in leaking else passage for i, passage in enumerate(bank.passages))
    return Guarded(replace(bank, passages=tuple(passages)), len(leaking))
