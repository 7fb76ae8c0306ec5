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
from scale_simulation import World, for_a_while, passages

from questgraph.agents.runs.engine import SPARE

Figures = dict[str, Any]

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
        write(report, told.out)
    if told.validate:
        report["validated"] = scale_validation.validated(scenarios.dialogues(report["measured"]))
        write(report, told.out)
    if not (told.measure or told.validate):
        report |= worked_out(report["measured"])
        write(report, told.out)
        print(told_in_tables(report))
        draw(told.out)


def worked_out(measured: Mapping[str, Any]) -> Figures:
    """Return what follows from the measured figures."""
    demand = scenarios.demand(measured)
    each = {some.name: scenario(demand, some, measured) for some in scenarios.scenarios(measured)}
    hosted = each["hosted"]
    under_way = hosted["simulated"]["slots"] * SLOTS
    return {
        "scenarios": each,
        "terabytes": limits.stored(measured),
        "walls": limits.walls(measured),
        "restarted": limits.restarted(demand, hosted["cores"]),
        "incomplete": limits.incomplete(demand),
        "lost": limits.lost(demand, hosted["cores"], hosted["days"], under_way),
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


def _simulated(demand: Demand, some: Scenario, measured: Mapping[str, Any]) -> Figures:
    """Return how much of everything is used, and what share of the reckoned rate is reached."""
    endpoint, client = scenarios.simulated(demand, some)
    rate = scenarios.first(scenarios.rates(demand, some))[1] * SIMULATED / some.cores
    # So long that every passage which a worker has begun comes to its end.
    span = SIMULATED * (SLOTS + SLOTS // SPARE) / rate
    world = World(endpoint, client, passages(scenarios.dialogues(measured)))
    done = for_a_while(world, 4 * span, warm_up=3 * span)
    seconds = 4 * span
    return {
        "share": done["answered"] / seconds / demand.calls / rate,
        "requests": done["requests"] / seconds / (endpoint.requests_per_minute / 60),
        "tokens": done["tokens"] / seconds / (endpoint.tokens_per_minute / 60),
        "GPUs": done["hardware"] / seconds,
        "processors": done["processor"] / seconds / client.workers,
        "ledger": done["ledger"] / seconds / client.puts,
        "slots": done["slots"] / seconds / client.workers / SLOTS,
        "busy_share": done["busy"] / done["sent"],
    }


def told_in_tables(report: Mapping[str, Any]) -> str:
    """Return the tables of the document."""
    each = report["scenarios"]
    head = ["scenario", "first limit", "days", "$", "ten times that: then", "days", "simulated"]
    rows = [_row(name, some) for name, some in each.items()]
    return "\n\n".join(
        [
            markdown(head, rows, words=2),
            _pairs("TB", report["terabytes"], ".1f"),
            _pairs("passages", report["walls"], ",.0f"),
            json.dumps({k: report[k] for k in ("restarted", "incomplete", "lost")}, indent=1),
        ]
    )


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
