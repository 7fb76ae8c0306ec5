"""What judged passages teach: a bank, a calibration, an adapter, each a change to how is asked."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from questgraph.agents.evaluation.banks import guarded
from questgraph.agents.training.adapting import Teach
from questgraph.agents.training.judged import Parts
from questgraph.agents.training.rounds import ADAPTER, BANK, CALIBRATION, NONE, Setup
from questgraph.agents.training.trials import Bench, Way, calibrated
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import Embedder
from questgraph.tools.confidence import Judge, write_confidence
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was learned."""

    name: str
    asking: Callable[[Way], Way]
    """Makes a way of asking another one."""

    kept: Callable[[Setup], Setup]
    """Notes that it is kept."""

    save: Callable[[Path], None]
    """Writes it into the folder of the round, where it has to be."""


Learned = Change | str
"""A change, or why there is none."""


def learned_bank(base: Way, parts: Parts, embedder: Embedder, *, view: str, place: str) -> Change:
    """Return the bank with the passages that were learned from, and none that are held back.

    Args:
        base: How the run asks; what its bank has of the same passages is replaced.
        parts: The judged passages.
        embedder: Of the bank.
        view: What a bank compares, where the run has none.
        place: The folder of the round.
    """
    older = guarded(base.bank, (*parts.held_back, *parts.learned)).bank if base.bank else None
    passages: Iterable[Labelled] = filter(None, older.passages) if older else ()
    bank = Bank.build(
        [*passages, *parts.learned],
        older.embedder if older else embedder,
        view=older.view if older else view,
    )
    return Change(
        BANK,
        lambda way: replace(way, bank=bank),
        lambda setup: replace(setup, bank=f"{place}/{BANK}"),
        lambda folder: bank.save(folder / BANK),
    )


async def learned_calibration(base: Way, bench: Bench, *, place: str) -> Learned:
    """Return the calibration that the claims about the learned passages teach, and its line.

    Args:
        base: How the run asks; an older calibration has no say.
        bench: Asks about the passages that are learned from.
        place: The folder of the round.
    """
    scored = await bench.measure("calibration, learning", replace(base, judge=None))
    if scored.incomplete:
        return f"{scored.incomplete} passages to learn from got no usable answer"
    if not (found := calibrated(scored)):
        return "no line between scores raises F1 on what was learned from"
    confidence, wanted = found
    judge = Judge(confidence, confidence.threshold(wanted))
    name = f"{place}/{CALIBRATION}"
    return Change(
        "calibration",
        lambda way: replace(way, judge=judge),
        lambda setup: replace(setup, calibration=name, min_precision=wanted),
        lambda folder: write_confidence({bench.recipe: confidence}, folder / CALIBRATION),
    )


def learned_adapter(teach: Teach, labelled: Path, out: Path, *, place: str) -> Learned:
    """Return the adapter that is trained with the learned passages.

    It asks without demonstrations, as it was taught.

    Args:
        teach: Trains it.
        labelled: The set of the round.
        out: Folder for the adapter.
        place: The folder of the round, in the run folder.
    """
    try:
        model = teach(labelled, out)
    except ConfigError as error:
        shutil.rmtree(out, ignore_errors=True)
        return str(error)
    return Change(
        ADAPTER,
        lambda way: replace(way, model=model, bank=None),
        lambda setup: replace(setup, adapter=f"{place}/{ADAPTER}", bank=NONE),
        lambda _: None,
    )
