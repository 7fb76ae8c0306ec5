"""Where material comes from: tables of triples, labelled sets, banks, runs; and their schema."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from questgraph.agents.banks import from_results
from questgraph.agents.extraction import RUN_FILE, Extraction
from questgraph.agents.synthesis.pinning import UNTYPED
from questgraph.retrieval.bank import PASSAGES
from questgraph.retrieval.mapping import Aliases, fit
from questgraph.tools.codecs.parsing import by_folded, fold
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled, read_labelled
from questgraph.tools.records import HEAD, TAIL
from questgraph.tools.schema import EntityType, RelationType, Schema
from questgraph.tools.schema_sources import general, load_schema

COLUMNS = ("head", "relation", "tail")
"""Columns of a table of triples; `head_type` and `tail_type` may stand beside them."""

SCHEMA, META = "schema.yaml", "meta.json"


class Triple(NamedTuple):
    """An edge of a knowledge graph, in words."""

    head: str
    relation: str
    tail: str
    head_type: str = ""
    tail_type: str = ""

    @property
    def types(self) -> tuple[str, str]:
        """Types of the two ends; empty where nothing says which."""
        return self.head_type, self.tail_type


@dataclass(frozen=True, slots=True)
class Source:
    """A CSV table of triples, a labelled set, a bank or a run folder."""

    path: Path

    def schema(self) -> Schema:
        """Return the schema that the source brings along, or the general one.

        Raises:
            ConfigError: When the source is not there or wrong.
        """
        folder = self.path if self.path.is_dir() else self.path.parent
        if self._table:
            return _schema_of(self._rows(), self.path.stem)
        if (self.path / RUN_FILE).is_file():
            return Extraction.open(self.path).schema
        described = (folder / name for name in (SCHEMA, META))
        return next((load_schema(file) for file in described if file.is_file()), general())

    def passages(self, schema: Schema) -> list[Labelled]:
        """Return the labelled passages in the words of `schema`.

        Raises:
            ConfigError: When there is none that fits.
        """
        if self._table:
            raise ConfigError(f"{self.path} holds triples and no passages: give a labelled set")
        if (self.path / RUN_FILE).is_file():
            passages: Iterable[Labelled] = from_results(Extraction.open(self.path).results)
        else:
            bank = self.path / PASSAGES
            passages = read_labelled(bank if bank.is_file() else self.path)
        if fitting := fit(passages, schema, Aliases()):
            return fitting
        raise ConfigError(f"{self.path}: no passage is labelled with types of {schema.name}")

    def triples(self, schema: Schema) -> list[Triple]:
        """Return the triples whose relation is in `schema`, each once, types filled in.

        Raises:
            ConfigError: When there is none.
        """
        rows = self._rows() if self._table else _triples_of(self.passages(schema))
        known = by_folded(type_.name for type_ in schema.relations)
        kept: dict[tuple[str, str, str], Triple] = {}
        for row in rows:
            if fold(row.relation) in known and row.head != row.tail:
                triple = _typed(row._replace(relation=known[fold(row.relation)]), schema)
                # The one of two that says more.
                kept[triple[:3]] = max(kept.get(triple[:3], triple), triple, key=_knowledge)
        if kept:
            return list(kept.values())
        raise ConfigError(f"{self.path}: there is no triple with a relation of {schema.name}")

    @property
    def _table(self) -> bool:
        return self.path.suffix.lower() == ".csv"

    def _rows(self) -> Iterator[Triple]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                table = csv.DictReader(file)
                if missing := set(COLUMNS) - set(table.fieldnames or ()):
                    raise ConfigError(
                        f"{self.path}: there is no column {', '.join(sorted(missing))}:"
                        f" write a first line {','.join(COLUMNS)}"
                    )
                rows = [{k: (row.get(k) or "").strip() for k in Triple._fields} for row in table]
        except OSError as error:
            raise ConfigError(f"{self.path}: no triples there: {error.strerror}") from error
        yield from (Triple(**row) for row in rows if all(row[column] for column in COLUMNS))


def _triples_of(passages: Iterable[Labelled]) -> Iterator[Triple]:
    """Yield what passages say as relations between entities, or in words alone."""
    for passage in passages:
        for claim in passage.claims:
            if claim.kind == "relation":
                (head,), (tail,) = claim.fillers(HEAD), claim.fillers(TAIL)
                yield Triple(head.text, claim.type, tail.text, head.type, tail.type)
        yield from (Triple(*triple) for triple in passage.triples)


def _typed(triple: Triple, schema: Schema) -> Triple:
    """Return the triple with the types that its relation implies, and none that is unknown."""
    relation = schema[triple.relation]
    assert isinstance(relation, RelationType), "it was looked up among them"
    ends = zip(triple.types, (relation.head, relation.tail), strict=True)
    head, tail = (
        said if said in schema else wanted[0] if len(wanted) == 1 else "" for said, wanted in ends
    )
    return triple._replace(head_type=head, tail_type=tail)


def _knowledge(triple: Triple) -> int:
    return sum(map(bool, triple.types))


def _schema_of(rows: Iterable[Triple], name: str) -> Schema:
    """Return a schema of the names that a table uses."""
    rows = list(rows)
    types = dict.fromkeys(type_ or UNTYPED for row in rows for type_ in row.types)
    relations = dict.fromkeys(row.relation for row in rows)
    return Schema(
        name=name,
        entities=tuple(EntityType(name=type_) for type_ in types),
        relations=tuple(RelationType(name=relation) for relation in relations),
    )
