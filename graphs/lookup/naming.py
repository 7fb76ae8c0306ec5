"""What a name means here: exactly one thing, or an error that says which it may be."""

import re
from collections.abc import Iterator

from questgraph.graphs.lookup.answers import clipped
from questgraph.graphs.lookup.index import GraphIndex
from questgraph.graphs.lookup.names import Match, NameIndex
from questgraph.tools.errors import ConfigError

MOST_NAMED = 5
"""Things that an error names."""

LONGEST_ASKED = 10_000
"""Characters of a question."""

_TYPED = re.compile(r"(?P<name>.+\S)\s*\((?P<type>[^()]+)\)", re.DOTALL)


class Naming:
    """Finds things by what they are called.

    Args:
        index: The graph.
    """

    def __init__(self, index: GraphIndex) -> None:
        self._index = index
        self._names = NameIndex(
            (node, [data["name"], *data["aliases"]])
            for node, data in sorted(index.nodes.items(), key=lambda item: item[0])
        )

    def like(self, name: str) -> list[Match]:
        """Return what `name` may mean, the likeliest first."""
        exact = self.exactly(name)
        known = {match.node for match in exact}
        # Who has the name itself is not looking for what is spelled much like it.
        others = self._names.like(name, spelling=not exact)
        return [*exact, *(m for m in others if m.node not in known and self._sees(m))]

    def exactly(self, name: str) -> list[Match]:
        """Return what has this id, or this name and, where one is added, type."""
        if _bounded(name) in self._index.nodes:
            return list(filter(self._sees, [Match(name, "id", name, 1.0)]))
        if found := list(filter(self._sees, self._names.exactly(name))):
            # What is called so comes before what is called so as well.
            best = [match for match in found if match.how == "name"]
            return best or found
        return list(self._typed(name))

    def one(self, name: str) -> str:
        """Return the thing that `name` means.

        Raises:
            ConfigError: When there is none, or more than one.
        """
        match self.exactly(name):
            case [only]:
                return only.node
            case []:
                raise ConfigError(self._unknown(name))
            case several:
                which = self._listed(several)
                raise ConfigError(f"{len(several)} things are called {clipped(name)!r}: {which}")

    def _typed(self, name: str) -> Iterator[Match]:
        if found := _TYPED.fullmatch(name):
            for match in filter(self._sees, self._names.exactly(found["name"])):
                if self._index.nodes[match.node]["type"].casefold() == found["type"].casefold():
                    yield match

    def _sees(self, match: Match) -> bool:
        return self._index.tells(match.node)

    def _unknown(self, name: str) -> str:
        if name in self._index.nodes:
            return f"{name} is hidden by the conflict policy: ask for what is hidden as well"
        near = self.like(name)
        hint = f", did you mean {self._listed(near)}?" if near else ""
        return f"nothing is called {clipped(name)!r}{hint or '.'}"

    def _listed(self, matches: list[Match]) -> str:
        rest = len(matches) - MOST_NAMED
        named = ", ".join(self._spelled(match.node) for match in matches[:MOST_NAMED])
        return f"{named} and {rest} more" if rest > 0 else named

    def _spelled(self, node: str) -> str:
        data = self._index.nodes[node]
        return f"{clipped(data['name'])!r} ({clipped(data['type'])}, {node})"


def _bounded(name: str) -> str:
    if len(name) > LONGEST_ASKED:
        raise ConfigError(f"a name of {len(name)} characters: {LONGEST_ASKED} are the most")
    return name
