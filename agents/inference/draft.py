"""Merged phrases → a schema, with comments for the person who edits it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from questgraph.agents.inference.answers import Statement
from questgraph.agents.inference.phrases import Phrase, PhraseKind, forms_of, most_used, told
from questgraph.tools.schema import EntityType, RelationType, Schema

EXAMPLES = 5
"""Examples of a type at most."""

RARE = 10
"""An end of a relation that fewer than one in so many statements have is left out: a slip."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A schema to be edited, and what a person may want to know of each type."""

    schema: Schema
    comments: Mapping[str, Sequence[str]]
    """Lines to write above each type."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Phrases that mean the same; the first stands for all."""

    phrases: tuple[Phrase, ...]
    uses: Counter[Statement]
    wordings: Counter[str]


def draft(
    phrases: Sequence[Phrase],
    roots: Mapping[PhraseKind, Mapping[str, str]],
    definitions: Mapping[PhraseKind, Mapping[str, str]],
    name: str,
) -> Draft:
    """Return a schema with a type for each group of phrases, the most used first.

    Args:
        phrases: All of them, the most used first.
        roots: For each form the one that stands for it.
        definitions: For each form what it means.
        name: Of the schema.
    """
    things, joining = (_groups(phrases, kind, roots[kind]) for kind in ("entity", "relation"))
    called = _names(things, joining)
    entities = [
        EntityType(
            name=called["entity", form],
            guideline=definitions["entity"].get(form, ""),
            examples=tuple(most_used(group.wordings, EXAMPLES)),
        )
        for form, group in things.items()
    ]
    relations = []
    for form, group in joining.items():
        heads, tails = _ends(group, roots["entity"])
        relations.append(
            RelationType(
                name=called["relation", form],
                guideline=definitions["relation"].get(form, ""),
                examples=tuple(most_used(group.wordings, EXAMPLES)),
                head=tuple(called["entity", end] for end in heads),
                tail=tuple(called["entity", end] for end in tails),
            )
        )
    comments = {called["entity", form]: _comments(form, group) for form, group in things.items()}
    comments |= {
        called["relation", form]: _comments(form, group) for form, group in joining.items()
    }
    schema = Schema(name=name, entities=tuple(entities), relations=tuple(relations))
    return Draft(schema, comments)


def _groups(
    phrases: Iterable[Phrase], kind: PhraseKind, roots: Mapping[str, str]
) -> dict[str, _Group]:
    members: defaultdict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        if phrase.kind == kind:
            members[roots[phrase.form]].append(phrase)
    groups = {
        form: _Group(
            tuple(sorted(some, key=lambda phrase: (phrase.form != form, phrase.rank))),
            _sum(phrase.uses for phrase in some),
            _sum(phrase.wordings for phrase in some),
        )
        for form, some in members.items()
    }
    return dict(sorted(groups.items(), key=lambda item: (-item[1].uses.total(), item[0])))


def _sum(counters: Iterable[Counter]) -> Counter:  # type: ignore[type-arg]  # of one type each
    whole: Counter = Counter()  # type: ignore[type-arg]
    for counter in counters:
        whole.update(counter)
    return whole


def _ends(group: _Group, roots: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the types that heads and tails have, the most frequent first."""
    heads: Counter[str] = Counter()
    tails: Counter[str] = Counter()
    for statement, count in group.uses.items():
        head, _, tail = forms_of(statement)
        heads[roots[head]] += count
        tails[roots[tail]] += count
    return _frequent(heads), _frequent(tails)


def _frequent(counts: Counter[str]) -> list[str]:
    ranked = most_used(counts, len(counts))
    return [form for form in ranked if counts[form] * RARE >= counts.total()]


def _names(things: Iterable[str], joining: Iterable[str]) -> dict[tuple[PhraseKind, str], str]:
    """Return a name for each form; a relation that is called like a type says that it is one."""
    names: dict[tuple[PhraseKind, str], str] = {
        ("entity", form): form.replace(" ", "_") for form in things
    }
    for form in joining:
        name = form.replace(" ", "_")
        while name in names.values():
            name += "_relation"
        names["relation", form] = name
    return names


def _comments(form: str, group: _Group) -> list[str]:
    """Return how often a type was met, what else it was called, and a statement."""
    others = [f"{p.form} ({p.count})" for p in group.phrases if p.form != form]
    (example,) = most_used(Counter({told(s): n for s, n in group.uses.items()}), 1)
    lines = [f"{group.uses.total()} statements, such as: {example}"]
    return [*lines, f"also called: {', '.join(others)}"] if others else lines
