"""A file → an RDF graph, in any form that rdflib reads; nothing is fetched from elsewhere."""

import json
import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import PurePath
from typing import Any
from urllib.parse import quote
from xml.parsers.expat import ExpatError, ParserCreate

from rdflib import Dataset, Graph

from questgraph.tools.errors import SchemaError

FORMATS = {
    ".ttl": "turtle",
    ".rdf": "xml",
    ".owl": "xml",
    ".xml": "xml",
    ".jsonld": "json-ld",
    ".nt": "nt",
    ".trig": "trig",
}
"""How files are read, by the ending of their names."""

LONGEST_ENTITY = 1000
"""Characters that an entity of XML may stand for; they are used for the beginnings of IRIs."""

_NAMED_GRAPHS = ("json-ld", "trig")

_XML = re.compile(rb"\s*<(\?xml|!DOCTYPE|!--|rdf:RDF|RDF|Ontology)\b")
_OTHER_SYNTAX = re.compile(rb"\s*(Prefix\s*\(|Ontology\s*\(|Prefix:\s|Ontology:\s)")
_OWL_XML = re.compile(rb"<(\w+:)?Ontology\s[^>]*xmlns(:\w+)?=\"http://www.w3.org/2002/07/owl#\"")


def parse(data: bytes, place: str) -> Graph:
    """Return the triples of an ontology, those of named graphs among them.

    Args:
        data: The file.
        place: Its name: the ending says how it is written, errors begin with it.

    Raises:
        SchemaError: When it cannot be read, or is written in terms that stand elsewhere.
    """
    format_ = _format(data, place)
    if format_ == "json-ld":
        _check_contexts(data, place)
    if format_ == "xml":
        _check_entities(data, place)
    # Relative IRIs must not depend on the folder that a file lies in.
    base = f"https://ontology.invalid/{quote(PurePath(place).name)}"
    try:
        return _triples(data, format_, base)
    # Each of rdflib's readers raises what the library below it does.
    except Exception as error:
        what = " ".join(str(error).split())[:300] or type(error).__name__
        raise SchemaError(place, f"this is not {format_}: {what}") from error


def _triples(data: bytes, format_: str, base: str) -> Graph:
    graph = Graph()
    if format_ not in _NAMED_GRAPHS:
        return graph.parse(BytesIO(data), format=format_, publicID=base)
    dataset = Dataset(default_union=True)
    with warnings.catch_warnings():
        # rdflib's own readers use what rdflib deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        dataset.parse(BytesIO(data), format=format_, publicID=base)
        for triple in dataset.triples((None, None, None)):
            graph.add(triple)
    return graph


def _format(data: bytes, place: str) -> str:
    """Return how a file is written: `.owl` and `.xml` are used for more than one form."""
    format_ = FORMATS[PurePath(place).suffix.casefold()]
    if format_ != "xml":
        return format_
    start = data.removeprefix(b"\xef\xbb\xbf")[:2000]
    if _OTHER_SYNTAX.match(start) or _OWL_XML.search(start):
        raise SchemaError(
            place, "this is OWL, but not as RDF: save it as RDF/XML or Turtle (Protégé does)"
        )
    is_text = b"\0" not in start[:4]
    return "turtle" if is_text and not _XML.match(start) else format_


def _check_entities(data: bytes, place: str) -> None:
    """Raise `SchemaError` when entities of XML are made of entities, or stand elsewhere.

    A few lines of those that are made of each other can spell more than memory holds.
    """

    def declared(name: str, parameter: bool, value: str | None, *_: str | None) -> None:
        if parameter or value is None or "&" in value or len(value) > LONGEST_ENTITY:
            raise SchemaError(place, f"the entity {name!r} is no plain text: write it out")

    parser = ParserCreate()
    parser.EntityDeclHandler = declared
    # Whatever else is wrong with it, rdflib says.
    with suppress(ExpatError):
        parser.Parse(data, True)


def _check_contexts(data: bytes, place: str) -> None:
    """Raise `SchemaError` when JSON-LD refers to a context that would have to be fetched."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SchemaError(place, f"this is not JSON: {error}") from error
    for context in _contexts(value):
        raise SchemaError(
            place,
            f"its terms stand in {context!r}, and nothing is fetched from elsewhere: write the"
            " context into the file",
        )


def _contexts(value: Any) -> Iterator[str]:
    """Yield the addresses of contexts."""
    rest = [value]
    while rest:
        match rest.pop():
            case dict() as members:
                for key, member in members.items():
                    if key in ("@context", "@import"):
                        some = member if isinstance(member, list) else [member]
                        yield from (each for each in some if isinstance(each, str))
                rest += members.values()
            case list() as items:
                rest += items
