import csv
import io
import json
import os
import subprocess
import sys
from itertools import accumulate, starmap
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, RDFS, BNode, Graph, Literal
from rdflib.namespace import PROV

from questgraph.graphs.exports import export, exporters
from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.tools.errors import ConfigError, UnknownNameError
from questgraph.tools.ontologies.vocabulary import QG, TYPE
from questgraph.tools.records import Argument, Claim, Document, Kind, Mention, Span
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

# rdflib's own JSON-LD reader uses a class that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


def graph_of(name: str, type_: str = "person") -> KnowledgeGraph:
    """Return a graph of two names, a relation with a qualifier, and an event."""
    wordings = (name, "Bo", "hired", "2020")
    text = "|".join(wordings)
    ends = accumulate(len(wording) + 1 for wording in wordings)
    first, second, trigger, when = (
        Mention(wording, span=Span(end - len(wording) - 1, end - 1), level="exact")
        for wording, end in zip(wordings, ends, strict=True)
    )
    schema = Schema(
        name="small",
        entities=(EntityType(name=type_),),
        relations=(RelationType(name="knows", qualifiers=(Role(name="when"),)),),
        events=(EventType(name="hire", roles=(Role(name="who"),)),),
    )
    said: list[tuple[Kind, str, dict[str, Mention]]] = [
        ("entity", type_, {"mention": first}),
        ("relation", "knows", {"head": first, "tail": second, "when": when}),
        ("event", "hire", {"trigger": trigger, "who": first}),
    ]
    claims = [
        Claim(kind, of, tuple(starmap(Argument, roles.items())), document_id="d é#1", unit_id="u")
        for kind, of, roles in said
    ]
    return build(claims, {"d é#1": Document("d é#1", text)}, schema)


@pytest.fixture
def graph() -> KnowledgeGraph:
    return graph_of("Ann Lee")


@pytest.mark.parametrize("format_", exporters)
def test_the_same_graph_gives_the_same_bytes(
    format_: str, graph: KnowledgeGraph, tmp_path: Path
) -> None:
    one, other = export(graph, format_, tmp_path / "a"), export(graph, format_, tmp_path / "b")

    assert files(one) == files(other)


def test_the_same_graph_gives_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    module = Path(__file__)
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from test_exports import exporters, export, graph_of\n"
        "for format_ in exporters: export(graph_of('Ann Lee'), format_, Path(sys.argv[2]))"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", program, module.parent, tmp_path / seed],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )

    assert files(tmp_path / "1") == files(tmp_path / "2")


def files(path: Path) -> dict[str, bytes]:
    """Return what is in a file, or in the files of a folder."""
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in found if file.is_file()}


@pytest.mark.parametrize("format_", exporters)
def test_exporting_again_replaces_the_old_file_and_leaves_nothing_else(
    format_: str, graph: KnowledgeGraph, tmp_path: Path
) -> None:
    export(graph_of("Someone else"), format_, tmp_path)
    names = files(tmp_path).keys()

    export(graph, format_, tmp_path)

    assert files(tmp_path).keys() == names
    assert not any(b"Someone else" in data for data in files(tmp_path).values())


@pytest.mark.parametrize("format_", exporters)
def test_a_graph_with_nothing_in_it_can_be_written(format_: str, tmp_path: Path) -> None:
    empty = build([], {}, Schema(name="small", entities=(EntityType(name="person"),)))

    assert export(empty, format_, tmp_path).exists()


def test_an_unknown_format_is_explained(graph: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'graphml'"):
        export(graph, "graphxml", tmp_path)


def test_json_holds_every_name(nasty: str, tmp_path: Path) -> None:
    path = export(graph_of(nasty), "json", tmp_path)

    back = nx.node_link_graph(json.loads(path.read_bytes()), edges="edges")

    assert nasty in {data["name"] for _, data in back.nodes(data=True)}


def test_json_reads_back_as_the_same_graph(graph: KnowledgeGraph, tmp_path: Path) -> None:
    path = export(graph, "json", tmp_path)

    back = nx.node_link_graph(json.loads(path.read_bytes()), edges="edges")

    assert nx.utils.graphs_equal(back, graph)


def test_csv_holds_every_name(nasty: str, tmp_path: Path) -> None:
    # A reader of Python's takes 131,072 characters as long as nobody says more.
    csv.field_size_limit(2_000_000)
    name = nasty.replace("\ud800", "")
    folder = export(graph_of(name), "csv", tmp_path)

    nodes, edges = (
        list(csv.DictReader(io.StringIO((folder / table).read_bytes().decode(), newline="")))
        for table in ("nodes.csv", "edges.csv")
    )

    assert name in {row["name"] for row in nodes}
    ids = {row["id"] for row in nodes}
    assert all({row["head"], row["tail"]} <= ids for row in edges)
    assert [row["qualifiers"] for row in edges] == ['{"when": ["2020"]}', "{}"]


@pytest.mark.parametrize(("format_", "parser"), [("turtle", "turtle"), ("jsonld", "json-ld")])
def test_rdf_holds_every_name(nasty: str, format_: str, parser: str, tmp_path: Path) -> None:
    name = nasty.replace("\ud800", "")
    path = export(graph_of(name, type_=name[:50]), format_, tmp_path)

    rdf = Graph().parse(path, format=parser)

    assert Literal(name) in set(rdf.objects(None, RDFS.label))


@pytest.mark.parametrize("format_", ["turtle", "jsonld", "trig", "csv"])
@pytest.mark.parametrize("type_", ["person", "half \ud800"])
def test_what_no_text_can_hold_is_refused_by_name_and_nothing_is_written(
    format_: str, type_: str, tmp_path: Path
) -> None:
    graph = graph_of("Ann" if "half" in type_ else "lone \ud800 surrogate", type_=type_)

    with pytest.raises(ConfigError, match=r"(lone|half) \\ud800.* write json, graphml"):
        export(graph, format_, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_turtle_and_jsonld_say_the_same_without_blank_nodes(
    graph: KnowledgeGraph, tmp_path: Path
) -> None:
    turtle = Graph().parse(export(graph, "turtle", tmp_path), format="turtle")
    jsonld = Graph().parse(export(graph, "jsonld", tmp_path), format="json-ld")

    assert set(turtle) == set(jsonld)
    assert not any(isinstance(term, BNode) for triple in turtle for term in triple)


def test_rdf_statements_quote_the_document_that_states_them(
    graph: KnowledgeGraph, tmp_path: Path
) -> None:
    rdf = Graph().parse(export(graph, "turtle", tmp_path), format="turtle")

    (statement,) = rdf.subjects(RDF.predicate, TYPE.knows)
    subject, object_ = rdf.value(statement, RDF.subject), rdf.value(statement, RDF.object)
    (evidence,) = rdf.objects(statement, PROV.wasDerivedFrom)
    document = rdf.value(evidence, PROV.wasQuotedFrom)
    assert (subject, TYPE.knows, object_) in rdf
    assert rdf.value(evidence, QG.quote) == Literal("Ann Lee|Bo|hired|2020")
    assert (rdf.value(evidence, QG.start), rdf.value(evidence, QG.end)) == (
        Literal(0),
        Literal(21),
    )
    assert rdf.value(document, RDFS.label) == Literal("d é#1")


def test_graphml_holds_what_xml_can_of_every_name_and_beside_it_all(
    nasty: str, tmp_path: Path
) -> None:
    path = export(graph_of(nasty), "graphml", tmp_path)

    back = nx.read_graphml(path)

    illegal = "\0\a\x1f\ud800\ufffe\uffff"
    expected = nasty.translate(dict.fromkeys(map(ord, illegal), "\ufffd"))
    found = [data for _, data in back.nodes(data=True)]
    assert expected in {data["name"] for data in found}
    assert nasty in {
        json.loads(data.get("exact", "{}")).get("name", data["name"]) for data in found
    }


def test_graphml_keeps_parallel_edges_and_evidence(graph: KnowledgeGraph, tmp_path: Path) -> None:
    path = export(graph, "graphml", tmp_path)

    back = nx.read_graphml(path, force_multigraph=True)

    assert set(back.edges(keys=True)) == set(graph.edges(keys=True))
    for edge, data in back.edges.items():
        assert json.loads(data["support"]) == graph.edges[edge]["support"]


@given(name=st.text(min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_any_name_can_be_written_and_read(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("exports")
    graph = graph_of(name)

    for format_ in exporters:
        export(graph, format_, folder)

    nx.read_graphml(folder / "graph.graphml")
    turtle = Graph().parse(folder / "graph.ttl", format="turtle")
    assert set(turtle) == set(Graph().parse(folder / "graph.jsonld", format="json-ld"))
