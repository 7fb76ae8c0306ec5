"""Banks of demonstrations by name, from labelled sets, and from finished runs."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from questgraph.agents.extraction import RUN_FILE, Extraction
from questgraph.agents.review.labelling import labelled_from_decisions
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import open_embedder
from questgraph.tools.labelled import Labelled, labelled_from, read_labelled
from questgraph.tools.records import Result
from questgraph.tools.settings import Settings

STARTER = "starter"
"""Name of the demonstrations that ship with questgraph."""


def open_bank(name: str | Path, settings: Settings | None = None) -> Bank:
    """Return the bank in the folder `name`, or the built-in one.

    Raises:
        ConfigError: When there is no bank, or it was made with another embedder.
    """
    settings = settings or Settings.read()
    embedder = open_embedder(settings.embedder, settings)
    if str(name) == STARTER:
        return Bank.starter(embedder, settings)
    return Bank.open(Path(name), embedder)


def build_bank(
    source: Path, out: Path, *, view: str = "sentence", settings: Settings | None = None
) -> Bank:
    """Build a bank from labelled passages or from a run's admitted claims, and save it in `out`.

    What people decided about a run counts: what they rejected is shown as rejected.

    Raises:
        ConfigError: When a labelled passage is wrong; the message names file and line.
        RunError: When a run folder has no run.
    """
    settings = settings or Settings.read()
    if (source / RUN_FILE).is_file():
        passages = list(_from_run(Extraction.open(source)))
    else:
        passages = list(read_labelled(source))
    bank = Bank.build(passages, open_embedder(settings.embedder, settings), view=view)
    bank.save(out)
    return bank


def from_results(results: Iterable[Result]) -> Iterator[Labelled]:
    """Yield the passages of complete units, labelled with their admitted claims."""
    for result in results:
        if result.outcome.complete:
            yield labelled_from(result.unit.chunk, result.claims)


def _from_run(run: Extraction) -> Iterator[Labelled]:
    if decisions := run.decisions.standing():
        return labelled_from_decisions(run.results, decisions, run.documents)
    return from_results(run.results)
