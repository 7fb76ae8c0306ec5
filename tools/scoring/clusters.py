"""Mentions of the same entity, as a passage has them labelled."""

from collections.abc import Sequence

from questgraph.tools.records import Span


class Clusters:
    """Which mentions name the same; one that is in no cluster names itself.

    A mention may be in several: *COX-1 and -2* names two genes.
    """

    def __init__(self, clusters: Sequence[Sequence[Span]]) -> None:
        self._mentions = [frozenset(cluster) for cluster in clusters if cluster]
        self._places: dict[Span, set[int]] = {}
        self._opens: dict[Span, set[int]] = {}
        for i, cluster in enumerate(filter(None, clusters)):
            self._opens.setdefault(cluster[0], set()).add(i)
            for span in cluster:
                self._places.setdefault(span, set()).add(i)

    def mentions(self, span: Span) -> frozenset[Span]:
        """Return all mentions of what `span` names.

        A cluster that has `span` for its first mention is meant before others that hold it, for so
        gold relations name their ends.
        """
        indices = self._opens.get(span) or self._places.get(span, set())
        return frozenset({span}).union(*(self._mentions[i] for i in indices))

    def name(self, span: Span) -> tuple[int, ...] | Span:
        """Return a name that mentions of the same clusters share."""
        return tuple(sorted(self._places.get(span, ()))) or span
