"""What a passage demands, what a scenario has of it, and which of that is used up first.

Everything in `SCENARIOS` is an assumption, to be replaced by one's own figures; what a passage
demands is measured (`docs/scale.json`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scale_world import Call, Client, Dialogue, Endpoint

from questgraph.tools.gateway.cost import Prices
from questgraph.tools.records import Usage

PASSAGES = 1_000_000_000
DAY = 86_400.0

SLOTS = 256
"""Calls that a worker may have under way."""

SIMULATED = 2
"""Workers; they have their share of everything else."""

CORE_HOUR, GPU_HOUR = 0.04, 2.50
"""US dollars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a passage takes in the mean."""

    calls: float
    steps: float
    """Calls that follow each other; others are made side by side."""

    fresh: float
    cached: float
    written: float
    """Tokens."""

    worker_seconds: float
    search_seconds: float
    replay_seconds: float
    """Processor time: of the passage without its demonstrations, of these, of meeting it again."""

    @property
    def tokens(self) -> float:
        """All tokens, as rate limits count."""
        return self.fresh + self.cached + self.written


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Somebody who answers, and machines that ask."""

    name: str
    cores: float
    """Of the machines that ask; each has a worker."""

    puts: float
    """Calls that a PostgreSQL server keeps a second, each reserved before under a cap."""

    servers: int = 1
    """Such servers, among which the ledger is shared out."""

    requests_per_minute: float = math.inf
    tokens_per_minute: float = math.inf
    enqueued: float = math.inf
    """Tokens that may wait in batch mode."""

    turnaround: float = DAY / 2
    """Seconds until a batch is answered."""

    gpus: float = 0.0
    reads: float = 0.0
    writes: float = 0.0
    """Tokens that a GPU reads (fresh ones) or writes a second, when it does nothing else."""

    latency: float = 0.5
    sigma: float = 0.5
    seconds_per_token: float = 0.012
    price: str = ""
    """Name of the model in the price file."""

    @property
    def batch(self) -> bool:
        """Whether it is the provider's batch mode."""
        return math.isfinite(self.enqueued)


def demand(measured: Mapping[str, Any]) -> Demand:
    """Return what a passage takes, from what was measured."""
    asked, worked = measured["asked"], measured["worked"]["without_bank"]
    read = asked["prompt_tokens"]
    return Demand(
        calls=asked["calls"],
        steps=asked["steps"],
        fresh=read * (1 - asked["cached_share"]),
        cached=read * asked["cached_share"],
        written=asked["completion_tokens"],
        worker_seconds=(worked["worker_ms"] + measured["prepared"]["cut_ms"]) / 1000,
        search_seconds=measured["prepared"]["search_ms_demo"] / 1000,
        replay_seconds=worked["replay_ms"] / 1000,
    )


def scenarios(measured: Mapping[str, Any]) -> list[Scenario]:
    """Return the scenarios; what a PostgreSQL server keeps is the measured figure."""
    puts = measured["ledger"]["pairs_per_second_from_3"]
    fleet = Scenario(name="32 GPUs", cores=32, puts=puts, gpus=32, reads=20_000, writes=3000)
    large = replace(fleet, name="512 GPUs", cores=512, gpus=512)
    return [
        Scenario(
            name="hosted",
            cores=16,
            puts=puts,
            requests_per_minute=30_000,
            tokens_per_minute=150e6,
            price="openai:gpt-4o-mini",
        ),
        Scenario(
            name="hosted, batch mode",
            cores=16,
            puts=puts,
            enqueued=15e9,
            latency=0.0,
            seconds_per_token=0.0,
            price="openai:gpt-4o-mini",
        ),
        fleet,
        large,
        replace(large, name="512 GPUs, 16 ledgers", servers=16),
        # Two cores do all of it: what the issue tells of the embedded model.
        Scenario(name="embedded", cores=2, puts=puts, gpus=1, reads=60, writes=20, latency=0.0),
    ]


def rates(demand: Demand, scenario: Scenario) -> dict[str, float]:
    """Return the passages a second that each thing alone would allow."""
    lasts = demand.calls * scenario.latency * math.exp(scenario.sigma**2 / 2)
    lasts += demand.written * scenario.seconds_per_token
    found = {
        "requests": scenario.requests_per_minute / 60 / demand.calls,
        "tokens": scenario.tokens_per_minute / 60 / demand.tokens,
        "enqueued": scenario.enqueued / scenario.turnaround / (demand.fresh + demand.cached),
        "GPUs": scenario.gpus / busy(demand, scenario) if scenario.gpus else math.inf,
        "processors": scenario.cores / computed(demand, scenario),
        "ledger": scenario.servers * scenario.puts / demand.calls,
        "slots": scenario.cores * SLOTS / lasts if lasts else math.inf,
    }
    return {name: rate for name, rate in found.items() if math.isfinite(rate)}


def busy(demand: Demand, scenario: Scenario) -> float:
    """Return the seconds that a passage keeps a GPU busy."""
    return demand.fresh / scenario.reads + demand.written / scenario.writes


def computed(demand: Demand, scenario: Scenario) -> float:
    """Return the processor time of a passage; in batch mode it is met again for each step."""
    once = demand.worker_seconds + demand.search_seconds
    if not scenario.batch:
        return once
    return once + demand.steps * (demand.replay_seconds + demand.search_seconds)


def first(found: Mapping[str, float]) -> tuple[str, float]:
    """Return what is used up first, and the passages a second that it allows."""
    return min(found.items(), key=lambda item: item[1])


def eased(found: Mapping[str, float]) -> tuple[str, float]:
    """Return the same when there is ten times as much of what is used up first."""
    name, rate = first(found)
    return first({**found, name: 10 * rate})


def dollars(demand: Demand, scenario: Scenario, seconds: float) -> float:
    """Return what a billion passages cost in that many seconds."""
    cost = scenario.cores * seconds / 3600 * CORE_HOUR
    if scenario.price:
        return cost + PASSAGES * paid(demand, scenario.price, batch=scenario.batch)
    # The embedded model has no GPU.
    return cost + (scenario.gpus * seconds / 3600 * GPU_HOUR if scenario.gpus > 1 else 0.0)


def paid(demand: Demand, model: str, *, batch: bool = False) -> float:
    """Return what a passage costs at an endpoint; batch mode has no prompt cache."""
    price = Prices().of(model)
    assert price, "it is in the file"
    cached = 0.0 if batch else demand.cached
    usage = Usage(
        prompt_tokens=round(demand.fresh + demand.cached),
        cached_tokens=round(cached),
        completion_tokens=round(demand.written),
    )
    return price.of(usage, batch=batch)


def simulated(demand: Demand, scenario: Scenario) -> tuple[Endpoint, Client]:
    """Return the share of a scenario that has `SIMULATED` workers."""
    share = SIMULATED / scenario.cores
    endpoint = Endpoint(
        latency=scenario.latency,
        sigma=scenario.sigma,
        seconds_per_token=scenario.seconds_per_token,
        requests_per_minute=scenario.requests_per_minute * share,
        tokens_per_minute=scenario.tokens_per_minute * share,
        reads=scenario.reads * scenario.gpus * share or math.inf,
        writes=scenario.writes * scenario.gpus * share or math.inf,
    )
    client = Client(
        workers=SIMULATED,
        passage_seconds=demand.search_seconds,
        call_seconds=demand.worker_seconds / demand.calls,
        replay_seconds=demand.replay_seconds / demand.calls,
        puts=scenario.servers * scenario.puts * share,
        told=math.isfinite(scenario.requests_per_minute),
    )
    return endpoint, client


def dialogues(measured: Mapping[str, Any]) -> list[Dialogue]:
    """Return the recorded dialogues."""
    return [
        [[Call(*tokens) for tokens in step] for step in steps]
        for steps in measured["asked"]["dialogues"]
    ]
