"""Labelled passages: what demonstrations show and evaluations compare with.

Gold labels are `Claim`s, so gold and predictions compare directly. On disk a passage is a line
of JSON: `id`, `text`, `entities` (text, type, start, end), `relations` (head and tail as indices
into the entities, type) and `events` (type, trigger or null, arguments with role, text, start,
end). `clusters` (lists of indices into the entities), `triples` (three strings), `facts`
(sentences), `ontology` (the part of the schema that was labelled), `rejected` (entities, relations
and events that were said of the passage and are wrong) and `notes` may stand beside them. Other
keys are left alone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from questgraph.tools.errors import ConfigError
from questgraph.tools.records import (
    HEAD,
    MENTION,
    TAIL,
    TRIGGER,
    Argument,
    Chunk,
    Claim,
    Frame,
    Kind,
    Mention,
    Span,
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A passage and everything that it says, as claims with spans into its text."""

    id: str
    text: str
    claims: tuple[Claim, ...] = ()

    clusters: tuple[tuple[Span, ...], ...] = field(kw_only=True, default=())
    """Mentions that name the same entity, where that is labelled; others stand for themselves."""

    triples: tuple[tuple[str, str, str], ...] = field(kw_only=True, default=())
    """(head, relation, tail) in words, where not every end is found in the text."""

    facts: tuple[str, ...] = field(kw_only=True, default=())
    """Statements that a graph of the passage should hold, in words."""

    part: str = field(kw_only=True, default="")
    """Name of the part of the schema that was labelled; empty for all of it."""

    rejected: tuple[Claim, ...] = field(kw_only=True, default=())
    """What was said of the passage and is wrong: contrastive demonstrations show it."""

    notes: Mapping[str, str] = field(
        kw_only=True, default_factory=lambda: MappingProxyType({}), hash=False
    )
    """What was learned from the passage, in words, under the name of what was learned."""

    def frames(self, *kinds: Kind) -> tuple[Frame, ...]:
        """Return the claims as a model would say them, each once, in the order of the text."""
        return frames_of(claim for claim in self.claims if not kinds or claim.kind in kinds)

    def to_json(self) -> dict[str, object]:
        """Return the passage as the record that a line of a labelled file holds."""
        record: dict[str, object] = {"id": self.id, "text": self.text, **_labels(self.claims)}
        places = [c.arguments[0].mention.span for c in self.claims if c.kind == "entity"]
        further: dict[str, object] = {
            "clusters": [[places.index(span) for span in spans] for spans in self.clusters],
            "triples": [list(triple) for triple in self.triples],
            "facts": list(self.facts),
            "ontology": self.part,
            "rejected": _labels(self.rejected) if self.rejected else None,
            "notes": dict(self.notes),
        }
        return record | {key: value for key, value in further.items() if value}


def frames_of(claims: Iterable[Claim]) -> tuple[Frame, ...]:
    """Return grounded claims as a model would say them, each once, in the order of the text."""
    return tuple(dict.fromkeys(map(_frame, sorted(claims, key=_position))))


def read_labelled(path: Path) -> Iterator[Labelled]:
    """Yield the passages of a JSONL file, or of `train.jsonl` in a folder.

    Raises:
        ConfigError: When there is no such file, or a record is wrong; names file and line.
    """
    file = path / "train.jsonl" if path.is_dir() else path
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise ConfigError(f"{file}: no labelled passages there: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield labelled(json.loads(line))
            except (ValueError, KeyError, TypeError, IndexError) as error:
                raise ConfigError(f"{file}:{number}: {_explain(error)}") from error


def write_labelled(path: Path, passages: Iterable[Labelled]) -> None:
    """Write passages as JSONL."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for passage in passages:
            file.write(json.dumps(passage.to_json(), ensure_ascii=False) + "\n")


def labelled(record: Mapping[str, Any]) -> Labelled:
    """Return the passage that a record describes.

    Raises:
        ValueError: When an offset does not fit its text.
        KeyError: When a field is missing.
    """
    id_, text = str(record["id"]), record["text"]
    entities = record.get("entities", ())
    return Labelled(
        id_,
        text,
        _claims(record, id_, text),
        clusters=tuple(
            tuple(Span(entities[i]["start"], entities[i]["end"]) for i in cluster)
            for cluster in record.get("clusters") or ()
        ),
        triples=tuple(map(_triple, record.get("triples") or ())),
        facts=tuple(map(str, record.get("facts") or ())),
        part=str(record.get("ontology") or ""),
        rejected=_claims(record.get("rejected") or {}, id_, text),
        notes=MappingProxyType(dict(record.get("notes") or {})),
    )


def labelled_from(chunk: Chunk, claims: Iterable[Claim]) -> Labelled:
    """Return a passage labelled with those of its claims that were admitted to the graph.

    Mentions are in the words of the passage, which a model may have spelled otherwise; a relation
    whose ends nobody claimed as entities gets them claimed.
    """
    id_ = chunk.id
    kept = [_labelling(claim, chunk, id_) for claim in claims if claim.admitted]
    known = {_place(claim.arguments[0].mention) for claim in kept if claim.kind == "entity"}
    for claim in [claim for claim in kept if claim.kind == "relation"]:
        for _, mention in claim.arguments[:2]:
            if _place(mention) not in known:
                known.add(_place(mention))
                only = (Argument(MENTION, mention),)
                kept.append(
                    Claim("entity", mention.type or "thing", only, document_id=id_, unit_id="")
                )
    return Labelled(id_, chunk.text, tuple(kept))


def _claims(record: Mapping[str, Any], id_: str, text: str) -> tuple[Claim, ...]:
    """Return the entities, relations and events of a record."""
    entities = [_mention(item, text, item["type"]) for item in record.get("entities", ())]

    def claim(kind: Kind, type_: str, arguments: Sequence[Argument]) -> Claim:
        return Claim(kind, type_, tuple(arguments), document_id=id_, unit_id="")

    claims = [claim("entity", mention.type, [Argument(MENTION, mention)]) for mention in entities]
    for item in record.get("relations", ()):
        ends = [Argument(HEAD, entities[item["head"]]), Argument(TAIL, entities[item["tail"]])]
        claims.append(claim("relation", item["type"], ends))
    for item in record.get("events", ()):
        trigger = item.get("trigger")
        arguments = [Argument(TRIGGER, _mention(trigger, text))] if trigger else []
        arguments += [Argument(a["role"], _mention(a, text)) for a in item.get("arguments", ())]
        claims.append(claim("event", item["type"], arguments))
    return tuple(claims)


def _labels(claims: Iterable[Claim]) -> dict[str, object]:
    """Return claims as a record holds them."""
    ordered = list(claims)
    entities = [claim for claim in ordered if claim.kind == "entity"]
    places = {_place(claim.arguments[0].mention): i for i, claim in enumerate(entities)}
    return {
        "entities": [
            {"text": a.mention.text, "type": claim.type, **_offsets(a.mention)}
            for claim in entities
            for a in claim.arguments
        ],
        "relations": [
            {
                "head": places[_place(claim.fillers(HEAD)[0])],
                "tail": places[_place(claim.fillers(TAIL)[0])],
                "type": claim.type,
            }
            for claim in ordered
            if claim.kind == "relation"
        ],
        "events": [_event(claim) for claim in ordered if claim.kind == "event"],
    }


def _triple(item: Sequence[str]) -> tuple[str, str, str]:
    head, relation, tail = item
    return head, relation, tail


def _mention(item: Mapping[str, Any], text: str, type_: str = "") -> Mention:
    span = Span(item["start"], item["end"])
    if text[slice(*span)] != item["text"]:
        found = text[slice(*span)]
        raise ValueError(
            f"characters {span.start} to {span.end} are {found!r}, not {item['text']!r}"
        )
    return Mention(item["text"], type=type_, span=span, level="exact")


def _labelling(claim: Claim, chunk: Chunk, document_id: str) -> Claim:
    """Return a claim as a label of the passage `chunk`."""
    arguments = tuple(
        Argument(role, _in_words_of(chunk, mention)) for role, mention in claim.arguments
    )
    return Claim(claim.kind, claim.type, arguments, document_id=document_id, unit_id="")


def _in_words_of(chunk: Chunk, mention: Mention) -> Mention:
    if mention.span is None:
        return mention
    span = mention.span.shift(-chunk.span.start)
    return replace(mention, text=chunk.text[slice(*span)], span=span, level="exact")


def _frame(claim: Claim) -> Frame:
    fillers = dict.fromkeys((role, mention.text) for role, mention in claim.arguments)
    return Frame(claim.kind, claim.type, tuple(fillers))


def _event(claim: Claim) -> dict[str, object]:
    parts = [
        {"role": role, "text": mention.text, **_offsets(mention)}
        for role, mention in claim.arguments
        if role != TRIGGER
    ]
    triggers = [{"text": m.text, **_offsets(m)} for m in claim.fillers(TRIGGER)]
    return {
        "type": claim.type,
        "trigger": triggers[0] if triggers else None,
        "arguments": parts,
    }


def _position(claim: Claim) -> int:
    return min((m.span.start for _, m in claim.arguments if m.span), default=0)


def _place(mention: Mention) -> Span | None:
    return mention.span


def _offsets(mention: Mention) -> dict[str, int]:
    span = mention.span or Span(0, 0)
    return {"start": span.start, "end": span.end}


def _explain(error: Exception) -> str:
    match error:
        case KeyError():
            return f"the record has no {error}"
        case json.JSONDecodeError():
            return f"this is not JSON: {error}"
        case IndexError():
            return "a relation names an entity that is not there"
        case _:
            return str(error)
