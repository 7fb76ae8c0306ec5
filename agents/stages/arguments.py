"""Who plays which part in an event whose trigger is known? (Code4Struct)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from questgraph.agents.agreement import agreed
from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about
from questgraph.agents.demonstrations import demonstrations
from questgraph.agents.dialogue import dialogue, explained_at_once, glossary
from questgraph.agents.samples import sampled
from questgraph.agents.stages.base import OCCURS, PAIRS, Calls, Exchange, Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.tools.chunking import sentences_of
from questgraph.tools.codecs.code.arguments import Arguments
from questgraph.tools.codecs.code.names import class_names, family
from questgraph.tools.grounding import evidence, locate
from questgraph.tools.labelled import Labelled
from questgraph.tools.prompts import render
from questgraph.tools.records import TRIGGER, Argument, Claim, Frame, Mention, Span, Turn, Unit
from questgraph.tools.schema import EventType, Schema

MAX_TOKENS = 512
TEMPERATURE = 0.5
"""At which samples are drawn, as published."""

MARK = "**"
"""Stands on both sides of the trigger."""


def arguments(
    *,
    samples: int = 1,
    demos: int = 4,
    prompt: str = "code4struct-arguments.v1",
    name: str = "arguments",
) -> Stage:
    """Return a stage that fills the roles of each event of which only the trigger is known.

    Each event is a question of its own, which shows the passage with its trigger marked, and
    events of the same type; where the bank has too few of those, events of the same family. What
    more than half of the samples say is pinned to the place nearest to the trigger; what the
    passage does not have is left out and named in the claim's `reason`.

    Args:
        samples: How often each question is asked, for a vote.
        demos: How many demonstrations each question has.
        prompt: The question.
        name: The stage's name.
    """
    codec = Arguments()

    def wording(type_: EventType, trigger: str, schema: Schema) -> str:
        names = class_names(each.name for each in schema.types("entity", "event"))
        return render(
            prompt,
            type=type_,
            class_name=names[type_.name],
            trigger=trigger,
            glossary="" if explained_at_once(schema) else glossary([type_]),
            how=codec.instruct([type_]),
        )

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        events = list(_bare(state, context.schema))
        answers = await together(put(event, state, context, recipe) for event in events)
        claims, turns = list(state["claims"]), list[Turn]()
        for event, said in zip(events, answers, strict=True):
            places = []
            for answer in said:
                turns += answer.turns
                places.append(len(state["turns"]) + len(turns) - 1)
            claim = _filled(event, claims[event.position], said, state["unit"])
            claims[event.position] = replace(claim, turns=(*claim.turns, *places))
        problems = [answer.problem for said in answers for answer in said if answer.problem]
        return {"claims": tuple(claims), "turns": turns, "problems": problems}

    async def put(
        event: _Bare, state: State, context: Context, recipe: Recipe
    ) -> list[Answer[list[Frame]]]:
        """Ask about one event, once for each sample."""
        unit, schema = state["unit"], context.schema
        examples = await _examples(event.type.name, state, context, demos)
        text = wording(event.type, unit.chunk.text[slice(*event.trigger)], schema)
        chunk = replace(unit.chunk, text=marked(unit.chunk.text, event.trigger))
        shown: State = {**state, "unit": replace(unit, chunk=chunk)}
        messages = dialogue(recipe, schema, name, shown, [], text, demos=examples)
        question = about(codec, [event.type], text, max_tokens=MAX_TOKENS)
        return await sampled(
            context.gateway,
            messages,
            question,
            stage=name,
            samples=samples,
            temperature=TEMPERATURE,
        )

    def show(demo: Labelled, schema: Schema) -> list[Exchange]:
        exchanges = []
        for frame in demo.frames("event"):
            triggers = [text for role, text in frame.fillers if role == TRIGGER]
            type_ = schema[frame.type]
            if triggers and isinstance(type_, EventType):
                text = wording(type_, triggers[0], schema)
                exchanges.append(Exchange(text, codec.write([frame], [type_])))
        return exchanges

    def calls(schema: Schema) -> Calls:
        # The name of a type stands in for a word of the passage.
        questions = tuple(wording(event, event.words, schema) for event in schema.events)
        likely = samples * OCCURS * len(questions)
        most = samples * PAIRS * len(questions)
        return Calls(0, likely, most, MAX_TOKENS, questions, samples)

    times = f", {samples} times" if samples > 1 else ""
    return Stage(
        name=name,
        summary=f"asks for the roles of each event{times}",
        run=run,
        session=name,
        calls=calls,
        show=show,
    )


class _Bare(NamedTuple):
    """An event of which only the trigger is known."""

    position: int
    """Among the claims."""

    type: EventType
    trigger: Span
    """Characters of the passage."""


def marked(text: str, span: Span) -> str:
    """Return `text` with marks around `span`.

    >>> marked("Acme named Bo.", Span(5, 10))
    'Acme **named** Bo.'
    """
    return f"{text[: span.start]}{MARK}{text[slice(*span)]}{MARK}{text[span.end :]}"


def _bare(state: State, schema: Schema) -> Iterator[_Bare]:
    offset = state["unit"].chunk.span.start
    for i, claim in enumerate(state["claims"]):
        type_ = schema[claim.type]
        if isinstance(type_, EventType) and claim.admitted:
            match claim.arguments:
                case (Argument(role, Mention(span=Span() as span)),) if role == TRIGGER:
                    yield _Bare(i, type_, span.shift(-offset))


async def _examples(event: str, state: State, context: Context, k: int) -> list[Labelled]:
    """Return passages with one marked event each: of the same type, then of the same family."""
    kin = family(event)
    siblings = [t.name for t in context.schema.events if kin and family(t.name) == kin]
    found: list[Labelled] = []
    for types in ([event], [name for name in siblings if name != event]):
        if len(found) == k or not types:
            continue
        (near,) = await demonstrations(
            [state["unit"].chunk.text],
            state,
            context,
            k=k - len(found),
            keep=partial(_has, types=types),
        )
        # The most similar stand last, and those of the own type after their siblings.
        found = [_only(demo, types) for demo in near] + found
    return found


def _has(demo: Labelled, *, types: Sequence[str]) -> bool:
    return any(map(partial(_fits, types=types), demo.claims))


def _fits(claim: Claim, *, types: Sequence[str]) -> bool:
    """Say whether a claim is an event of one of `types` whose trigger is known."""
    return claim.kind == "event" and claim.type in types and bool(claim.fillers(TRIGGER))


def _only(demo: Labelled, types: Sequence[str]) -> Labelled:
    """Return the first fitting event of a passage alone, with its trigger marked."""
    event = next(claim for claim in demo.claims if _fits(claim, types=types))
    span = event.fillers(TRIGGER)[0].span
    return replace(demo, text=marked(demo.text, span) if span else demo.text, claims=(event,))


def _filled(
    event: _Bare, claim: Claim, answers: Sequence[Answer[list[Frame]]], unit: Unit
) -> Claim:
    """Return `claim` with the arguments that the samples agree on."""
    text, offset = unit.chunk.text, unit.chunk.span.start
    read = [answer.value for answer in answers if answer.value is not None]
    fillers = agreed([[filler for frame in frames for filler in frame.fillers] for frames in read])
    found, spans, missing = list[Argument](), [event.trigger], list[str]()
    for role, words in fillers:
        words = words.replace(MARK, "")
        places = locate(words, text)
        if not places:
            missing.append(repr(words))
            continue
        span, level, _ = min(places, key=lambda match: match.span.distance(event.trigger))
        spans.append(span)
        types = event.type.role(role).types
        type_ = types[0] if len(types) == 1 else ""
        found.append(
            Argument(role, Mention(words, type=type_, span=span.shift(offset), level=level))
        )
    return replace(
        claim,
        arguments=(*claim.arguments, *dict.fromkeys(found)),
        evidence=evidence(spans, sentences_of(unit.chunk)).shift(offset),
        reason=f"not in the passage: {', '.join(missing)}" if missing else claim.reason,
    )
