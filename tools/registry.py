"""Things found by name: recipes, codecs, views, exports, and what plugins add."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from questgraph.tools.errors import ConfigError, UnknownNameError

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """A mapping whose missing names are explained and whose names are given once.

    >>> shapes: Registry[int] = Registry("shape")
    >>> shapes["square"] = 4
    >>> shapes["squares"]  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    questgraph.tools.errors.UnknownNameError: no shape 'squares', did you mean 'square'? ...
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._things: dict[str, T] = {}

    def __setitem__(self, name: str, thing: T) -> None:
        if name in self._things:
            raise ConfigError(f"there is a {self.kind} {name!r} already: choose another name")
        self._things[name] = thing

    def __getitem__(self, name: str) -> T:
        try:
            return self._things[name]
        except KeyError:
            raise UnknownNameError(self.kind, name, self._things) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def __contains__(self, name: object) -> bool:
        return name in self._things
