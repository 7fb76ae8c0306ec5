"""Labelled sets to evaluate on: what is asked of each passage, and what is right."""

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled, read_labelled
from questgraph.tools.records import KINDS, Claim, Kind
from questgraph.tools.schema import Schema
from questgraph.tools.schema_sources import general, load_schema
from questgraph.tools.sets import read_set, schema_of

META = "meta.json"

ANY = "entity"
"""What a set without types calls everything that stands in a relation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Labelled passages and the types that were looked for in them."""

    name: str
    schema: Schema
    passages: tuple[Labelled, ...]

    parts: Mapping[str, Schema] = field(default_factory=dict)
    """The part of the schema that some passages were labelled with, by its name."""

    pair_given: bool = False
    """Whether the pair is given and only its relation is asked."""

    level: str = "mention"
    """What stands in a relation: a `mention`, any mention of its `cluster`, or a `string`."""

    @property
    def symmetric(self) -> frozenset[str]:
        """Relations that are the same from both ends."""
        return frozenset(type_.name for type_ in self.schema.relations if type_.symmetric)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What is labelled."""
        found = {claim.kind for passage in self.passages for claim in passage.claims}
        kinds: tuple[Kind, ...] = ("entity", "relation", "event")
        return tuple(kind for kind in kinds if kind in found)

    def by_part(self) -> Iterator[tuple[Schema, tuple[Labelled, ...]]]:
        """Yield each part of the schema with the passages that are asked about it."""
        names = dict.fromkeys(passage.part for passage in self.passages)
        for name in names:
            some = tuple(passage for passage in self.passages if passage.part == name)
            yield self.parts.get(name, self.schema), some

    def given(self, passage: Labelled, *, entities: bool) -> tuple[Claim, ...]:
        """Return what is known of a passage before anything is asked.

        Args:
            passage: One of ours.
            entities: Whether its labelled entities are given.
        """
        known = [c for c in passage.claims if c.kind == "entity" and (entities or self.pair_given)]
        pairs = [c for c in passage.claims if c.kind == "relation" and self.pair_given]
        return (*known, *(replace(pair, type="") for pair in pairs))


def load_dataset(
    path: Path | str, *, split: str = "dev", limit: int | None = None, seed: int = 0
) -> Dataset:
    """Return the split of a labelled set.

    Args:
        path: A folder with `meta.json` and a file for each split, or any file that
            `tools.sets.read_set` knows.
        split: The file to take from a folder.
        limit: So many passages, drawn at random by `seed`, in their order; all when left out.
        seed: Of the draw.

    Raises:
        ConfigError: When there is no such split, or a record is wrong.
    """
    path = Path(path)
    file = path / f"{split}.jsonl" if path.is_dir() else path
    if path.is_dir() and not file.is_file():
        there = ", ".join(sorted(f.stem for f in path.glob("*.jsonl"))) or "none"
        raise ConfigError(f"{path} has no split {split!r}; there are: {there}")
    passages = list(read_labelled(file) if file.suffix == ".jsonl" else read_set(file))
    described = file.parent / META
    meta: dict[str, Any] = json.loads(described.read_text("utf-8")) if described.is_file() else {}
    schema = _schema(described, meta, passages)
    chosen = drawn(passages, limit, seed)
    pair_given = "re_pair_given" in str(meta.get("eval_mode", ""))
    if _untyped(schema) and not pair_given:
        schema = replace(schema, entities=())
        chosen = [_without_entities(passage) for passage in chosen]
    dataset = Dataset(
        name=str(meta.get("name") or path.stem),
        schema=schema,
        passages=tuple(chosen),
        parts={
            name: _part(schema, name, of) for name, of in (meta.get("ontologies") or {}).items()
        },
        pair_given=pair_given,
        level=str(meta.get("relation_level", "mention")),
    )
    return _renamed(dataset, meta.get("relation_names") or {})


def drawn(passages: Sequence[Labelled], limit: int | None, seed: int) -> list[Labelled]:
    """Return `limit` of `passages`, drawn by `seed`, in their order."""
    if limit is None or limit >= len(passages):
        return list(passages)
    chosen = random.Random(seed).sample(range(len(passages)), limit)
    return [passages[i] for i in sorted(chosen)]


def readable(passages: Iterable[Labelled], folder: Path) -> list[Labelled]:
    """Return passages with codes for relations in words, as `load_dataset` has them."""
    described = folder / META
    meta = json.loads(described.read_text("utf-8")) if described.is_file() else {}
    names = _identifiers(meta.get("relation_names") or {})
    return [_relabelled(passage, names) for passage in passages]


def _schema(described: Path, meta: Mapping[str, Any], passages: Sequence[Labelled]) -> Schema:
    """Return the types of a set; the general ones where facts in words are all that is labelled."""
    if not meta:
        return schema_of(passages)
    typed = any(meta.get(f"{kind}_types") for kind in KINDS)
    return load_schema(described) if typed or not any(p.facts for p in passages) else general()


def _untyped(schema: Schema) -> bool:
    """Say whether the entities of a set are only the ends of its relations, all of one type.

    Nobody needs to be asked for them: a relation names its ends.
    """
    return bool(schema.relations) and [type_.name for type_ in schema.entities] == [ANY]


def _without_entities(passage: Labelled) -> Labelled:
    claims = (claim for claim in passage.claims if claim.kind != "entity")
    return replace(passage, claims=tuple(claims))


def _part(schema: Schema, name: str, described: Mapping[str, Any]) -> Schema:
    labels = {relation["label"] for relation in described["relations"]}
    relations = tuple(type_ for type_ in schema.relations if type_.name in labels)
    return replace(schema, name=name, relations=relations) if relations else schema


def _identifiers(names: Mapping[str, str]) -> dict[str, str]:
    """Return for each code its name as one word."""
    return {code: re.sub(r"\W+", "_", name).strip("_") for code, name in names.items()}


def _renamed(dataset: Dataset, names: Mapping[str, str]) -> Dataset:
    """Put words in the place of codes such as P131, which no model can be asked about."""
    if not names:
        return dataset
    words = _identifiers(names)
    relations = tuple(
        replace(type_, name=words.get(type_.name, type_.name)) for type_ in dataset.schema.relations
    )
    return replace(
        dataset,
        schema=replace(dataset.schema, relations=relations),
        passages=tuple(_relabelled(passage, words) for passage in dataset.passages),
    )


def _relabelled(passage: Labelled, words: Mapping[str, str]) -> Labelled:
    claims = tuple(
        replace(claim, type=words.get(claim.type, claim.type))
        if claim.kind == "relation"
        else claim
        for claim in passage.claims
    )
    return replace(passage, claims=claims)
