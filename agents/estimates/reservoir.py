"""A few of many, chosen without knowing how many there will be."""

import random
from typing import Generic, TypeVar

T = TypeVar("T")


class Reservoir(Generic[T]):
    """Keeps `size` of the items that it is given, each as likely as any other.

    The same items in the same order leave the same ones (Vitter 1985, algorithm R).
    """

    def __init__(self, size: int) -> None:
        self.kept: list[T] = []
        """What is kept, in no order that means anything."""

        self._size, self._seen = size, 0
        self._dice = random.Random(size)

    def offer(self, item: T) -> None:
        """Keep `item` in the place of another, or do not."""
        self._seen += 1
        if len(self.kept) < self._size:
            self.kept.append(item)
        elif (place := self._dice.randrange(self._seen)) < self._size:
            self.kept[place] = item
