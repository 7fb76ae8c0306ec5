"""What goes wrong at a test endpoint, how long it takes, and the dice that decide.

The dice know no order: every throw is a hash of the seed, the key of the request and how often
that key was asked before. So the same run with the same seed meets the same faults and the same
latencies, however many calls are in flight and whichever of them comes first.
"""

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, replace
from hashlib import blake2b
from statistics import NormalDist
from typing import Literal, Self, TypeVar, get_args

from questgraph.tools.errors import ConfigError, UnknownNameError

S = TypeVar("S", bound=str)
T = TypeVar("T")

Kind = Literal[
    "busy",
    "crowded",
    "broken",
    "dropped",
    "halved",
    "dripped",
    "garbled",
    "wrong",
    "refused",
    "filtered",
    "cut",
    "runaway",
]

KINDS: tuple[Kind, ...] = get_args(Kind)
SAID: frozenset[Kind] = frozenset({"wrong", "refused", "filtered", "cut", "runaway"})
"""Kinds that change what the model says: a client sees a sound reply. The rest is transport."""

Spread = Callable[[float], float]
"""Turns a number between 0 and 1, of which all are equally likely, into seconds."""

_NUMBER = r"(\d*\.?\d+)"
_LATENCY = re.compile(
    rf"(?:{_NUMBER}|uniform:{_NUMBER}-{_NUMBER}|lognormal:{_NUMBER},{_NUMBER})"
    rf"(?:,{_NUMBER}x:{_NUMBER})?"
)


def throw(seed: int, about: str, key: str, turn: int) -> float:
    """Return a number between 0 and 1, both excluded, that depends on the arguments alone.

    Args:
        seed: Another one gives other numbers.
        about: What is decided: throws about different things are independent.
        key: Key of the request.
        turn: How often that key was asked before.
    """
    told = f"{seed}|{about}|{key}|{turn}".encode("utf-8", "surrogatepass")
    number = int.from_bytes(blake2b(told, digest_size=8).digest(), "big")
    return ((number >> 12) + 0.5) / (1 << 52)


def pick(thrown: float, shares: Iterable[tuple[T, float]]) -> T | None:
    """Return the thing in whose share of the line from 0 to 1 `thrown` falls.

    >>> pick(0.25, [("a", 0.2), ("b", 0.2)]), pick(0.75, [("a", 0.2), ("b", 0.2)])
    ('b', None)
    """
    for thing, share in shares:
        thrown -= share
        if thrown < 0:
            return thing
    return None


def checked(shares: Iterable[tuple[str, float]]) -> None:
    """Make sure that the shares are probabilities of which at most one happens.

    Raises:
        ConfigError: When one is negative, or they add up to more than 1.
    """
    values = [share for _, share in shares]
    if min(values) < 0 or sum(values) > 1 + 1e-9:
        raise ConfigError("probabilities of faults are 0 or more, and add up to 1 at most")


def assigned(texts: Iterable[str], known: Collection[S]) -> dict[S, float]:
    """Read texts such as `busy=0.1`.

    Raises:
        ConfigError: When one has another form, or a name that is not `known`.
    """
    found: dict[S, float] = {}
    for text in texts:
        said, _, number = text.partition("=")
        if not (name := next((name for name in known if name == said), None)):
            raise UnknownNameError("fault", said, known)
        try:
            found[name] = float(number)
        except ValueError as error:
            raise ConfigError(f"{text}: write NAME=NUMBER, such as busy=0.1") from error
    return found


def fixed(seconds: float) -> Spread:
    """Always take `seconds`."""
    return lambda _: seconds


def uniform(least: float, most: float) -> Spread:
    """Take anything from `least` to `most` seconds."""
    return lambda share: least + (most - least) * share


def lognormal(median: float, sigma: float) -> Spread:
    """Take `median` seconds half of the time, and sometimes much more, as endpoints do."""
    return lambda share: median * math.exp(sigma * NormalDist().inv_cdf(share))


@dataclass(frozen=True, slots=True)
class Latency:
    """How long answers take."""

    spread: Spread
    _: KW_ONLY
    slow: float = 0.0
    """Share of the answers that take longer."""

    times: float = 1.0
    """How many times longer those take."""

    seed: int = 0

    @classmethod
    def parse(cls, text: str, seed: int = 0) -> Self:
        """Read `0.2`, `uniform:0.1-0.3` or `lognormal:MEDIAN,SIGMA`, with `,10x:0.1` or without.

        The ending says that one answer in ten takes ten times as long.

        >>> Latency.parse("0.5,10x:1").seconds("key", 0)
        5.0

        Raises:
            ConfigError: When it is none of these.
        """
        if not (found := _LATENCY.fullmatch(text.strip())):
            raise ConfigError(
                f"latency {text!r}: write 0.2, uniform:0.1-0.3 or lognormal:0.2,0.5, "
                "and ,10x:0.1 behind it for one in ten that takes ten times as long"
            )
        same, least, most, median, sigma, times, slow = (float(n or 0) for n in found.groups())
        if found[2]:
            spread = uniform(least, most)
        else:
            spread = lognormal(median, sigma) if found[4] else fixed(same)
        return cls(spread, slow=slow, times=times, seed=seed)

    def seconds(self, key: str, turn: int) -> float:
        """Return how long the answer takes to the request `key` that was asked `turn` times."""
        seconds = self.spread(throw(self.seed, "latency", key, turn))
        late = self.slow > 0 and throw(self.seed, "slow", key, turn) < self.slow
        return seconds * self.times if late else seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong, each with its probability; at most one thing for each request."""

    busy: float = 0.0
    """HTTP 429 with `Retry-After`."""

    crowded: float = 0.0
    """HTTP 429 without."""

    broken: float = 0.0
    """HTTP 500."""

    dropped: float = 0.0
    """The connection closes without an answer."""

    halved: float = 0.0
    """The connection closes in the middle of the body."""

    dripped: float = 0.0
    """The body comes whole, but bit by bit."""

    garbled: float = 0.0
    """HTTP 200 with a body that is no JSON."""

    wrong: float = 0.0
    """The content is JSON, but not what was asked for."""

    refused: float = 0.0
    """The message has a `refusal` and no content."""

    filtered: float = 0.0
    """There is no content, for `finish_reason: content_filter`."""

    cut: float = 0.0
    """The content ends half way, with `finish_reason: length`."""

    runaway: float = 0.0
    """The content repeats itself up to the token limit, with `finish_reason: length`."""

    seed: int = 0
    patience: float = 0.0
    """Seconds that `Retry-After` asks for."""

    drip: float = 1.0
    """Seconds that a body takes that comes bit by bit."""

    def __post_init__(self) -> None:
        checked(self.shares())

    @classmethod
    def mixed(cls, share: float, *, seed: int = 0) -> Self:
        """Return all kinds of faults, equally likely, that hit `share` of the requests."""
        return cls(seed=seed).having(dict.fromkeys(KINDS, share / len(KINDS)))

    def having(self, shares: Mapping[Kind, float]) -> Self:
        """Return these faults with other probabilities for some kinds."""
        # mypy matches the values with every field, whatever the keys are.
        return replace(self, **shares)  # type: ignore[arg-type]

    def shares(self) -> list[tuple[Kind, float]]:
        """Return the kinds with their probabilities."""
        return [(kind, getattr(self, kind)) for kind in KINDS]

    def strike(self, key: str, turn: int) -> Kind | None:
        """Return what goes wrong with the request `key` that was asked `turn` times before."""
        return pick(throw(self.seed, "fault", key, turn), self.shares())
