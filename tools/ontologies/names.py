"""Which name a term gets in a schema: its label or the end of its IRI, and one name once."""

import re
from collections.abc import Iterable

from rdflib import Graph, URIRef
from rdflib.term import Node

from questgraph.tools.codecs.parsing import fold
from questgraph.tools.ontologies.vocabulary import LABELS, NAME, first_texts, local_name

_NO_LETTER = re.compile(r"\W+")


class Names:
    """Gives out names: two terms never get ones that differ in letter case or separators only.

    Models are not good at telling those apart.
    """

    def __init__(self, exact: Iterable[str] = ()) -> None:
        self._taken = {fold(name) for name in exact}

    def give(self, graph: Graph, iri: URIRef, kind: str, terms: Iterable[Node] = ()) -> str:
        """Return a name for `iri`.

        Args:
            graph: Has its labels.
            iri: A class or a property.
            kind: Word that is put behind a name that is taken.
            terms: What has labels for it, the nearest first; itself when left out.
        """
        some = list(terms) or [iri]
        if exact := exact_name(graph, some):
            return exact
        words = [text for term in some for text in first_texts(graph, term, LABELS)[:1]]
        plain = [name for word in (*words, local_name(iri)) if (name := slug(word))] or [kind]
        numbered = (f"{plain[0]}_{kind}_{number}" for number in range(2, len(self._taken) + 3))
        for name in (*plain, f"{plain[0]}_{kind}", *numbered):
            if fold(name) not in self._taken:
                self._taken.add(fold(name))
                return name
        raise AssertionError("there are more numbers than names")


def exact_name(graph: Graph, terms: Iterable[Node]) -> str:
    """Return the name that questgraph wrote down for one of `terms`, or nothing."""
    return next((str(v) for term in terms for v in sorted(graph.objects(term, NAME), key=str)), "")


def slug(label: str) -> str:
    """Return a label as a name.

    >>> slug(" Person (legal) "), slug("works for"), slug("worksFor")
    ('Person_legal', 'works_for', 'worksFor')
    """
    return _NO_LETTER.sub("_", label).strip("_")
