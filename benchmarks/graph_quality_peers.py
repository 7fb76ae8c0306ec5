"""Has a peer bring together the names of documents; runs in the peers' environment.

In: one JSON object on the standard input with `peer`, `url` and `documents`, each with `id` and
`names`, pairs of type and wording. Out: a line of JSON for each document with `groups`, lists of
positions in its names, or `error`.

What decides is each library's own code. neo4j-graphrag's resolvers get a driver that hands them the
names and notes what they merge, in place of a database; kg-gen asks the model at `url`, without
types, of which it has none.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

Names = Sequence[tuple[str, str]]
Groups = list[list[int]]


class Driver:
    """Answers the two queries of a resolver from names in memory."""

    def __init__(self, names: Names) -> None:
        # The resolver writes its name there.
        self._pool = SimpleNamespace(pool_config=SimpleNamespace())
        self._names = names
        self.merged: Groups = []

    def execute_query(self, query: str, parameters: Any = None, **_: Any) -> Any:
        """Return the names by type, or note a merge."""
        if parameters:
            self.merged.append([int(id_) for id_ in parameters["ids"]])
            return [None], None, None
        labels: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
        for number, (type_, name) in enumerate(self._names):
            labels[type_].append({"id": str(number), "name": name})
        return [{"lab": k, "labelCluster": v} for k, v in labels.items()], None, None


def neo4j_fuzzy(_: str) -> Callable[[Names], Groups]:
    """neo4j-graphrag's `FuzzyMatchResolver` as it comes."""
    from neo4j_graphrag.components.resolver import FuzzyMatchResolver

    def group(names: Names) -> Groups:
        driver = Driver(names)
        asyncio.run(FuzzyMatchResolver(driver).run())
        return driver.merged

    return group


def exact(_: str) -> Callable[[Names], Groups]:
    """Equal wording and type, as neo4j-graphrag's `SinglePropertyExactMatchResolver` and most."""
    return lambda _: []


def kg_gen(url: str) -> Callable[[Names], Groups]:
    """`KGGen.cluster` over the wordings."""
    os.environ["DSPY_CACHEDIR"] = tempfile.mkdtemp()
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from kg_gen import KGGen
    from kg_gen.models import Graph

    generator = KGGen(model="openai/local", api_key="none", api_base=url, temperature=0.0)

    def group(names: Names) -> Groups:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for number, (_, name) in enumerate(names):
            places[name].append(number)
        graph = generator.cluster(Graph(entities=set(places), edges=set(), relations=set()))
        return [
            [number for name in members for number in places[name]]
            for members in (graph.entity_clusters or {}).values()
        ]

    return group


PEERS = {"exact": exact, "neo4j-graphrag, fuzzy": neo4j_fuzzy, "kg-gen": kg_gen}


def main() -> None:
    """Group the names of each document."""
    task = json.load(sys.stdin)
    answers = sys.stdout
    # Some peers print; what they print is no result.
    sys.stdout = sys.stderr
    group = PEERS[task["peer"]](task["url"])
    for document in task["documents"]:
        try:
            found: dict[str, Any] = {"groups": group([tuple(name) for name in document["names"]])}
        except Exception as error:  # what a peer loses stays apart
            found = {"groups": [], "error": f"{type(error).__name__}: {error}"[:300]}
        answers.write(json.dumps({"id": document["id"], **found}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
