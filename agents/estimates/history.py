"""What recipes cost before: the best guess at what they will cost again.

`of_run` reads it off a run folder; `History` remembers it from run to run, in a small file of the
user's cache.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter

from questgraph.agents.estimates.totals import Past, StageTotals
from questgraph.agents.runs.reader import RunReader
from questgraph.tools.database import Database
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.records import Turn

_LOG = logging.getLogger(__name__)

FILE = "history.json"
"""Name of the file in the cache."""

READ = 2000
"""Units of a run folder that are read at most."""

_KNOWN = TypeAdapter(dict[str, Past])


class History:
    """What recipes cost before, by model and recipe.

    Args:
        file: Where it is kept; it need not exist. A file that cannot be read counts as none, one
            that cannot be written stays as it is: estimates are worth no error.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, model: str, recipe: str) -> Past:
        """Return what `recipe` cost with `model`: no units when it was never noted."""
        return self._read().get(_name(model, recipe), Past())

    def note(self, model: str, recipe: str, past: Past) -> None:
        """Add what a run cost; many processes may do so at the same time."""
        if not past.units:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._file}.lock", timeout=5):
                known = self._read()
                name = _name(model, recipe)
                self._write({**known, name: known.get(name, Past()).followed_by(past)})
        except OSError as error:
            _LOG.info("%s: %s", self._file, error)

    def _read(self) -> dict[str, Past]:
        try:
            return _KNOWN.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _LOG.info("%s: %s", self._file, error)
            return {}

    def _write(self, known: Mapping[str, Past]) -> None:
        new = self._file.with_name(f"{self._file.name}.new")
        new.write_bytes(_KNOWN.dump_json(dict(known), indent=1))
        new.replace(self._file)


def of_run(store: RunReader, database: Database) -> Past:
    """Return what the units of a run folder cost, whichever command asked about them.

    Args:
        store: Its results.
        database: Its calls; those of a shared ledger are not in it.
    """
    ledger, totals = SqliteLedger(database), StageTotals()
    for result in islice(store.results(), READ):
        totals.add(replace(result, turns=tuple(_as_sent(turn, ledger) for turn in result.turns)))
    return totals.past(find=ledger.request)


def _name(model: str, recipe: str) -> str:
    return f"{model} {recipe}"


def _as_sent(turn: Turn, ledger: SqliteLedger) -> Turn:
    """Return a turn with what it cost when it was asked, when that was by an earlier command."""
    if turn.usage.calls or not (reply := ledger.kept(turn.call)):
        return turn
    return replace(turn, usage=replace(reply.usage, calls=1))
