"""What does the catalogue say? Names are checked against known ones (VerifiNER)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from questgraph.agents.candidates import marked
from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.known_names import (
    Option,
    class_choice,
    class_question,
    name_choice,
    name_question,
    options_of,
    type_of,
)
from questgraph.agents.samples import final, missing, sampled, votes
from questgraph.agents.stages.base import OCCURS, Calls, Recipe, Stage
from questgraph.agents.state import Candidate, Context, Problem, Said, State, Update
from questgraph.retrieval.catalogue import Catalogue, Found
from questgraph.retrieval.embedders import Embedder
from questgraph.retrieval.probe import learned
from questgraph.tools.catalogues import Entry
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Message
from questgraph.tools.records import MENTION, Claim, Frame, Span, Unit, Verdict
from questgraph.tools.schema import Schema

MAX_TOKENS = 64

WIDEST = 8
"""Names of one passage that are looked up at most."""

ENTRIES = 6
"""Entries that one name may turn out to be."""

TEMPERATURE = 0.9
"""Used for the votes, as in the paper."""

NO_CATALOGUE = "there is no catalogue of names to look in: name one, or a bank"
UNKNOWN = "the catalogue does not know it"
UNFIT = "nothing that the catalogue knows of it fits"
KNOWN = "the catalogue knows it"


def consult(
    *,
    window: int = 2,
    samples: int = 10,
    unknown: Literal["keep", "drop"] = "drop",
    at_most: int = WIDEST,
    name: str = "consult",
) -> Stage:
    """Return a stage that checks names by a catalogue, and says what they are by it.

    For each name the runs of words around it are looked up. An entry whose type is none of the
    schema's costs a question which of them it is; which of several entries is meant, a vote. A name
    that turns out to be another one is refuted, and the other one goes into `frames`.

    The catalogue is the run's, or else the names of its bank.

    Args:
        window: Words before and behind a name that may belong to it.
        samples: How often it is asked which entry is meant.
        unknown: What becomes of names that are not in the catalogue; what is kept stays unchecked.
        at_most: How many names to look up; the rest stays unchecked.
        name: The stage's name.
    """
    consultant = _Consultant(window, samples, unknown, at_most, name)
    return Stage(
        name=name,
        summary=f"checks names by a catalogue, {samples} votes each",
        run=consultant.run,
        calls=consultant.calls,
    )


@dataclass(frozen=True, slots=True)
class _Consultant:
    """What `consult` was told, and how it is done."""

    window: int
    samples: int
    unknown: Literal["keep", "drop"]
    at_most: int
    name: str

    async def run(self, state: State, context: Context, recipe: Recipe) -> Update:
        catalogue = await asyncio.to_thread(_catalogue, context)
        if catalogue is None:
            return {"problems": [Problem(self.name, "failed", NO_CATALOGUE)]}
        unit, claims = state["unit"], list(state["claims"])
        names = _alike(claims)[: self.at_most]
        found = [self._look_up(claims[same[0]], unit, catalogue) for same in names]
        entries = list(dict.fromkeys(each.entry for some in found for each in some))
        classes = await self._classes(entries, context)
        types = _types(entries, classes, context.schema)
        options = [options_of(some, types, context.schema) for some in found]
        votes = await together(
            self._votes(claims[same[0]], some, unit, context)
            for same, some in zip(names, options, strict=True)
        )
        turns = [turn for answer in classes.values() for turn in answer.turns]
        frames = list(state["frames"])
        for same, some, answers in zip(names, options, votes, strict=True):
            at = len(state["turns"]) + len(turns)
            finding = self._finding(claims[same[0]], some, answers, at, unit)
            turns += [turn for answer in answers for turn in answer.turns]
            frames += [finding.said] if finding.said else []
            for i in same:
                claims[i] = _found_out(claims[i], finding)
        trouble = [missing([answer]) for answer in classes.values()] + [missing(v) for v in votes]
        return {
            "claims": tuple(claims),
            "frames": tuple(frames),
            "turns": turns,
            "problems": [final(problem) for some in trouble for problem in some],
        }

    def calls(self, schema: Schema) -> Calls:
        types = schema.types("entity")
        example = Option(Span(0, 0), types[0].name if types else "", "")
        questions = (
            class_question(Entry("name", "type"), types),
            name_question("name", "", [example]),
        )
        most = self.at_most * (ENTRIES + self.samples) if types else 0
        return Calls(0, OCCURS * most, most, MAX_TOKENS, questions)

    def _look_up(self, claim: Claim, unit: Unit, catalogue: Catalogue) -> list[Found]:
        found = catalogue.around(_place(claim, unit), unit.chunk.text, window=self.window)
        return found[:ENTRIES]

    async def _classes(
        self, entries: Sequence[Entry], context: Context
    ) -> Mapping[Entry, Answer[int]]:
        """Ask which type of the schema each entry is of, where its own name does not tell."""
        types = context.schema.types("entity")
        asked = [entry for entry in entries if not type_of(entry, types)]
        choice = class_choice(types)

        async def put(entry: Entry) -> Answer[int]:
            text = class_question(entry, types)
            question = about(choice, (), text, max_tokens=MAX_TOKENS)
            message = Message("user", text)
            return await converse(context.gateway, [message], question, stage=self.name)

        answers = await together(map(put, asked))
        return dict(zip(asked, answers, strict=True))

    async def _votes(
        self, claim: Claim, options: Sequence[Option], unit: Unit, context: Context
    ) -> list[Answer[int]]:
        """Ask which of `options` a name is; not when the only one is what was said."""
        if not options or _is_only(options, claim, unit):
            return []
        shown = fenced(marked(Candidate("entity", claim.arguments), unit))
        text = name_question(claim.arguments[0].mention.text, unit.chunk.text, options)
        messages = [Message("user", f"{shown}\n\n{text}")]
        question = about(name_choice(unit.chunk.text, options), (), text, max_tokens=MAX_TOKENS)
        return await sampled(
            context.gateway,
            messages,
            question,
            stage=self.name,
            samples=self.samples,
            temperature=TEMPERATURE,
        )

    def _finding(
        self,
        claim: Claim,
        options: Sequence[Option],
        answers: Sequence[Answer[int]],
        turn: int,
        unit: Unit,
    ) -> "_Finding":
        """Return what became of a name.

        Args:
            claim: What was said of it.
            options: What the catalogue says that it may be.
            answers: The votes.
            turn: Index of the first turn of the answers.
            unit: Where it stands.
        """
        if not options:
            return _Finding("unchecked" if self.unknown == "keep" else "refuted", UNKNOWN)
        if _is_only(options, claim, unit):
            return _Finding("sound", KNOWN)
        counted = votes(answers, turn)
        if not counted:
            return _Finding("unchecked", "")
        # The option that was said first wins a tie.
        number = max(counted, key=lambda option: len(counted[option]))
        turns = tuple(counted[number])
        if number == len(options):
            return _Finding("refuted", UNFIT, turns)
        chosen = options[number]
        if (chosen.span, chosen.type) == (_place(claim, unit), claim.type):
            return _Finding("confirmed", "", turns)
        wording = unit.chunk.text[slice(*chosen.span)]
        frame = Frame("entity", chosen.type, ((MENTION, wording),))
        said = Said(frame, turns, sum(map(len, counted.values())))
        return _Finding("refuted", f"the catalogue has {wording!r} as {chosen.type}", turns, said)


class _Finding(NamedTuple):
    """What became of a name, and what it is instead."""

    verdict: Verdict
    reason: str
    turns: tuple[int, ...] = ()
    said: Said | None = None


def _catalogue(context: Context) -> Catalogue | None:
    if context.catalogue is not None:
        return context.catalogue
    return learned(_named, context.bank) if context.bank else None


def _named(passages: Sequence[Labelled], embedder: Embedder) -> Catalogue:
    """Return the names of a bank; what its vectors are made by is of no interest here."""
    return Catalogue.of(passages)


def _alike(claims: Sequence[Claim]) -> list[list[int]]:
    """Return the indices of the names that nobody has judged, those of the same words together."""
    groups: dict[tuple[str, str], list[int]] = {}
    for i, claim in enumerate(claims):
        if claim.kind == "entity" and claim.grounded and claim.verdict == "unchecked":
            groups.setdefault((claim.type, claim.arguments[0].mention.text), []).append(i)
    return list(groups.values())


def _types(
    entries: Sequence[Entry], classes: Mapping[Entry, Answer[int]], schema: Schema
) -> Mapping[Entry, str]:
    """Return of which type of the schema each entry is; empty for those of none."""
    types = schema.types("entity")
    names = [*(type_.name for type_ in types), ""]
    asked = {e: names[a.value] for e, a in classes.items() if a.value is not None}
    return {entry: asked.get(entry, type_of(entry, types)) for entry in entries}


def _is_only(options: Sequence[Option], claim: Claim, unit: Unit) -> bool:
    said = (_place(claim, unit), claim.type)
    return [(option.span, option.type) for option in options] == [said]


def _found_out(claim: Claim, finding: _Finding) -> Claim:
    turns = (*claim.turns, *finding.turns)
    return replace(claim, verdict=finding.verdict, reason=finding.reason, turns=turns)


def _place(claim: Claim, unit: Unit) -> Span:
    """Return the characters of the passage where a name stands."""
    span = claim.arguments[0].mention.span
    assert span, "only names that were found are looked up"
    return span.shift(-unit.chunk.span.start)
