"""Works out a corpus of one billion passages: `docs/scale.md` has what it prints.

    .venv/bin/python benchmarks/scale.py                    # simulate, print, draw docs/scale.png
    .venv/bin/python benchmarks/scale.py --measure          # everything anew, some six minutes
    .venv/bin/python benchmarks/scale.py --measure ledger rayed
    .venv/bin/python benchmarks/scale.py --validate         # foretell real runs, three minutes

`docs/scale.json` keeps what was measured. PostgreSQL must be installed for `ledger` and `worked`.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import scale_limits as limits
import scale_measuring
import scale_scenarios as scenarios
import scale_servers
import scale_validation
import scale_workers
from harness import DOCS, HERE, PEERS, environment, machine, markdown, write
from scale_scenarios import DAY, PASSAGES, SIMULATED, SLOTS, Demand, Scenario
from scale_simulation import for_a_while
from scale_world import World, passages

from questgraph.agents.runs.engine import SPARE

Figures = dict[str, Any]

RESOURCES = ("requests", "tokens", "enqueued", "GPUs", "processors", "ledger", "slots")
_REST = ("incomplete", "restarted", "lost", "strict", "dying")

MEASURES: Mapping[str, Callable[[], Figures]] = {
    "asked": scale_measuring.asked,
    "stored": scale_measuring.stored,
    "prepared": scale_measuring.prepared,
    "worked": scale_workers.worked,
    "reduced": scale_workers.reduced,
    "ledger": scale_servers.ledger,
    "rayed": scale_servers.rayed,
}


def main() -> None:
    """Do what the command line says."""
    told = _options()
    report = json.loads(told.out.read_text()) if told.out.exists() else {"measured": {}}
    for name in told.measure or ():
        print(f"measuring: {name}", file=sys.stderr)
        report["measured"][name] = MEASURES[name]()
        report |= {"machine": machine(), "date": f"{datetime.now(UTC):%Y-%m-%d}"}
        write(rounded(report), told.out)
    if told.validate:
        report["validated"] = scale_validation.validated(scenarios.dialogues(report["measured"]))
        write(rounded(report), told.out)
    if not (told.measure or told.validate):
        report |= worked_out(report["measured"])
        write(rounded(report), told.out)
        print(told_in_tables(report))
        draw(told.out)


def worked_out(measured: Mapping[str, Any]) -> Figures:
    """Return what follows from the measured figures."""
    demand = scenarios.demand(measured)
    some = scenarios.scenarios(measured)
    each = {one.name: scenario(demand, one, measured) for one in some}
    hosted = each["hosted"]
    dying = _simulated(demand, some[0], measured, lose_every=60.0)
    strict = _simulated(demand, some[0], measured, burst=1.0)
    return {
        "scenarios": each,
        "terabytes": limits.stored(measured),
        "walls": limits.walls(measured),
        "restarted": limits.restarted(demand, hosted["cores"]),
        "incomplete": limits.incomplete(demand),
        "strict": strict,
        "dying": dying,
        "lost": limits.lost(demand, hosted["cores"], hosted["days"], dying["lost_each"]),
    }


def scenario(demand: Demand, some: Scenario, measured: Mapping[str, Any]) -> Figures:
    """Return what a billion passages take in one scenario."""
    found = scenarios.rates(demand, some)
    (name, rate), (then, eased) = scenarios.first(found), scenarios.eased(found)
    days = PASSAGES / rate / DAY
    return {
        "cores": some.cores,
        "gpus": some.gpus,
        "servers": some.servers,
        "rates": found,
        "first": name,
        "days": days,
        "dollars": scenarios.dollars(demand, some, days * DAY),
        "then": then,
        "days_then": PASSAGES / eased / DAY,
        "simulated": _simulated(demand, some, measured) if some.latency else {},
    }


def _simulated(
    demand: Demand,
    some: Scenario,
    measured: Mapping[str, Any],
    *,
    burst: float = 60.0,
    lose_every: float = 0.0,
) -> Figures:
    """Return how much of everything is used, and what share of the reckoned rate is reached."""
    endpoint, client = scenarios.simulated(demand, some)
    endpoint = replace(endpoint, burst=burst)
    rate = scenarios.first(scenarios.rates(demand, some))[1] * SIMULATED / some.cores
    # So long that every passage which a worker has begun comes to its end.
    span = SIMULATED * (SLOTS + SLOTS // SPARE) / rate
    seconds = 4 * span
    world = World(endpoint, client, passages(scenarios.dialogues(measured)))
    done = for_a_while(world, seconds, warm_up=3 * span, lose_every=lose_every)
    return {
        "share": done["answered"] / seconds / demand.calls / rate,
        "requests": done["requests"] / seconds / (endpoint.requests_per_minute / 60),
        "tokens": done["tokens"] / seconds / (endpoint.tokens_per_minute / 60),
        "GPUs": done["hardware"] / seconds,
        "processors": done["processor"] / seconds / client.workers,
        "ledger": done["ledger"] / seconds / client.puts,
        "slots": done["slots"] / seconds / client.workers / SLOTS,
        "lost_each": done["lost"] / (seconds // lose_every) if lose_every else 0.0,
    }


def told_in_tables(report: Mapping[str, Any]) -> str:
    """Return the tables of the document."""
    each = report["scenarios"]
    head = ["scenario", "first limit", "days", "$", "ten times that: then", "days", "simulated"]
    rows = [_row(name, some) for name, some in each.items()]
    alone = [_alone(name, some) for name, some in each.items()]
    return "\n\n".join(
        [
            markdown(head, rows, words=2),
            markdown(["scenario", *RESOURCES], alone),
            _pairs("TB", report["terabytes"], ".1f"),
            _pairs("passages", report["walls"], ",.0f"),
            *(f"{name}: {json.dumps(rounded(report[name]))}" for name in _REST),
        ]
    )


def rounded(figures: Any) -> Any:
    """Return figures with the digits that mean something."""
    match figures:
        case dict():
            return {name: rounded(value) for name, value in figures.items()}
        case list():
            return [rounded(value) for value in figures]
        case float():
            return float(f"{figures:.4g}")
        case _:
            return figures


def _row(name: str, some: Mapping[str, Any]) -> list[str]:
    reached = some["simulated"].get("share")
    return [
        name,
        some["first"],
        f"{some['days']:,.0f}",
        f"{some['dollars']:,.0f}",
        some["then"],
        f"{some['days_then']:,.0f}",
        f"{reached:.0%}" if reached else "",
    ]


def _alone(name: str, some: Mapping[str, Any]) -> list[str]:
    """Return the days that each resource alone would need."""
    rates = some["rates"]
    days = (PASSAGES / rates[each] / DAY if each in rates else 0 for each in RESOURCES)
    return [name, *(f"{each:,.0f}" if each else "" for each in days)]


def _pairs(unit: str, figures: Mapping[str, float], form: str) -> str:
    return markdown(
        ["what", unit], [[name, format(value, form)] for name, value in figures.items()]
    )


def draw(report: Path) -> None:
    """Draw the picture beside the report; matplotlib is in the peers' environment."""
    if not PEERS.exists():
        print("no picture without the peers' environment: make peers")
        return
    script = [str(PEERS), str(HERE / "scale_pictures.py"), str(report)]
    subprocess.run([*script, str(report.with_suffix(".png"))], env=environment(), check=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--measure", nargs="*", choices=MEASURES, help="all when none is named")
    parser.add_argument("--validate", action="store_true", help="set it against real runs")
    parser.add_argument("--out", type=Path, default=DOCS / "scale.json")
    told = parser.parse_args()
    if told.measure == []:
        told.measure = list(MEASURES)
    return told


if __name__ == "__main__":
    main()
