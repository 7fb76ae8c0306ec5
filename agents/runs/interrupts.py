"""Ctrl-C: once to finish what is at the endpoint, twice to stop at once."""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from questgraph.agents.runs.progress import Progress

_LOG = logging.getLogger(__name__)

STOPPED = "it was interrupted"


@contextmanager
def interruptible(
    on_progress: Callable[[Progress], None] | None = None,
) -> Iterator[Callable[[Progress], None]]:
    """Listen for Ctrl-C while the block lasts; yield what the run is to report to.

    The first stops the run that reported last: calls at the endpoint are finished and kept. The
    second cancels the task. Both lose nothing that was answered. Where no signal can be listened
    for (another thread than the main one, Windows), Python's own way stands.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    runs: list[Progress] = []

    def watch(progress: Progress) -> None:
        if not runs:
            runs.append(progress)
        if on_progress:
            on_progress(progress)

    def interrupt() -> None:
        if runs and not runs[0].gateway.stopped:
            _LOG.warning("finishing what is at the endpoint; Ctrl-C again stops at once")
            runs[0].stop(STOPPED)
        elif task:
            task.cancel()

    listening = threading.current_thread() is threading.main_thread()
    if listening:
        try:
            loop.add_signal_handler(signal.SIGINT, interrupt)
        except NotImplementedError:
            listening = False
    try:
        yield watch
    finally:
        if listening:
            loop.remove_signal_handler(signal.SIGINT)
