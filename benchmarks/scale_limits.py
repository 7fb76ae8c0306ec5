"""What a billion passages leave on disks, what goes wrong on the way, and where today's code ends.

Memory, the share of useless answers and the lives of machines are assumptions.
"""

from collections.abc import Mapping
from typing import Any

from scale_scenarios import DAY, PASSAGES, Demand

from questgraph.agents.distributed.cluster import PARTITIONS, PIECE

MEMORY, WORKER_MEMORY = 16e9, 4e9
"""Bytes that the driver or a command may have, and a worker, who has neighbours."""

USELESS = 1e-3
"""Share of the answers that leave a passage incomplete: refused, or twice no use."""

LASTING = 0.1
"""Share of those passages that no further try helps."""

LIVES = 30 * DAY
"""Seconds until a machine dies, in the mean."""

CORES = 16
"""Of a machine; each has a worker."""

Figures = dict[str, float]


def stored(measured: Mapping[str, Any]) -> Figures:
    """Return the terabytes that a billion passages leave, or move."""
    calls, kept = measured["asked"]["calls"], measured["stored"]["demo_with_bank"]
    ledger, reduced = measured["worked"]["with_bank"], measured["reduced"]
    dropped = kept["request_bytes_per_call"]
    bytes_ = {
        "run.db, all of it": kept["bytes_per_passage"],
        "run.db, calls": calls * kept["bytes_per_call"],
        "run.db, units with claims and turns": kept["bytes_per_unit"],
        "PostgreSQL, calls": calls * ledger["bytes_per_call"],
        "PostgreSQL, calls without requests": calls * (ledger["bytes_per_call"] - dropped),
        "PostgreSQL, log written": calls * ledger["wal_bytes_per_call"],
        "results.parquet": reduced["result_bytes_zstd"],
        "graph, rows to be joined": reduced["parts_bytes"],
        "graph, the same compressed": reduced["graph_bytes_zstd"],
    }
    return {name: PASSAGES * each / 1e12 for name, each in bytes_.items()}


def walls(measured: Mapping[str, Any]) -> Figures:
    """Return the passages at which something of today's code ends."""
    asked, ledger = measured["asked"], measured["worked"]["with_bank"]
    rayed = measured["rayed"]
    long_calls = asked["calls"] * ledger["out_of_line_share"]
    out_of_line = asked["calls"] * ledger["out_of_line_bytes_per_call"]
    return {
        "batch mode: waiting requests in memory": MEMORY / asked["dialogue_characters"],
        "graph: rows of one partition in memory": (
            PARTITIONS * WORKER_MEMORY / measured["reduced"]["parts_bytes"]
        ),
        "driver: names of documents of one passage": MEMORY / rayed["name_bytes"],
        "PostgreSQL: 2^32 values out of line": 2**32 / long_calls,
        "driver: files of 256 documents of one passage": (
            MEMORY / rayed["driver_bytes_per_file"] * PIECE
        ),
        "PostgreSQL: 32 TiB of a table": 32 * 2**40 / out_of_line,
        "SQLite: 281 TB of a file": (
            281e12 / measured["stored"]["demo_with_bank"]["bytes_per_passage"]
        ),
    }


def restarted(demand: Demand, cores: float) -> Figures:
    """Return the days that a run needs to come to where it was, when its driver died at the end."""
    met_again = PASSAGES * (demand.replay_seconds + demand.search_seconds)
    return {"core_days": met_again / DAY, "days": met_again / DAY / cores}


def incomplete(demand: Demand, rounds: int = 4) -> list[float]:
    """Return the passages that are incomplete after the first command and after each retry."""
    first = 1 - (1 - USELESS) ** demand.calls
    # Half of the calls, in the mean, stand behind the one that was of no use.
    again = 1 - (1 - USELESS) ** (demand.calls / 2)
    return [
        PASSAGES * first * (LASTING + (1 - LASTING) * again**number) if number else PASSAGES * first
        for number in range(rounds)
    ]


def lost(demand: Demand, cores: float, days: float, under_way: float) -> Figures:
    """Return what dying machines cost in a run.

    Args:
        demand: What a passage takes.
        cores: Of all machines.
        days: How long the run takes.
        under_way: Calls that a worker has under way.
    """
    deaths = days * DAY / LIVES * max(1.0, cores / CORES)
    workers = min(cores, CORES)
    met_again = workers * 2 * PIECE * (demand.replay_seconds + demand.search_seconds)
    return {
        "deaths": deaths,
        "calls_repeated": deaths * workers * under_way,
        "share_repeated": deaths * workers * under_way / (PASSAGES * demand.calls),
        "core_seconds_each": met_again,
    }
