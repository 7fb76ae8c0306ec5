"""What calls and tokens that are still to come cost in money and time."""

from questgraph.agents.estimates.forecast import NOTHING, Need, Range
from questgraph.agents.estimates.totals import Past
from questgraph.tools.gateway.gateway import Terms
from questgraph.tools.models.base import ChatModel
from questgraph.tools.records import Usage


def usd(need: Need, cached_share: float, terms: Terms) -> Range | None:
    """Return what tokens cost in US dollars; `None` when nobody knows the price.

    Args:
        need: Tokens that are read and written.
        cached_share: Share of the prompts that the endpoint's cache is likely to serve; at most,
            it serves nothing.
        terms: Price, and whether it is that of batch mode.
    """
    price = terms.price
    if price is None:
        return None

    def of(read: float, written: float, share: float) -> float:
        usage = Usage(
            prompt_tokens=round(read),
            cached_tokens=min(round(read), round(share * read)),
            completion_tokens=round(written),
        )
        return price.of(usage, batch=terms.batch)

    read, written = need.prompt_tokens, need.completion_tokens
    ends = (
        of(read.least, written.least, cached_share),
        of(read.likely, written.likely, cached_share),
        of(read.most, written.most, 0),
    )
    # In order also where a cache costs more than it saves.
    return Range(*sorted(ends))


def seconds(units: int, need: Need, past: Past, model: ChatModel, terms: Terms) -> Range | None:
    """Return how long `need` takes by the clock; `None` when nobody can know.

    Nobody knows how long a provider takes over a batch, or an endpoint that was never timed.

    Args:
        units: Passages that are asked about.
        need: What is asked about them.
        past: How many units a second there were, or else how long a call took.
        model: Its slots bound what is under way.
        terms: Limits that bound it further, or stretch it.
    """
    if not need.calls.likely:
        return NOTHING
    if terms.batch:
        return None
    slots = min(units, model.slots, terms.limits.concurrency or model.slots)
    waited = past.total.seconds / max(past.total.sent, 1)
    # Few units leave most slots empty: their pace is not that of many.
    if past.pace and (past.timed_units >= slots or not waited):
        likely = units / past.pace
    elif waited:
        likely = need.calls.likely * waited / slots
    else:
        return None
    return (need.calls * (likely / need.calls.likely)).no_less(_allowed(need, terms))


def _allowed(need: Need, terms: Terms) -> Range:
    """Return how long the caller's limits make it last."""
    limits, allowed = terms.limits, NOTHING
    if limits.requests_per_minute:
        allowed = need.calls * (60 / limits.requests_per_minute)
    if limits.tokens_per_minute:
        tokens = need.prompt_tokens + need.completion_tokens
        allowed = allowed.no_less(tokens * (60 / limits.tokens_per_minute))
    return allowed
