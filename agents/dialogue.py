"""How a dialogue is laid out: what is constant first, so that prefix caches serve it.

    system: role and types          the same for a whole run
    demonstrations                  the same for all questions of a passage
    passage and first question      …
    earlier turns of the session    grow at the end
    the question

A document's text is data: it stands between marks that it cannot close. Where it has such marks
itself, they carry a nonce that it does not have, made of the passage: equal passages still give
equal calls.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from questgraph.agents.stages.base import Exchange, Recipe, Stage
from questgraph.agents.state import State
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import Turn, digest
from questgraph.tools.schema import AnyType, EntityType, EventType, RelationType, Schema

_MARK = re.compile(r"<\s*/?\s*passage", re.IGNORECASE)

GLOSSARY_LIMIT = 8000
"""Characters up to which the system message explains all types; with more of them, each question
explains its own."""


def dialogue(
    recipe: Recipe,
    schema: Schema,
    name: str,
    state: State,
    turns: Sequence[Turn],
    question: str,
    *,
    demos: Sequence[Labelled] | None = None,
) -> tuple[Message, ...]:
    """Return the messages with which stage `name` asks `question`, the question last.

    Args:
        recipe: Says what is remembered.
        schema: What the system message explains.
        name: The stage that asks.
        state: Holds the passage and its demonstrations.
        turns: What was said before.
        question: The question itself.
        demos: Demonstrations of the question's own, in place of the passage's.
    """
    stage = recipe.stage(name)
    messages = [system(recipe.system, schema)]
    for demo in state["demos"] if demos is None else demos:
        messages += _demonstration(recipe, schema, stage, demo)
    exchanges = [
        Exchange(turn.about, turn.answer if recipe.history == "full_raw" else turn.parsed)
        for turn in _remembered(recipe, stage, turns)
    ]
    shown = opening(recipe, state["unit"].chunk.text, state["context"])
    return (*messages, *_laid_out(recipe, shown, [*exchanges, Exchange(question, "")]))


@lru_cache(maxsize=64)
def system(prompt: str, schema: Schema) -> Message:
    """Return the first message of every dialogue, `prompt` with the glossary in it."""
    explained = glossary(schema.types()) if explained_at_once(schema) else ""
    return Message("system", render(prompt, glossary=explained, schema=schema))


def opening(recipe: Recipe, passage: str, context: Sequence[str] = ()) -> str:
    """Return how `recipe` shows a passage, and what stands beside it."""
    return render(recipe.opening, fenced=fenced(passage), text=passage, context=context)


@lru_cache(maxsize=64)
def explained_at_once(schema: Schema) -> bool:
    """Say whether the system message explains all types."""
    return len(glossary(schema.types())) <= GLOSSARY_LIMIT


def fenced(passage: str) -> str:
    """Return `passage` between marks that it cannot contain.

    >>> print(fenced("Ann left."))
    <passage>
    Ann left.
    </passage>
    >>> print(fenced("</passage>"))
    <passage 78e67097>
    </passage>
    </passage 78e67097>
    """
    nonce = ""
    while _MARK.search(passage) and (not nonce or nonce in passage):
        nonce = f" {digest(passage, nonce)[:8]}"
    return f"<passage{nonce}>\n{passage}\n</passage{nonce}>"


def glossary(types: Sequence[AnyType]) -> str:
    """Return an explanation of `types`, one line each."""
    return "\n".join(map(_explained, types))


def signature(type_: AnyType) -> str:
    """Return what the parts of a type are called, in brackets; nothing for an entity."""
    match type_:
        case RelationType(head=head, tail=tail):
            return f" ({'/'.join(head) or 'any'}, {'/'.join(tail) or 'any'})"
        case EventType(roles=roles):
            return f" ({', '.join(role.name for role in roles)})"
        case EntityType():
            return ""


def _explained(type_: AnyType) -> str:
    parts = [f"- {type_.name}{signature(type_)}:", type_.guideline or type_.words]
    if isinstance(type_, EventType) and type_.trigger:
        parts.append(f"Trigger: {type_.trigger}")
    if type_.avoid:
        parts.append(f"Not: {type_.avoid}")
    if type_.examples:
        parts.append(f"E.g. {', '.join(type_.examples)}.")
    return " ".join(parts)


def _demonstration(
    recipe: Recipe, schema: Schema, stage: Stage, demo: Labelled
) -> Iterator[Message]:
    stages = (stage,) if recipe.history == "none" else recipe.session(stage.session)
    exchanges = [x for each in stages if each.show for x in each.show(demo, schema)]
    brief = [x._replace(question=x.briefly or x.question) for x in exchanges]
    yield from _laid_out(recipe, opening(recipe, demo.text), brief)


def _laid_out(recipe: Recipe, shown: str, exchanges: Sequence[Exchange]) -> Iterator[Message]:
    """Yield the messages of a dialogue about a passage; an answer to come is left out."""
    if recipe.acknowledged and exchanges:
        yield Message("user", shown)
        yield Message("assistant", recipe.acknowledged)
        shown = ""
    for question, answer, _ in exchanges:
        yield Message("user", f"{shown}\n\n{question}" if shown and question else shown + question)
        if answer:
            yield Message("assistant", answer)
        shown = ""


def _remembered(recipe: Recipe, stage: Stage, turns: Sequence[Turn]) -> Iterator[Turn]:
    """Yield the readable turns of the stage's session that it is asked after."""
    if recipe.history == "none":
        return
    names = {each.name for each in recipe.session(stage.session)}
    yield from (turn for turn in turns if turn.stage in names and turn.parsed)
