"""What calls cost: calls, tokens and money, what they may cost at most, and at what price."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from questgraph.tools.errors import ConfigError
from questgraph.tools.models.base import Request
from questgraph.tools.records import Usage

NANO = 1_000_000_000
"""Billionths in a dollar."""

BUILT_IN = Path(__file__).with_name("prices.yaml")

_MESSAGE_TOKENS = 16
"""What a message costs besides its words, at most: role, separators, the start of the reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Calls, tokens and money."""

    calls: int = 0
    """Calls that were sent, each retry counted."""

    tokens: int = 0
    """Read and written."""

    usd: float = 0.0

    @property
    def nanos(self) -> int:
        """Money in billionths of a dollar, rounded up: what ledgers add up without drifting."""
        # Less what floating point may have added to a whole number.
        return math.ceil(self.usd * NANO - 1e-6)

    def __str__(self) -> str:
        money = f"${self.usd:.4g}, " if self.usd else ""
        return f"{money}{self.tokens} tokens, {self.calls} call{'s' if self.calls != 1 else ''}"

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            calls=self.calls + other.calls,
            tokens=self.tokens + other.tokens,
            usd=self.usd + other.usd,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much may be spent at most, by all commands on one ledger together."""

    usd: float | None = None
    tokens: int | None = None
    calls: int | None = None

    def __bool__(self) -> bool:
        return any(cap is not None for cap in (self.usd, self.tokens, self.calls))

    def __str__(self) -> str:
        caps = (
            self.usd is not None and f"${self.usd:g}",
            self.tokens is not None and f"{self.tokens} tokens",
            self.calls is not None and f"{self.calls} calls",
        )
        return ", ".join(cap for cap in caps if cap)

    @property
    def nanos(self) -> int | None:
        """The cap on money in billionths of a dollar, rounded down."""
        return None if self.usd is None else math.floor(self.usd * NANO + 1e-6)

    def allow(self, total: Cost) -> bool:
        """Say whether `total` is within every cap.

        >>> Caps(usd=0.3).allow(Cost(usd=0.1 + 0.2)), Caps(calls=3).allow(Cost(calls=4))
        (True, False)
        """
        return all(
            cap is None or spent <= cap
            for spent, cap in (
                (total.nanos, self.nanos),
                (total.tokens, self.tokens),
                (total.calls, self.calls),
            )
        )


class Price(BaseModel):
    """US dollars for a million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: float = Field(ge=0)
    completion: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    """For prompt tokens that the endpoint served from its cache; `prompt` when left out."""

    batch: float = Field(default=1.0, ge=0)
    """Share of the price that is paid in the provider's batch mode."""

    def of(self, usage: Usage, *, batch: bool = False) -> float:
        """Return what `usage` costs in US dollars.

        >>> Price(prompt=2, completion=8).of(Usage(prompt_tokens=1000, completion_tokens=100))
        0.0028
        """
        cached = self.prompt if self.cached is None else self.cached
        fresh = usage.prompt_tokens - usage.cached_tokens
        written = usage.completion_tokens
        millionths = fresh * self.prompt + usage.cached_tokens * cached + written * self.completion
        return millionths / 1e6 * (self.batch if batch else 1.0)


FREE = Price(prompt=0, completion=0)

_PRICES = TypeAdapter(dict[str, Price])


class Prices:
    """Prices by model name; a name may hold `*`. A user's file outranks the built-in one.

    Args:
        file: The user's file; it need not exist.

    Raises:
        ConfigError: When a file cannot be read as prices.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        own = _read(file) if file and file.is_file() else {}
        self._known = {**own, **{k: v for k, v in _read(BUILT_IN).items() if k not in own}}

    def of(self, model: str) -> Price | None:
        """Return the price of `provider:model`; `None` for a model without one.

        >>> Prices().of("local:qwen2.5-coder-1.5b") == FREE
        True
        """
        if model in self._known:
            return self._known[model]
        matching = (name for name in self._known if fnmatchcase(model, name))
        return next((self._known[name] for name in matching), None)


def cost(usage: Usage, price: Price | None, *, batch: bool = False) -> Cost:
    """Return what one call with `usage` cost; a model without a price costs no money."""
    tokens = usage.prompt_tokens + usage.completion_tokens
    return Cost(calls=1, tokens=tokens, usd=price.of(usage, batch=batch) if price else 0.0)


def worst(request: Request, price: Price | None, *, batch: bool = False) -> Cost:
    """Return what asking `request` once costs at most.

    No tokenizer makes more tokens of a text than it has bytes; the answer is as long as allowed.
    """
    written = sum(map(_bytes, (message.content for message in request.messages)))
    form = _bytes(str(request.format.schema)) if request.format else 0
    most = Usage(
        prompt_tokens=written + form + _MESSAGE_TOKENS * (1 + len(request.messages)),
        completion_tokens=request.max_tokens,
    )
    return cost(most, price, batch=batch)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _read(file: Path) -> Mapping[str, Price]:
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        return _PRICES.validate_python(found)
    except (OSError, ValueError, yaml.YAMLError, ValidationError) as error:
        raise ConfigError(
            f"{file}: no prices there: {error}. Write `provider:model: "
            "{prompt: 0.15, completion: 0.6}`, in US dollars for a million tokens."
        ) from error
