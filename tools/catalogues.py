"""Lists of known things: what each is called, of which type, and under which id others know it.

A catalogue is a CSV file with the columns `name` and `type` and perhaps `id`, `aliases` (parted by
`|`) and `definition`; JSONL with these keys (`aliases` as a list); or RDF in any form that rdflib
reads, where labels of RDFS and SKOS are names and the ending of the class's IRI is the type.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from questgraph.tools.errors import ConfigError

RDF_FORMATS = {
    ".ttl": "turtle",
    ".nt": "nt",
    ".rdf": "xml",
    ".owl": "xml",
    ".jsonld": "json-ld",
    ".trig": "trig",
}


class Entry(NamedTuple):
    """What a catalogue knows of a name."""

    name: str
    type: str
    """In the words of the catalogue, which need not be those of the schema."""

    definition: str = ""
    id: str = ""
    """Under which others know it: an IRI, a key, or nothing."""

    aliases: tuple[str, ...] = ()


def read_entries(path: Path) -> list[Entry]:
    """Read the entries of a `.csv`, `.jsonl` or RDF file.

    Raises:
        ConfigError: When there is no such file, or an entry is wrong; names file and entry.
    """
    if path.suffix.lower() in RDF_FORMATS:
        return list(_described(path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: no catalogue there: {error}") from error
    records = _rows(text) if path.suffix.lower() == ".csv" else _lines(text)
    entries: list[Entry] = []
    try:
        entries.extend(map(_entry, records))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path}: entry {len(entries) + 1} is wrong: give each a `name` and a `type`,"
            " and perhaps an `id`, `aliases` and a `definition`"
        ) from error
    return entries


def _rows(text: str) -> Iterator[Mapping[str, object]]:
    for row in csv.DictReader(text.splitlines()):
        yield {**row, "aliases": str(row.get("aliases") or "").split("|")}


def _lines(text: str) -> Iterator[Mapping[str, object]]:
    yield from (json.loads(line) for line in text.split("\n") if line.strip())


def _entry(record: Mapping[str, object]) -> Entry:
    name, type_ = str(record["name"] or "").strip(), str(record["type"] or "").strip()
    if not name or not type_:
        raise ValueError
    aliases = record.get("aliases") or ()
    if isinstance(aliases, str) or not isinstance(aliases, Iterable):
        raise TypeError
    return Entry(
        name,
        type_,
        str(record.get("definition") or "").strip(),
        str(record.get("id") or "").strip(),
        tuple(alias for each in aliases if (alias := str(each).strip())),
    )


def _described(path: Path) -> Iterator[Entry]:
    """Yield what RDF gives a label and a class."""
    import rdflib
    from rdflib.namespace import RDF, RDFS, SKOS

    try:
        graph = rdflib.Graph().parse(path, format=RDF_FORMATS[path.suffix.lower()])
    except Exception as error:  # rdflib's parsers raise what they like
        raise ConfigError(f"{path}: no catalogue there: {error}") from error
    for subject in sorted(set(graph.subjects(RDF.type)), key=str):
        labels = [
            str(label).strip()
            for predicate in (SKOS.prefLabel, RDFS.label, SKOS.altLabel)
            for label in sorted(graph.objects(subject, predicate), key=str)
        ]
        names = list(dict.fromkeys(filter(None, labels)))
        types = sorted(_ending(str(type_)) for type_ in graph.objects(subject, RDF.type))
        told = sorted(map(str, graph.objects(subject, SKOS.definition)))
        if names:
            id_, told_first = str(subject), told[0] if told else ""
            yield Entry(names[0], types[0], told_first, id_, tuple(names[1:]))


def _ending(iri: str) -> str:
    """Return what an IRI ends in: `http://example.org/ns#Person` in `Person`."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
