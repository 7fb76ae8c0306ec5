"""Stores: the graph where others query it, each found by the first word of its address."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from questgraph.graphs.stores.addresses import read_address
from questgraph.graphs.stores.base import Held, Store
from questgraph.graphs.stores.bolt import BoltStore
from questgraph.graphs.stores.ladybug import LadybugStore
from questgraph.graphs.stores.loading import Loaded, load, read
from questgraph.graphs.stores.memory import MemoryStore
from questgraph.graphs.stores.oxigraph import OxigraphStore
from questgraph.graphs.stores.sqlite import SqliteStore
from questgraph.tools.errors import ConfigError
from questgraph.tools.registry import Registry

Opener = Callable[[str, str], Store]
"""Opens what an address without its first word names, perhaps with a password."""

stores: Registry[Opener] = Registry("store")
stores["memory"] = lambda _place, _password: MemoryStore()
stores["sqlite"] = lambda place, _password: SqliteStore(place)
stores["ladybug"] = lambda place, _password: LadybugStore(place)
stores["oxigraph"] = lambda place, _password: OxigraphStore(place)

_FILES = ("sqlite", "ladybug", "oxigraph")


def _server(scheme: str) -> Opener:
    return lambda place, password: BoltStore(read_address(f"{scheme}:{place}", password))


for _scheme in ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"):
    stores[_scheme] = _server(_scheme)


@contextmanager
def open_store(target: str, *, password: str = "") -> Iterator[Store]:
    """Open a store for as long as the block lasts.

    Args:
        target: `sqlite:PATH`, `ladybug:PATH`, `oxigraph:PATH`, `memory:`, or the address of a
            server: `bolt://user:password@host:7687/database`, likewise `neo4j://`, and with `+s`
            or `+ssc` for an encrypted connection.
        password: For a server whose address has none.

    Raises:
        ConfigError: When the target cannot be read, or its package is not installed.
        RunError: When it cannot be opened.
    """
    kind, colon, place = target.partition(":")
    if not colon or (kind in _FILES and not place):
        raise ConfigError(
            "a store is given as sqlite:PATH, ladybug:PATH, oxigraph:PATH, memory: or"
            " bolt://user@host:7687/database"
        )
    store = stores[kind](place, password)
    try:
        yield store
    finally:
        store.close()


__all__ = ["Held", "Loaded", "Store", "load", "open_store", "read", "stores"]
