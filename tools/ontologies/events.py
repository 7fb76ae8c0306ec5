"""Classes of what happens → event types, their properties the roles."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rdflib import URIRef

from questgraph.tools.ontologies.names import Names
from questgraph.tools.ontologies.ontology import Ontology, iri_of, outranked, sources, union
from questgraph.tools.ontologies.signatures import Signature
from questgraph.tools.records import TRIGGER
from questgraph.tools.schema import EventType, Role


def event(ontology: Ontology, c: URIRef, called: Mapping[URIRef, str]) -> EventType:
    """Return the event type of class `c`, with the roles of wider classes."""
    lineage = ontology.classes.lineage(c)
    if len(lineage) > 1:
        ontology.notes.add("wider event types, of which the roles are kept", called[c])
    said: defaultdict[URIRef, list[Signature]] = defaultdict(list)
    for signature in ontology.signatures:
        about = not set(lineage).isdisjoint(signature.heads)
        if about and not outranked(said[signature.property], signature):
            said[signature.property].append(signature)
    names = Names()
    ordered = sorted(said, key=lambda p: (ontology.order([*sources(said[p]), p]), p))
    return EventType(
        name=called[c],
        iri=iri_of(c, called[c]),
        guideline=ontology.guideline([c]),
        examples=ontology.examples([c], called[c]),
        roles=tuple(_role(ontology, p, said[p], names, called) for p in ordered),
    )


def _role(
    ontology: Ontology,
    p: URIRef,
    signatures: Sequence[Signature],
    names: Names,
    called: Mapping[URIRef, str],
) -> Role:
    # Events share properties: what a shape says is nearer than what the property does.
    terms = [*sources(signatures), p]
    name = names.give(ontology.graph, p, "role", terms)
    return Role(
        # What tells of an event is none of its roles.
        name=f"{name}_role" if name == TRIGGER else name,
        types=ontology.names(union(s.tails for s in signatures), called),
        many=not all(s.most == 1 for s in signatures),
        guideline=ontology.guideline(terms),
    )
