"""The way to a second model: the same ledger and caps, and both stop together."""

from questgraph.tools.errors import OverBudgetError
from questgraph.tools.gateway.gateway import Gateway, Terms
from questgraph.tools.gateway.ledger import Ledger
from questgraph.tools.models.base import ChatModel, Request


class BesideGateway(Gateway):
    """Asks a second model of a run.

    When the run is stopped this asks nothing more either, and when this has to stop so does the
    run. Caps are the ledger's, so they hold for both together; neither gives a call up for what is
    only set aside for the other.

    Args:
        model: Who is asked; opened and closed by the caller.
        ledger: Where replies are kept: that of `beside`.
        terms: Limits, retries, caps and price.
        beside: The way to the model that the run is about.
    """

    def __init__(self, model: ChatModel, ledger: Ledger, terms: Terms, *, beside: Gateway) -> None:
        super().__init__(model, ledger, terms)
        self._beside = beside
        # Whoever waits between two tries here is woken when the run is stopped.
        self._stop = beside._stop

    def stop(self, reason: str) -> None:
        """Ask nothing more, nor on the other way: what is under way is finished and kept."""
        super().stop(reason)
        self._beside.stop(reason)

    async def _reserve(self, request: Request) -> str:
        """Set aside what the call may cost, here and for the other to wait for."""
        while True:
            if self._beside.stopped:
                super().stop(self._beside.stopped)
            settlement = self._beside._settlement
            try:
                name = await super()._reserve(request)
            except OverBudgetError:
                if not self._beside._reserved and not settlement.is_set():
                    raise
                await settlement.wait()
            else:
                self._beside._reserved += bool(name)
                return name

    def _free(self, reservation: str) -> None:
        super()._free(reservation)
        self._beside._free(reservation)
