"""What a name may be by a catalogue, as a choice (VerifiNER)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from questgraph.retrieval.catalogue import Found
from questgraph.tools.catalogues import Entry
from questgraph.tools.codecs.choice import NONE, Choice
from questgraph.tools.codecs.parsing import by_folded, fold
from questgraph.tools.prompts import render
from questgraph.tools.records import Span
from questgraph.tools.schema import AnyType, Schema


class Option(NamedTuple):
    """What a name may be."""

    span: Span
    """Characters of the passage."""

    type: str
    because: str
    """What the catalogue says, or what the type means."""


def type_of(entry: Entry, types: Sequence[AnyType]) -> str:
    """Return the type that an entry is of by its own word; nothing when the schema has none such.

    >>> from questgraph.tools.schema import EntityType
    >>> type_of(Entry("Acme", "Business Firm"), [EntityType(name="business_firm")])
    'business_firm'
    """
    return by_folded(type_.name for type_ in types).get(fold(entry.type), "")


def options_of(found: Sequence[Found], types: Mapping[Entry, str], schema: Schema) -> list[Option]:
    """Return what a name may be, each place and type once."""
    options: dict[tuple[Span, str], Option] = {}
    for span, entry in found:
        if type_ := types.get(entry, ""):
            because = entry.definition or schema[type_].guideline
            options.setdefault((span, type_), Option(span, type_, because))
    return list(options.values())


def class_question(entry: Entry, types: Sequence[AnyType]) -> str:
    """Ask of which type an entry is."""
    choice = class_choice(types)
    return render("consult-class.v1", entry=entry, options=choice.lines, how=choice.instruct())


def class_choice(types: Sequence[AnyType]) -> Choice:
    """Return the types to choose from, each with what it means."""
    told = (f"{type_.name}: {type_.guideline or type_.words}" for type_ in types)
    return Choice((*told, NONE))


def name_question(name: str, text: str, options: Sequence[Option]) -> str:
    """Ask which of `options` a name is, where it stands in `text`."""
    choice = name_choice(text, options)
    mention = _one_line(name)
    return render("consult.v1", mention=mention, options=choice.lines, how=choice.instruct())


def name_choice(text: str, options: Sequence[Option]) -> Choice:
    """Return what a name may be to choose from, each with its reason."""
    told = []
    for span, type_, because in options:
        reason = f" ({_one_line(because)})" if because else ""
        told.append(f'"{_one_line(text[slice(*span)])}" is: {type_}{reason}')
    return Choice((*told, NONE))


def _one_line(text: str) -> str:
    """Return a text that cannot look like options of its own."""
    return " ".join(text.split())
