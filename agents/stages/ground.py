"""Where does the passage say so? Wordings become spans; asks no model."""

from collections.abc import Iterator, Sequence

from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.state import Context, Said, State, Update
from questgraph.tools.chunking import sentences_of
from questgraph.tools.grounding import Match, evidence, locate, pin
from questgraph.tools.records import (
    HEAD,
    MENTION,
    TAIL,
    TRIGGER,
    Argument,
    Claim,
    Mention,
    Span,
    Unit,
)
from questgraph.tools.schema import EventType, RelationType, Schema


def ground(*, name: str = "ground") -> Stage:
    """Return a stage that pins what was said to characters of the document.

    An entity becomes a claim for each place where the passage names it. The parts of a
    relation or event are pinned to the occurrences that stand closest together. A wording that
    the passage does not have makes a claim all the same, at level `absent`: it stays in the run
    and out of the graph.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        unit = state["unit"]
        borders = sentences_of(unit.chunk)
        claims = list(state["claims"])
        for said in sorted(state["frames"], key=lambda said: said.frame.kind != "entity"):
            claims += _claims(said, unit, borders, context.schema, claims)
        return {"claims": tuple(claims), "frames": ()}

    return Stage(name=name, summary="pins every answer to the text", run=run)


def _claims(
    said: Said, unit: Unit, borders: Sequence[Span], schema: Schema, known: Sequence[Claim]
) -> Iterator[Claim]:
    frame, text = said.frame, unit.chunk.text
    if frame.kind == "entity":
        wording = frame.fillers[0][1]
        places: list[Match | None] = [*locate(wording, text)]
        for place in places or [None]:
            mention = _mention(wording, place, unit, frame.type)
            yield _claim(said, [Argument(MENTION, mention)], unit, borders)
        return
    matches = pin([wording for _, wording in frame.fillers], text, borders)
    arguments = []
    for (role, wording), match in zip(frame.fillers, matches, strict=True):
        mention = _mention(wording, match, unit)
        type_ = implied_type(mention, frame.type, role, schema, known)
        arguments.append(Argument(role, _mention(wording, match, unit, type_)))
    yield _claim(said, arguments, unit, borders)


def _claim(said: Said, arguments: Sequence[Argument], unit: Unit, borders: Sequence[Span]) -> Claim:
    offset = unit.chunk.span.start
    spans = [span for argument in arguments if (span := argument.mention.span)]
    local = [span.shift(-offset) for span in spans]
    return Claim(
        said.frame.kind,
        said.frame.type,
        tuple(arguments),
        document_id=unit.chunk.document_id,
        unit_id=unit.id,
        evidence=evidence(local, borders).shift(offset) if local else None,
        votes=len(said.turns),
        samples=said.samples,
        probability=said.probability,
        turns=said.turns,
    )


def _mention(wording: str, match: Match | None, unit: Unit, type_: str = "") -> Mention:
    if match is None:
        return Mention(wording, type=type_)
    span = match.span.shift(unit.chunk.span.start)
    return Mention(wording, type=type_, span=span, level=match.level)


def implied_type(
    mention: Mention, name: str, role: str, schema: Schema, known: Sequence[Claim]
) -> str:
    """Return the entity type of what plays `role` in type `name`; empty where nothing says which.

    It is as claimed for its place, else as the role implies.
    """
    if role == TRIGGER:
        return ""
    wanted = _wanted(schema, name, role)
    here = [
        claim.type
        for claim in known
        if claim.kind == "entity"
        and mention.span
        and claim.arguments[0].mention.span == mention.span
    ]
    fitting = [type_ for type_ in here if schema.accepts(wanted, type_)]
    implied = [wanted[0]] if len(wanted) == 1 else []
    return next(iter([*fitting, *here, *implied]), "")


def _wanted(schema: Schema, name: str, role: str) -> tuple[str, ...]:
    """Return the entity types that may fill `role` of type `name`; none where any may."""
    match schema.get(name):
        case RelationType(head=head, tail=tail):
            return {HEAD: head, TAIL: tail}.get(role, ())
        case EventType(roles=roles):
            return next((each.types for each in roles if each.name == role), ())
        case _:
            return ()
