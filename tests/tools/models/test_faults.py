"""The dice of the test endpoint."""

from statistics import median

import pytest

from questgraph.tools.errors import ConfigError
from questgraph.tools.models.faults import (
    KINDS,
    Faults,
    Latency,
    assigned,
    lognormal,
    throw,
    uniform,
)

KEYS = [f"key {number}" for number in range(2000)]


def test_throw_depends_on_seed_subject_key_and_turn() -> None:
    thrown = [
        throw(1, "fault", "key", 0),
        throw(2, "fault", "key", 0),
        throw(1, "latency", "key", 0),
        throw(1, "fault", "other", 0),
        throw(1, "fault", "key", 1),
    ]

    assert len(set(thrown)) == 5
    assert throw(1, "fault", "key", 0) == thrown[0]


def test_mixed_faults_share_the_probability_evenly() -> None:
    struck = [Faults.mixed(0.6, seed=4).strike(key, 0) for key in KEYS]

    assert struck.count(None) == pytest.approx(800, abs=80)
    for kind in KINDS:
        assert struck.count(kind) == pytest.approx(100, abs=40), kind


def test_sure_fault_strikes_always_and_an_impossible_one_never() -> None:
    assert {Faults(halved=1.0).strike(key, 0) for key in KEYS} == {"halved"}
    assert {Faults().strike(key, 0) for key in KEYS} == {None}


@pytest.mark.parametrize("shares", [{"busy": 0.6, "cut": 0.5}, {"busy": -0.1}])
def test_shares_that_are_no_probabilities_are_told(shares: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="add up to 1"):
        Faults(**shares)  # type: ignore[arg-type]


def test_faults_are_read_from_texts() -> None:
    shares = assigned(["busy=0.1", "cut=0.25"], KINDS)

    assert Faults(seed=3).having(shares) == Faults(busy=0.1, cut=0.25, seed=3)


@pytest.mark.parametrize(
    ("text", "problem"), [("buzy=0.1", "did you mean 'busy'"), ("busy", "write NAME=NUMBER")]
)
def test_fault_that_cannot_be_read_is_told(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        assigned([text], KINDS)


@pytest.mark.parametrize(
    ("text", "least", "middle", "most"),
    [
        ("0.2", 0.2, 0.2, 0.2),
        (".2,10x:0.1", 0.2, 0.2, 2.0),
        ("uniform:0.1-0.3", 0.1, 0.2, 0.3),
        ("lognormal:0.2,0.5", 0.03, 0.2, 1.3),
        ("uniform:0.1-0.3,3x:0.05", 0.1, 0.2, 0.9),
    ],
)
def test_latency_is_read_from_a_text(text: str, least: float, middle: float, most: float) -> None:
    latency = Latency.parse(text, seed=1)
    drawn = [latency.seconds(key, 0) for key in KEYS]

    assert min(drawn) == pytest.approx(least, rel=0.3)
    assert median(drawn) == pytest.approx(middle, rel=0.05)
    assert max(drawn) == pytest.approx(most, rel=0.3)


def test_one_answer_in_so_many_is_slow() -> None:
    latency = Latency(uniform(0.1, 0.2), slow=0.1, times=10, seed=2)

    slow = [key for key in KEYS if latency.seconds(key, 0) >= 1]

    assert len(slow) == pytest.approx(200, abs=50)


def test_latency_of_a_request_is_the_same_in_every_run() -> None:
    first, second = (Latency(lognormal(0.2, 1.0), seed=5) for _ in range(2))

    assert [first.seconds(key, 1) for key in KEYS] == [second.seconds(key, 1) for key in KEYS]


@pytest.mark.parametrize("text", ["", "fast", "uniform:0.1", "0.2,10x", "-1"])
def test_latency_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match=r"write 0\.2, uniform"):
        Latency.parse(text)
