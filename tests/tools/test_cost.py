"""What calls cost, at most and in truth, and what it is forbidden to spend."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from questgraph.tools.errors import ConfigError
from questgraph.tools.gateway.cost import FREE, NANO, Caps, Cost, Price, Prices, cost, worst
from questgraph.tools.models.base import AnswerFormat, Message, Request
from questgraph.tools.records import Usage

TEXT = st.text(max_size=60)
MONEY = st.floats(0, 1000, allow_nan=False)
PRICE = st.builds(Price, prompt=MONEY, completion=MONEY, batch=st.floats(0, 1))


@given(TEXT, TEXT, st.integers(0, 4096), PRICE, st.booleans())
@example("\ud83d" * 60, "人" * 60, 1, Price(prompt=1, completion=1), False)
def test_no_call_costs_more_than_its_worst(
    system: str, name: str, max_tokens: int, price: Price, batch: bool
) -> None:
    schema = {"type": "object", "properties": {name: {}}}
    messages = (Message("system", system), Message("user", "Who?"))
    request = Request(messages, max_tokens, format=AnswerFormat(schema))
    read = sum(len(text.encode("utf-8", "surrogatepass")) for text in (system, "Who?", name))
    said = Usage(prompt_tokens=read + 2 * 8, completion_tokens=max_tokens)

    most, real = (worst(request, price, batch=batch), cost(said, price, batch=batch))

    assert (most.calls, real.calls) == (1, 1)
    assert real.tokens <= most.tokens
    assert real.nanos <= most.nanos


@given(st.lists(st.floats(0, 10), max_size=30), st.floats(0, 100))
def test_costs_that_fit_under_a_cap_one_by_one_fit_under_it_together(
    costs: list[float], cap: float
) -> None:
    caps, spent = Caps(usd=cap), Cost()

    for usd in costs:
        if caps.allow(spent + Cost(usd=usd)):
            spent += Cost(usd=usd)

    assert spent.usd <= cap + 1e-9


@given(st.integers(0, NANO))
def test_small_money_is_exact_to_the_billionth(nanos: int) -> None:
    assert Cost(usd=nanos / NANO).nanos == Caps(usd=nanos / NANO).nanos == nanos


@given(st.integers(0, 10**6 * NANO))
def test_large_money_is_a_billionth_too_careful_at_most(nanos: int) -> None:
    assert nanos <= Cost(usd=nanos / NANO).nanos <= nanos + 1
    assert nanos - 1 <= (Caps(usd=nanos / NANO).nanos or 0) <= nanos


@pytest.mark.parametrize(
    ("caps", "total", "allowed"),
    [
        (Caps(), Cost(calls=10**9, tokens=10**12, usd=1e9), True),
        (Caps(calls=0), Cost(), True),
        (Caps(calls=0), Cost(calls=1), False),
        (Caps(tokens=10), Cost(tokens=10), True),
        (Caps(tokens=10), Cost(tokens=11), False),
        (Caps(usd=0.3), Cost(usd=0.1) + Cost(usd=0.2), True),
        (Caps(usd=0.3), Cost(usd=0.3000001), False),
        (Caps(usd=1, tokens=10, calls=2), Cost(usd=0.5, tokens=11, calls=1), False),
    ],
)
def test_every_cap_must_hold(caps: Caps, total: Cost, allowed: bool) -> None:
    assert caps.allow(total) is allowed


def test_a_cap_of_nothing_is_a_cap() -> None:
    assert Caps(calls=0)
    assert not Caps()


def test_cached_tokens_and_batches_cost_less() -> None:
    price = Price(prompt=2, completion=8, cached=0.5, batch=0.5)
    usage = Usage(prompt_tokens=1_000_000, cached_tokens=600_000, completion_tokens=100_000)

    assert price.of(usage) == pytest.approx(0.8 + 0.3 + 0.8)
    assert price.of(usage, batch=True) == pytest.approx(0.95)


def test_a_model_without_a_price_costs_tokens_and_no_money() -> None:
    usage = Usage(prompt_tokens=7, completion_tokens=3)

    assert cost(usage, None) == Cost(calls=1, tokens=10)


def test_local_models_are_free_and_unknown_ones_have_no_price() -> None:
    assert Prices().of("local:any") == FREE
    assert Prices().of("nobody:knows") is None


def test_a_users_prices_outrank_ours_and_exact_names_outrank_patterns(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(
        "'local:*': {prompt: 1, completion: 1}\n"
        "'mine:*': {prompt: 2, completion: 2}\n"
        "mine:exact: {prompt: 3, completion: 3, cached: 0.3, batch: 0.5}\n"
    )

    prices = Prices(tmp_path / "prices.yaml")

    assert prices.of("local:any") == Price(prompt=1, completion=1)
    assert prices.of("mine:other") == Price(prompt=2, completion=2)
    assert prices.of("mine:exact") == Price(prompt=3, completion=3, cached=0.3, batch=0.5)


def test_a_file_of_prices_need_not_exist_or_hold_any(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")

    assert Prices(tmp_path / "none.yaml").of("local:any") == FREE
    assert Prices(tmp_path / "empty.yaml").of("local:any") == FREE


@pytest.mark.parametrize(
    "text",
    [
        "a: {prompt: -1, completion: 1}",
        "a: {prompt: 1}",
        "a: {prompt: 1, completion: 1, output: 2}",
        "a: cheap",
        "- a",
        "a: [",
        "\0",
    ],
)
def test_prices_that_cannot_be_read_are_told_with_the_right_form(tmp_path: Path, text: str) -> None:
    (tmp_path / "prices.yaml").write_text(text)

    with pytest.raises(ConfigError, match=r"Write `provider:model: \{prompt: 0\.15"):
        Prices(tmp_path / "prices.yaml")


@pytest.mark.parametrize(
    ("spent", "said"),
    [
        (Cost(calls=1, tokens=5), "5 tokens, 1 call"),
        (Cost(calls=2, tokens=5, usd=0.25), "$0.25, 5 tokens, 2 calls"),
        (Caps(usd=1.5, calls=3), "$1.5, 3 calls"),
        (Caps(tokens=9), "9 tokens"),
    ],
)
def test_costs_and_caps_are_written_as_a_person_reads_them(spent: Cost | Caps, said: str) -> None:
    assert str(spent) == said
