"""The graph in the formats that others read, each found by its name."""

from pathlib import Path

from questgraph.graphs.exports.base import Exporter
from questgraph.graphs.exports.cypher import write_cypher
from questgraph.graphs.exports.graph_documents import graph_documents
from questgraph.graphs.exports.graphml import write_graphml
from questgraph.graphs.exports.neo4j import write_neo4j
from questgraph.graphs.exports.parquet import write_parquet
from questgraph.graphs.exports.rdf import write_jsonld, write_turtle
from questgraph.graphs.exports.tables import write_csv
from questgraph.graphs.exports.tree import node_link, write_json
from questgraph.graphs.exports.trig import write_trig
from questgraph.graphs.knowledge import KnowledgeGraph, visible
from questgraph.tools.registry import Registry

exporters: Registry[Exporter] = Registry("export format")
exporters["graphml"] = Exporter(write_graphml, "graph.graphml")
exporters["jsonld"] = Exporter(write_jsonld, "graph.jsonld")
exporters["turtle"] = Exporter(write_turtle, "graph.ttl")
exporters["trig"] = Exporter(write_trig, "graph.trig")
exporters["csv"] = Exporter(write_csv, "tables")
exporters["parquet"] = Exporter(write_parquet, "parquet")
exporters["neo4j"] = Exporter(write_neo4j, "neo4j")
exporters["cypher"] = Exporter(write_cypher, "graph.cypher")
exporters["json"] = Exporter(write_json, "graph.json", whole=True)


def export(graph: KnowledgeGraph, format_: str, folder: Path) -> Path:
    """Write `graph` as `format_` into `folder` and return what was written.

    JSON has the graph whole, all others what it shows. The same graph gives the same bytes,
    whenever it is written.

    Raises:
        UnknownNameError: When there is no such format.
        ConfigError: When the format cannot hold something of the graph: nothing is written.
    """
    exporter = exporters[format_]
    path = folder / exporter.file
    folder.mkdir(parents=True, exist_ok=True)
    exporter.write(graph if exporter.whole else visible(graph), path)
    return path


__all__ = ["export", "exporters", "graph_documents", "node_link"]
