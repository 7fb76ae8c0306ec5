"""Exit codes: 0 complete, 2 wrong call, 3 incomplete."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from questgraph import display as show
from questgraph.tools.errors import ModelError, QuestgraphError, StorageError

WRONG_CALL, INCOMPLETE = 2, 3


@contextmanager
def errors() -> Iterator[None]:
    """Turn errors raised on purpose into a message and an exit code."""
    try:
        yield
    except (ModelError, StorageError) as error:
        show.error(error)
        raise typer.Exit(INCOMPLETE) from error
    except asyncio.CancelledError as error:
        show.line("Stopped at once. What was answered is kept: the same command continues.")
        raise typer.Exit(INCOMPLETE) from error
    except QuestgraphError as error:
        show.error(error)
        raise typer.Exit(WRONG_CALL) from error
