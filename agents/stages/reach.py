"""What joins the passage with the rest of its document? One question about both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from questgraph.agents.checks import Breach, check
from questgraph.agents.converse import about, converse
from questgraph.agents.dialogue import dialogue, explained_at_once, fenced, glossary
from questgraph.agents.stages.base import NO_CALLS, Calls, Recipe, Stage
from questgraph.agents.stages.ground import implied_type
from questgraph.agents.stages.surround import around, elsewhere
from questgraph.agents.stages.triples import Named, named
from questgraph.agents.state import Context, State, Update
from questgraph.agents.statements import statement
from questgraph.tools.chunking import sentences_of
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.folding import fold
from questgraph.tools.grounding import evidence, locate
from questgraph.tools.prompts import render
from questgraph.tools.records import HEAD, TAIL, TRIGGER, Argument, Claim, Frame, Mention, Span
from questgraph.tools.schema import AnyType, EventType, RelationType, Schema

MAX_TOKENS = 512
MOST = 20
"""Things and events of the passage that are named in the question at most."""

APART = "one end is in the passage, the other elsewhere in the document"
TOGETHER = "both ends are in the passage, or both elsewhere: what joins the two was asked for"


def reach(*, k: int = 6, each: int = 4, prompt: str = "reach.v1", name: str = "reach") -> Stage:
    """Return a stage that asks what joins the passage with sentences elsewhere in its document.

    Relations with one end in each, and what others add to the events of the passage. Nothing is
    asked where the document is no more than the passage, or where nothing in it could be joined.
    A passage is asked about once, so a document of n passages costs n questions more at most.

    Args:
        k: How many sentences to show at most.
        each: How many candidates for them each heuristic brings.
        prompt: The question.
        name: The stage's name.
    """
    codec = ByType(complete=False)

    def wording(
        types: Sequence[AnyType],
        things: Sequence[Named],
        events: Sequence[str],
        shown: str,
        schema: Schema,
    ) -> str:
        return render(
            prompt,
            glossary="" if explained_at_once(schema) else glossary(types),
            fenced=fenced(shown),
            things=things[:MOST],
            events=events[:MOST],
            how=codec.instruct(types),
        )

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        schema, unit = context.schema, state["unit"]
        things = named(state["claims"])
        events = [c for c in state["claims"] if c.admitted and _open_roles(c, schema)]
        types = _types(things, events, schema)
        if not types or not elsewhere(state, context):
            return {}
        shown = await around(state, context, k=k, each=each)
        if not shown:
            return {}
        told = [statement(event, schema[event.type]) for event in events]
        sentences = "\n".join(unit.document_text[slice(*span)] for span in shown)
        wanted = wording(types, things, told, sentences, schema)
        answer = await converse(
            context.gateway,
            dialogue(recipe, schema, name, state, (), wanted),
            about(codec, types, wanted, max_tokens=MAX_TOKENS),
            stage=name,
        )
        turn = len(state["turns"]) + len(answer.turns) - 1
        both = _Both(state, shown, schema, turn)
        return {
            "claims": tuple(both.claims(answer.value or ())),
            "turns": list(answer.turns),
            "problems": [answer.problem] if answer.problem else [],
        }

    def calls(schema: Schema) -> Calls:
        types: list[AnyType] = [*schema.relations, *schema.events]
        if not types:
            return NO_CALLS
        example = wording(types, [("name", ["type"])], (), "sentence " * 20 * k, schema)
        return Calls(0, 1, 1, MAX_TOKENS, (example,))

    return Stage(
        name=name,
        summary=f"asks what joins the passage with {k} sentences elsewhere",
        run=run,
        session=name,
        calls=calls,
    )


@dataclass(frozen=True, slots=True)
class _Both:
    """A passage and the sentences that were shown with it."""

    state: State
    shown: Sequence[Span]
    schema: Schema
    turn: int
    """The one that answered."""

    def claims(self, said: Sequence[Frame]) -> Iterator[Claim]:
        """Yield the passage's claims, with what was said of both."""
        known = list(self.state["claims"])
        fresh = []
        for frame in said:
            if frame.kind == "relation":
                fresh.append(self._relation(frame))
            elif (i := _told_of(frame, known)) is not None:
                known[i] = self._completed(known[i], frame)
        yield from known
        already = {_words(claim) for claim in known}
        for claim in fresh:
            if _words(claim) not in already:
                already.add(_words(claim))
                yield claim

    def _relation(self, frame: Frame) -> Claim:
        wordings = [wording for _, wording in frame.fillers]
        here, there = (list(map(find, wordings)) for find in (self._here, self._there))
        head, tail = here[0], there[1]
        if not (head and tail) and there[0] and here[1]:
            head, tail = there[0], here[1]
        apart = head is not None and tail is not None
        ends = zip(
            frame.fillers,
            (head, tail) if apart else (a or b for a, b in zip(here, there, strict=True)),
            strict=True,
        )
        claim = self._claim(frame, [self._argument(frame, *end, at) for end, at in ends])
        if not claim.grounded:
            return claim
        if not apart:
            return replace(claim, verdict="invalid", reason=TOGETHER)
        wrong = check(claim, self.schema, self.state["claims"])
        if isinstance(wrong, Breach):
            return replace(claim, verdict="invalid", reason=wrong.reason)
        return replace(claim, reason=APART)

    def _completed(self, claim: Claim, frame: Frame) -> Claim:
        """Return an event with what the sentences add to its empty roles."""
        empty = _open_roles(claim, self.schema)
        added = [
            self._argument(frame, role, wording, place)
            for role, wording in frame.fillers
            if role in empty and (place := self._there(wording))
        ]
        if not added:
            return claim
        arguments = (*claim.arguments, *added)
        turns = (*claim.turns, self.turn)
        return replace(claim, arguments=arguments, evidence=self._evidence(arguments), turns=turns)

    def _claim(self, frame: Frame, arguments: Sequence[Argument]) -> Claim:
        chunk = self.state["unit"].chunk
        return Claim(
            frame.kind,
            frame.type,
            tuple(arguments),
            document_id=chunk.document_id,
            unit_id=self.state["unit"].id,
            evidence=self._evidence(arguments),
            turns=(self.turn,),
        )

    def _argument(self, frame: Frame, role: str, wording: str, place: Mention | None) -> Argument:
        mention = place or Mention(wording)
        type_ = implied_type(mention, frame.type, role, self.schema, self.state["claims"])
        return Argument(role, replace(mention, type=type_))

    def _evidence(self, arguments: Sequence[Argument]) -> Span | None:
        chunk = self.state["unit"].chunk
        borders = [span.shift(chunk.span.start) for span in sentences_of(chunk)]
        spans = [span for _, mention in arguments if (span := mention.span)]
        return evidence(spans, [*borders, *self.shown]) if spans else None

    def _here(self, wording: str) -> Mention | None:
        return self._within(self.state["unit"].chunk.span, wording)

    def _there(self, wording: str) -> Mention | None:
        found = (self._within(sentence, wording) for sentence in self.shown)
        return next(filter(None, found), None)

    def _within(self, span: Span, wording: str) -> Mention | None:
        for match in locate(wording, self.state["unit"].document_text[slice(*span)]):
            return Mention(wording, span=match.span.shift(span.start), level=match.level)
        return None


def _types(things: Sequence[Named], events: Sequence[Claim], schema: Schema) -> list[AnyType]:
    """Return the types that something in the passage may be a part of."""
    told = {event.type for event in events}
    relations = [type_ for type_ in schema.relations if _may_join(type_, things, schema)]
    return [*relations, *(type_ for type_ in schema.events if type_.name in told)]


def _may_join(type_: RelationType, things: Sequence[Named], schema: Schema) -> bool:
    types = {each for _, some in things for each in some}
    return any(schema.accepts(ends, each) for ends in (type_.head, type_.tail) for each in types)


def _open_roles(claim: Claim, schema: Schema) -> frozenset[str]:
    """Return the roles of an event that nothing fills; none of what is no event."""
    type_ = schema.get(claim.type)
    roles = type_.roles if isinstance(type_, EventType) else ()
    return frozenset(role.name for role in roles if not claim.fillers(role.name))


def _told_of(frame: Frame, claims: Sequence[Claim]) -> int | None:
    """Return the index of the event that a frame is about: of its trigger, or else the only one."""
    said = {fold(wording).text for role, wording in frame.fillers if role == TRIGGER}
    same = [i for i, claim in enumerate(claims) if claim.admitted and claim.type == frame.type]
    named_ = [i for i in same if said & {fold(m.text).text for m in claims[i].fillers(TRIGGER)}]
    if named_:
        return named_[0]
    return same[0] if len(same) == 1 and not said else None


def _words(claim: Claim) -> tuple[str, tuple[str, ...]]:
    """Return what is claimed, wherever it stands."""
    wanted = (HEAD, TAIL) if claim.kind == "relation" else ()
    ends = [fold(m.text).text for role in wanted for m in claim.fillers(role)]
    return claim.type, tuple(ends) or (claim.id,)
