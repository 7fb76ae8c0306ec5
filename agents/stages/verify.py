"""Is it true? Deterministic checks first, a yes/no question for what they leave in doubt."""

from collections.abc import Sequence
from dataclasses import replace

from questgraph.agents.checks import Breach, Doubt, check
from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.stages.base import Calls, Recipe, Stage
from questgraph.agents.state import Context, Problem, State, Update
from questgraph.tools.codecs.yesno import YesNo
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import MENTION, TRIGGER, Claim, Turn, Verdict
from questgraph.tools.schema import AnyType, Schema

MAX_TOKENS = 16
WIDEST = 8
"""Questions about one passage at most: a passage that raises more doubts keeps the rest open."""


def verify(*, at_most: int = WIDEST, prompt: str = "verify.v1", name: str = "verify") -> Stage:
    """Return a stage that gives each new grounded claim a verdict.

    `sound` and `invalid` come from the checks, `confirmed` and `refuted` from the model, which
    sees the evidence and the claim in words but not the dialogue that the claim came from.
    A doubt that was not asked about, or not answered, stays `unchecked` and keeps its reason.

    Args:
        at_most: How many doubts to ask about.
        prompt: The question.
        name: The stage's name.
    """
    codec = YesNo()

    def wording(words: str, type_: AnyType) -> str:
        return render(
            prompt,
            statement=words,
            guideline=type_.guideline,
            avoid=type_.avoid,
            how=codec.instruct(),
        )

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        judged = [_checked(claim, context.schema, state["claims"]) for claim in state["claims"]]
        claims = [claim for claim, _ in judged]
        # Claims in the same words, about several places, are one doubt.
        doubts: dict[str, list[int]] = {}
        for i, (claim, doubt) in enumerate(judged):
            if doubt:
                words = statement(claim, context.schema[claim.type])
                doubts.setdefault(words, []).append(i)
        asked = list(doubts.items())[:at_most]
        answers = await together(
            put(claims[same[0]], words, state, context) for words, same in asked
        )
        turns: list[Turn] = []
        for (_, same), answer in zip(asked, answers, strict=True):
            turns += answer.turns
            turn = len(state["turns"]) + len(turns) - 1
            for i in same:
                claims[i] = _decided(claims[i], answer.value, turn)
        problems = [_final(answer.problem) for answer in answers if answer.problem]
        return {"claims": tuple(claims), "turns": turns, "problems": problems}

    async def put(claim: Claim, words: str, state: State, context: Context) -> Answer[bool]:
        chunk, type_ = state["unit"].chunk, context.schema[claim.type]
        window = claim.evidence.shift(-chunk.span.start) if claim.evidence else (0, None)
        text = wording(words, type_)
        question = about(codec, (), text, max_tokens=MAX_TOKENS)
        evidence = fenced(chunk.text[slice(*window)])
        messages = [Message("user", f"{evidence}\n\n{text}")]
        return await converse(context.gateway, messages, question, stage=name)

    def calls(schema: Schema) -> Calls:
        # The words of a type stand in for those of a claim.
        questions = tuple(wording(type_.words, type_) for type_ in schema.types())
        return Calls(0, at_most / 2, at_most, MAX_TOKENS, questions)

    return Stage(name=name, summary="checks claims, asks about doubtful ones", run=run, calls=calls)


def statement(claim: Claim, type_: AnyType) -> str:
    """Put a claim into words.

    >>> from questgraph.tools.records import Argument, Mention
    >>> from questgraph.tools.schema import EntityType
    >>> claim = Claim("entity", "person", (Argument("mention", Mention("Ann")),),
    ...               document_id="d", unit_id="u")
    >>> statement(claim, EntityType(name="person"))
    '"Ann" is: person'
    """
    match claim.kind:
        case "entity":
            return f'"{claim.fillers(MENTION)[0].text}" is: {type_.words}'
        case "relation":
            head, tail = (argument.mention.text for argument in claim.arguments[:2])
            return f'"{head}" {type_.words} "{tail}"'
        case "event":
            roles = ", ".join(
                f'{role} "{mention.text}"' for role, mention in claim.arguments if role != TRIGGER
            )
            trigger = "".join(f' ("{mention.text}")' for mention in claim.fillers(TRIGGER))
            return f"{type_.words}{trigger}: {roles}"


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


def _final(problem: Problem) -> Problem:
    """Return a problem that no shorter passage helps: a yes or no is cut off there too."""
    return replace(problem, status="failed") if problem.status == "truncated" else problem


def _decided(claim: Claim, decision: bool | None, turn: int) -> Claim:
    if decision is None:
        return claim
    verdict: Verdict = "confirmed" if decision else "refuted"
    return replace(claim, verdict=verdict, turns=(*claim.turns, turn))
