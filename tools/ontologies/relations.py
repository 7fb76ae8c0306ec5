"""Properties → relation types."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rdflib import OWL, RDF, URIRef

from questgraph.tools.ontologies.names import exact_name, slug
from questgraph.tools.ontologies.ontology import Ontology, iri_of, outranked, sources, union
from questgraph.tools.ontologies.signatures import Signature
from questgraph.tools.ontologies.vocabulary import LABELS, first_texts, local_name
from questgraph.tools.schema import RelationType

_TEXTS = "properties whose values are texts or numbers, left out"


def find_relations(ontology: Ontology) -> dict[URIRef, list[Signature]]:
    """Return the properties that join entities, with what is said of each, in order."""
    said: defaultdict[URIRef, list[Signature]] = defaultdict(list)
    for signature in ontology.signatures:
        if not outranked(said[signature.property], signature):
            said[signature.property].append(signature)
    found = {}
    for p in sorted(said, key=lambda p: (ontology.order([p, *sources(said[p])]), p)):
        some = [s for s in said[p] if not s.heads or ontology.things(s.heads)]
        joining = [s for s in some if not s.literal and _joins(ontology, s)]
        if any(s.literal for s in some) and not joining:
            ontology.notes.add(_TEXTS, local_name(p))
        if joining:
            found[p] = sorted(joining, key=lambda s: (s.heads, s.tails))
    return found


def relation(
    ontology: Ontology, p: URIRef, signatures: Sequence[Signature], called: Mapping[URIRef, str]
) -> RelationType:
    """Return the relation type of property `p`, with the names of classes as they are `called`."""
    heads, tails = union(s.heads for s in signatures), union(s.tails for s in signatures)
    if len(heads) > 1 and len({s.tails for s in signatures}) > 1:
        ontology.notes.add("ends that depend on each other, told as any with any", local_name(p))
    terms = [p, *sources(signatures)]
    return RelationType(
        name=called[p],
        head=ontology.names(ontology.ends.heads.get(p) or heads, called),
        tail=ontology.names(ontology.ends.tails.get(p) or tails, called),
        functional=_functional(ontology, p, signatures),
        at_most=_at_most(ontology, p, signatures),
        asymmetric=(p, RDF.type, OWL.AsymmetricProperty) in ontology.graph,
        symmetric=(p, RDF.type, OWL.SymmetricProperty) in ontology.graph,
        inverse=_inverse(ontology, p, called),
        iri=iri_of(p, called[p]),
        guideline=ontology.guideline(terms),
        examples=ontology.examples(terms, called[p]),
    )


def _joins(ontology: Ontology, signature: Signature) -> bool:
    """Say whether a property may end at an entity: relations do not end at what happens."""
    if not signature.tails or ontology.things(signature.tails):
        return True
    happening = not ontology.classes.events.isdisjoint(signature.tails)
    reason = "relations to events, left out" if happening else _TEXTS
    ontology.notes.add(reason, local_name(signature.property))
    return False


def _functional(ontology: Ontology, p: URIRef, signatures: Sequence[Signature]) -> bool:
    graph, notes = ontology.graph, ontology.notes
    said = (p, RDF.type, OWL.FunctionalProperty) in graph
    inverses = _inverses(ontology, p)
    said |= any((q, RDF.type, OWL.InverseFunctionalProperty) in graph for q in inverses)
    single = [s.most == 1 for s in signatures]
    if any(single) and not all(single) and not said:
        notes.add("sh:maxCount 1 for some subjects only, left out", local_name(p))
    if (p, RDF.type, OWL.InverseFunctionalProperty) in graph and not inverses:
        notes.add("inverse functional properties, told as plain ones", local_name(p))
    return said or all(single)


def _at_most(ontology: Ontology, p: URIRef, signatures: Sequence[Signature]) -> int:
    """Return how many values all shapes allow; 0 for any number, and for one, which has a word."""
    most = max(s.most for s in signatures)
    if all(s.most for s in signatures):
        return most if most > 1 else 0
    if most > 1:
        ontology.notes.add("sh:maxCount for some subjects only, left out", local_name(p))
    return 0


def _inverse(ontology: Ontology, p: URIRef, called: Mapping[URIRef, str]) -> str:
    """Return what the inverse of `p` is called; it need not be described itself."""
    for q in _inverses(ontology, p):
        words = first_texts(ontology.graph, q, LABELS) or [local_name(q)]
        return called.get(q) or exact_name(ontology.graph, [q]) or slug(words[0])
    return ""


def _inverses(ontology: Ontology, p: URIRef) -> list[URIRef]:
    graph = ontology.graph
    both = {*graph.objects(p, OWL.inverseOf), *graph.subjects(OWL.inverseOf, p)}
    return sorted(q for q in both if isinstance(q, URIRef))
