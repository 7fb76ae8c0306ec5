"""TriG says which document states what."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from rdflib import RDF, Dataset, Graph, Literal, URIRef
from rdflib.namespace import RDFS

from questgraph.graphs.exports import export
from questgraph.graphs.exports.rdf import DOCUMENT, NODE
from questgraph.tools.ontologies.vocabulary import TYPE

from .graphs import graph_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_what_a_document_states_is_in_its_own_graph(tmp_path: Path) -> None:
    path = export(graph_of("Ann"), "trig", tmp_path)

    rdf = Dataset().parse(path, format="trig")

    stated = (URIRef(NODE["e:1"]), TYPE.knows, URIRef(NODE["e:2"]))
    assert stated in rdf.graph(DOCUMENT["a.txt"])
    assert stated not in rdf.graph(DOCUMENT["b.txt"])
    assert set(rdf.graph(DOCUMENT["b.txt"])) == {(URIRef(NODE["e:2"]), RDF.type, TYPE.person)}


def test_the_default_graph_is_that_of_turtle(tmp_path: Path) -> None:
    graph = graph_of("Ann")

    quads = parse(path=export(graph, "trig", tmp_path), format=RdfFormat.TRIG)

    default = {str(quad.triple) for quad in quads if not isinstance(quad.graph_name, NamedNode)}
    turtle = parse(path=export(graph, "turtle", tmp_path), format=RdfFormat.TURTLE)
    assert default == {str(quad.triple) for quad in turtle}


def test_every_name_is_there_and_two_readers_agree(nasty: str, tmp_path: Path) -> None:
    name = nasty.replace("\ud800", "")
    path = export(graph_of(name, type_=name[:50], relation=name[:50]), "trig", tmp_path)

    quads = list(parse(path=path, format=RdfFormat.TRIG))

    assert name in {quad.object.value for quad in quads if quad.predicate.value == str(RDFS.label)}
    rdf: Graph = Dataset(default_union=True).parse(path, format="trig")
    assert Literal(name) in set(rdf.objects(None, RDFS.label))
