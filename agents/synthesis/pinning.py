"""A text and what it was to say → a labelled passage, when every word of that stands in it."""

from collections.abc import Iterable, Mapping, Sequence

from questgraph.agents.synthesis.harvest import Dropped, Item
from questgraph.tools.grounding import locate
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import (
    HEAD,
    MENTION,
    TAIL,
    Argument,
    Claim,
    Frame,
    Level,
    Mention,
    Span,
)

UNTYPED = "thing"
"""Type of an entity of which nothing says what it is, as in banks made of runs."""

Places = Mapping[str, Sequence[Span]]


def pinned(
    id_: str, text: str, frames: Iterable[Frame], *, levels: Sequence[Level] = ("exact",)
) -> Item:
    """Return `text` labelled with `frames`, or dropped when a wording does not stand in it.

    An entity is labelled wherever the text names it; the parts of a relation or event where they
    stand closest to its first part. A wording inside a longer one that is labelled too (York in
    New York) does not count: labels are flat.

    Args:
        id_: Of the passage.
        text: What was written.
        frames: What it was to say; the ends of relations are among its entities.
        levels: How closely the text must have the wordings.
    """
    frames = tuple(dict.fromkeys(frames))
    wordings = [wording for frame in frames for _, wording in frame.fillers]
    places = _places(dict.fromkeys(wordings), text, levels)
    if missing := [repr(wording) for wording, spans in places.items() if not spans]:
        return Dropped(id_, "not verbatim", ", ".join(missing), text)
    types = {f.fillers[0][1]: f.type for f in frames if f.kind == "entity"}
    claims = [claim for frame in frames for claim in _claims(frame, places, types, id_, text)]
    return Labelled(id_, text, tuple(dict.fromkeys(claims)))


def with_ends(relation: Frame, types: tuple[str, str]) -> tuple[Frame, ...]:
    """Return a relation and its ends as entities of `types`; empty types are unknown."""
    wordings = [wording for _, wording in relation.fillers[:2]]
    return (
        *(
            entity(wording, type_ or UNTYPED)
            for wording, type_ in zip(wordings, types, strict=True)
        ),
        relation,
    )


def entity(wording: str, type_: str) -> Frame:
    """Return the frame that says that `wording` names something of `type_`."""
    return Frame("entity", type_, ((MENTION, wording),))


def relation(head: str, type_: str, tail: str) -> Frame:
    """Return the frame of a triple."""
    return Frame("relation", type_, ((HEAD, head), (TAIL, tail)))


def _places(wordings: Iterable[str], text: str, levels: Sequence[Level]) -> Places:
    found = {
        wording: [match.span for match in locate(wording, text) if match.level in levels]
        for wording in wordings
    }
    every = [span for spans in found.values() for span in spans]
    return {
        wording: [span for span in spans if not _within_another(span, every)]
        for wording, spans in found.items()
    }


def _within_another(span: Span, spans: Iterable[Span]) -> bool:
    return any(other != span and other.holds(span) for other in spans)


def _claims(
    frame: Frame, places: Places, types: Mapping[str, str], id_: str, text: str
) -> Iterable[Claim]:
    def claim(arguments: Iterable[Argument]) -> Claim:
        return Claim(frame.kind, frame.type, tuple(arguments), document_id=id_, unit_id="")

    def mention(span: Span, type_: str) -> Mention:
        return Mention(text[slice(*span)], type=type_, span=span, level="exact")

    if frame.kind == "entity":
        (_, wording), *_ = frame.fillers
        return [claim([Argument(MENTION, mention(span, frame.type))]) for span in places[wording]]
    closest = _closest([places[wording] for _, wording in frame.fillers])
    typed = {HEAD, TAIL} if frame.kind == "relation" else set[str]()
    return [
        claim(
            Argument(role, mention(span, types.get(wording, "") if role in typed else ""))
            for (role, wording), span in zip(frame.fillers, closest, strict=True)
        )
    ]


def _closest(places: Sequence[Sequence[Span]]) -> list[Span]:
    """Choose a place for each part, so that all stand as near as can be to the first."""
    choices = (
        [anchor, *(min(spans, key=anchor.distance) for spans in places[1:])] for anchor in places[0]
    )
    return min(choices, key=lambda chosen: sum(map(chosen[0].distance, chosen)))
