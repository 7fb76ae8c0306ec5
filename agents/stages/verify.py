"""Is it true? Deterministic checks first, a yes/no question for what they leave in doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from questgraph.agents.checks import Breach, Doubt, check
from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.samples import final
from questgraph.agents.shots import NO_SHOTS, Shots, contrasting
from questgraph.agents.stages.base import Calls, Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.agents.statements import statement
from questgraph.tools.chunking import sentences
from questgraph.tools.codecs.yesno import YesNo
from questgraph.tools.grounding import evidence
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import (
    PLURALS,
    Claim,
    Kind,
    Span,
    Turn,
    Unit,
    Verdict,
)
from questgraph.tools.schema import AnyType, Schema

MAX_TOKENS = 16
_CODEC = YesNo()
WIDEST = 8
"""Questions about one passage at most: a passage that raises more doubts keeps the rest open."""


def verify(
    *,
    at_most: int = WIDEST,
    prompt: str = "verify.v1",
    name: str = "verify",
    every: Sequence[Kind] = (),
    shots: Shots = NO_SHOTS,
) -> Stage:
    """Return a stage that gives each new grounded claim a verdict.

    `sound` and `invalid` come from the checks, `confirmed` and `refuted` from the model, which
    sees the evidence and the claim in words but not the dialogue that the claim came from.
    A doubt that was not asked about, or not answered, stays `unchecked` and keeps its reason.

    Args:
        at_most: How many doubts to ask about.
        prompt: The question.
        name: The stage's name.
        every: Kinds of claims that are asked about even where the checks find them sound (GPT-NER).
        shots: Answered questions about other passages that each question is asked after: claims
            that hold, and claims that do not, since they are of another type or were rejected.
    """
    verifier = Verifier(at_most, prompt, name, every, shots)
    which = "doubtful ones" + "".join(f", all {PLURALS[kind]}" for kind in every)
    return Stage(
        name=name,
        summary=f"checks claims, asks about {which}",
        run=verifier.run,
        calls=verifier.calls,
    )


@dataclass(frozen=True, slots=True)
class Verifier:
    """Puts claims to the model: what `verify` and `confirm` share."""

    at_most: int
    prompt: str
    name: str
    every: Sequence[Kind] = ()
    shots: Shots = NO_SHOTS

    async def run(self, state: State, context: Context, recipe: Recipe) -> Update:
        """Check all claims, and ask about what that leaves in doubt."""
        judged = [_checked(claim, context.schema, state["claims"]) for claim in state["claims"]]
        claims = [claim for claim, _ in judged]
        # Claims in the same words, about several places, are one doubt.
        doubts: dict[str, list[int]] = {}
        for i, (claim, doubt) in enumerate(judged):
            if doubt or (claim.kind in self.every and claim.verdict == "sound"):
                words = statement(claim, context.schema[claim.type])
                doubts.setdefault(words, []).append(i)
        return await self.settle(claims, doubts, state, context)

    async def settle(
        self,
        claims: Sequence[Claim],
        doubts: Mapping[str, Sequence[int]],
        state: State,
        context: Context,
    ) -> Update:
        """Ask about claims and give them the verdict of the answers.

        Args:
            claims: All claims of the unit.
            doubts: The indices of those to ask about, those in the same words together.
            state: Where they stand.
            context: Whom to ask.
        """
        settled = list(claims)
        asked = list(doubts.items())[: self.at_most]
        answers = await together(
            self._put(settled[same[0]], words, state, context) for words, same in asked
        )
        turns: list[Turn] = []
        for (_, same), answer in zip(asked, answers, strict=True):
            turns += answer.turns
            turn = len(state["turns"]) + len(turns) - 1
            for i in same:
                settled[i] = _decided(settled[i], answer.value, turn)
        problems = [final(answer.problem) for answer in answers if answer.problem]
        return {"claims": tuple(settled), "turns": turns, "problems": problems}

    def calls(self, schema: Schema) -> Calls:
        """Return how many questions there may be."""
        # The words of a type stand in for those of a claim.
        questions = tuple(self._wording(type_.words, type_) for type_ in schema.types())
        return Calls(0, self.at_most / 2, self.at_most, MAX_TOKENS, questions)

    async def _put(self, claim: Claim, words: str, state: State, context: Context) -> Answer[bool]:
        chunk, type_ = state["unit"].chunk, context.schema[claim.type]
        window = claim.evidence.shift(-chunk.span.start) if claim.evidence else (0, None)
        text = self._wording(words, type_)
        question = about(_CODEC, (), text, max_tokens=MAX_TOKENS)
        demos = await self._examples(claim, type_, state, context)
        messages = [*demos, Message("user", f"{fenced(chunk.text[slice(*window)])}\n\n{text}")]
        return await converse(context.gateway, messages, question, stage=self.name)

    async def _examples(
        self, claim: Claim, type_: AnyType, state: State, context: Context
    ) -> list[Message]:
        """Return answered questions like the one about `claim`."""
        found = await contrasting(
            self.shots,
            state,
            context,
            has=lambda demo: bool(_right(demo, type_)),
            lacks=lambda demo: bool(_wrong(demo, type_, context.schema)),
            about=_places(claim, state["unit"]),
        )
        messages: list[Message] = []
        for demo, holds in found:
            example = (_right(demo, type_) if holds else _wrong(demo, type_, context.schema))[0]
            text = self._wording(statement(example, type_), type_)
            messages += [
                Message("user", f"{fenced(_sentences_of(example, demo.text))}\n\n{text}"),
                Message("assistant", _CODEC.write(holds)),
            ]
        return messages

    def _wording(self, words: str, type_: AnyType) -> str:
        return render(
            self.prompt,
            statement=words,
            guideline=type_.guideline,
            avoid=type_.avoid,
            how=_CODEC.instruct(),
        )


def _checked(claim: Claim, schema: Schema, claims: Sequence[Claim]) -> tuple[Claim, Doubt | None]:
    """Return the claim with what the checks say, and the doubt that they leave."""
    if claim.verdict != "unchecked":
        return claim, None
    if not claim.grounded:
        missing = ", ".join(
            repr(mention.text) for _, mention in claim.arguments if mention.span is None
        )
        return replace(claim, reason=f"not in the passage: {missing}"), None
    match check(claim, schema, claims):
        case Breach(reason):
            return replace(claim, verdict="invalid", reason=reason), None
        case Doubt(reason) as doubt:
            return replace(claim, reason=reason), doubt
        case None:
            return replace(claim, verdict="sound"), None


def _places(claim: Claim, unit: Unit) -> list[Span]:
    """Return what a claim is about, within the passage: its mention, or its head and tail."""
    spans = [span for _, mention in claim.arguments[:2] if (span := mention.span)]
    return [span.shift(-unit.chunk.span.start) for span in spans]


def _right(demo: Labelled, type_: AnyType) -> list[Claim]:
    return [claim for claim in demo.claims if claim.type == type_.name]


def _wrong(demo: Labelled, type_: AnyType, schema: Schema) -> list[Claim]:
    """Return claims about a passage that do not hold: those rejected, and those of other types."""
    rejected = [claim for claim in demo.rejected if claim.type == type_.name]
    right = {claim.arguments for claim in _right(demo, type_)}
    others = [
        claim
        for claim in demo.claims
        if claim.kind == type_.kind
        and claim.arguments not in right
        and type_.name not in schema.lineage(claim.type)
        and claim.type not in schema.lineage(type_.name)
    ]
    return rejected + others


def _sentences_of(claim: Claim, text: str) -> str:
    """Return the sentences of `text` that hold a claim."""
    spans = [span for _, mention in claim.arguments if (span := mention.span)]
    return text[slice(*evidence(spans, sentences(text)))]


def _decided(claim: Claim, decision: bool | None, turn: int) -> Claim:
    if decision is None:
        return claim
    verdict: Verdict = "confirmed" if decision else "refuted"
    return replace(claim, verdict=verdict, turns=(*claim.turns, turn))
