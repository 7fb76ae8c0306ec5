"""How long it takes to bring many things together: rules, doubts by characters, and merges.

    .venv/bin/python benchmarks/resolution.py 100000

Processor time of one core, on made-up names of which one in twenty is another one misspelled.
Neighbours by meaning are not among it: they take the embedder's time.
"""

import random
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from questgraph.graphs.resolution import lineages
from questgraph.graphs.resolution.alike import doubtful_links, sure_links
from questgraph.graphs.resolution.links import Thing, merges_of
from questgraph.tools.schema import EntityType, Schema

T = TypeVar("T")

TYPES = ("person", "organization", "place")
SYLLABLES = ("ba", "ko", "ri", "ten", "mar", "lo", "vin", "sa", "de", "nor", "el", "gu", "shi")
COMMON = ("University", "Institute", "Company", "Bank", "of", "North", "South", "New")


def made_up(n: int) -> list[Thing]:
    """Return `n` things."""
    dice = random.Random(1)
    words = ["".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))).title() for _ in range(n // 5)]
    words += COMMON * (n // 2000)
    things: list[Thing] = []
    for i in range(n):
        name = " ".join(dice.choices(words, k=dice.randint(1, 3)))
        if things and i % 20 == 0:
            name = f"{dice.choice(things).names[0][:-1]}x"
        things.append(Thing(f"e:{i:06x}", dice.choice(TYPES), (name,), 1, frozenset()))
    return things


def timed(what: str, do: Callable[[], T]) -> T:
    """Do something and print how long it took."""
    start = time.process_time()
    done = do()
    print(f"{what}: {time.process_time() - start:.2f} s")
    return done


def main() -> None:
    """Measure."""
    schema = Schema(name="made up", entities=tuple(EntityType(name=name) for name in TYPES))
    lineage, things = lineages(schema), made_up(int(sys.argv[1]) if sys.argv[1:] else 100_000)
    sure = timed("rules", lambda: list(sure_links(things, lineage)))
    doubts = timed("doubts", lambda: doubtful_links(things, lineage))
    merges = timed("merges", lambda: merges_of(things, [*sure, *doubts], lineage))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(sure)} sure, {len(doubts)} doubtful, {len(merges)} merged; {most} MB")


if __name__ == "__main__":
    main()
