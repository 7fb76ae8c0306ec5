"""An ontology → a schema, with a list of what a schema has no place for.

Classes and SKOS concepts become entity types, below `qg:Event` event types; properties become
relations, those of events roles. `docs/schema.md` has the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from rdflib import OWL, RDF, Graph, URIRef

from questgraph.tools.errors import SchemaError
from questgraph.tools.ontologies.axioms import axioms
from questgraph.tools.ontologies.events import event
from questgraph.tools.ontologies.loading import parse
from questgraph.tools.ontologies.names import Names, exact_name
from questgraph.tools.ontologies.notes import Notes
from questgraph.tools.ontologies.ontology import Ontology, iri_of, sources
from questgraph.tools.ontologies.relations import find_relations, relation
from questgraph.tools.ontologies.vocabulary import NAME, local_name
from questgraph.tools.schema import EntityType, Schema


@dataclass(frozen=True, slots=True)
class Imported:
    """A schema out of an ontology."""

    schema: Schema
    notes: tuple[str, ...]
    """What the ontology says and the schema does not, a line for each kind of thing."""


def read_ontology(data: bytes, place: str) -> Imported:
    """Return the schema that a file in RDF describes.

    Args:
        data: The file.
        place: Its name: the ending says how it is written, errors begin with it.

    Raises:
        SchemaError: When it cannot be read, or there is no class, concept or property in it.
    """
    graph = parse(data, place)
    try:
        return schema_from_rdf(graph, PurePath(place).stem)
    except RecursionError as error:
        raise SchemaError(place, "it is nested too deep, or a list holds itself") from error
    except SchemaError as error:
        raise SchemaError(f"{place}: {error.place}", error.problem) from error


def schema_from_rdf(graph: Graph, name: str) -> Imported:
    """Return the schema that `graph` describes, called `name` unless it says otherwise.

    Raises:
        SchemaError: When there is no class, concept or property in it.
    """
    notes = Notes()
    schema = _schema(Ontology.of(graph, notes), name)
    for reason, node in axioms(graph):
        if isinstance(node, URIRef):
            notes.add(reason, local_name(node))
    return Imported(schema, notes.lines())


def _schema(ontology: Ontology, name: str) -> Schema:
    graph, classes = ontology.graph, ontology.classes
    things = ontology.in_order(classes.all - classes.events)
    events = ontology.in_order(classes.events)
    relations = find_relations(ontology)
    names = Names(str(exact) for exact in graph.objects(None, NAME))
    called = {c: names.give(graph, c, "entity") for c in things}
    called |= {c: names.give(graph, c, "event") for c in events}
    called |= {
        p: names.give(graph, p, "relation", [p, *sources(some)]) for p, some in relations.items()
    }
    own = sorted(graph.subjects(RDF.type, OWL.Ontology), key=str)
    return Schema(
        name=exact_name(graph, own) or name,
        entities=tuple(_entity(ontology, c, called) for c in things),
        relations=tuple(relation(ontology, p, some, called) for p, some in relations.items()),
        events=tuple(event(ontology, c, called) for c in events),
    )


def _entity(ontology: Ontology, c: URIRef, called: Mapping[URIRef, str]) -> EntityType:
    parent = ontology.classes.parents.get(c)
    return EntityType(
        name=called[c],
        is_a=called[parent] if parent else "",
        iri=iri_of(c, called[c]),
        guideline=ontology.guideline([c]),
        examples=ontology.examples([c], called[c]),
    )
