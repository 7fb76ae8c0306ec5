"""Has a model write passages, judge them, and think of words; all of it through the gateway."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from questgraph.agents.concurrency import together
from questgraph.agents.converse import about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.runs.engine import Engine
from questgraph.agents.stages.base import Exchange
from questgraph.agents.state import Problem
from questgraph.agents.statements import statement
from questgraph.agents.synthesis.answers import Lists, Suggested, Written
from questgraph.retrieval.bank import Bank
from questgraph.tools.codecs.yesno import YesNo
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import Claim, Kind
from questgraph.tools.schema import AnyType, Schema

SYSTEM = "synth-system.v1"
LONGEST_TEXT, LONGEST_LISTS, LONGEST_VERDICT = 512, 768, 16
"""Tokens of an answer at most."""

TEMPERATURE = 0.7
"""Of what is written: two passages about the same are to differ. Verdicts are asked at 0."""

WRITTEN = Written()
DECISION = YesNo()


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Asks a model for texts, verdicts and words."""

    gateway: Gateway
    schema: Schema
    bank: Bank | None = None
    """Labelled passages that show how texts of the kind read."""

    @classmethod
    def of(cls, engine: Engine) -> "Writer":
        """Return the writer that asks what `engine` asks."""
        return cls(gateway=engine.gateway, schema=engine.plan.schema, bank=engine.plan.bank)

    async def write(
        self, wanted: str, *, stage: str, seed: int, before: Sequence[Exchange] = ()
    ) -> str | Problem:
        """Return a text as it is `wanted`.

        Args:
            wanted: The question.
            stage: Who asks, for reasons.
            seed: Number of the sample.
            before: Exchanges that stand before it: texts that were written as they were wanted.
        """
        messages = [Message("system", render(SYSTEM))]
        for question, text, _ in before:
            messages += [Message("user", question), Message("assistant", text)]
        answer = await converse(
            self.gateway,
            [*messages, Message("user", wanted)],
            about(WRITTEN, (), wanted, max_tokens=LONGEST_TEXT),
            stage=stage,
            temperature=TEMPERATURE,
            seed=seed,
        )
        return answer.problem or answer.value or ""

    async def suggest(
        self, wanted: str, *, stage: str, names: Sequence[str] = (), seed: int = 0
    ) -> Lists | Problem:
        """Return words for each of `names`, or for names of the model's own."""
        codec = Suggested(names)
        text = f"{wanted}\n{codec.instruct()}"
        answer = await converse(
            self.gateway,
            [Message("system", render(SYSTEM)), Message("user", text)],
            about(codec, (), text, max_tokens=LONGEST_LISTS),
            stage=stage,
            temperature=TEMPERATURE,
            seed=seed,
        )
        return answer.problem or answer.value or {}

    async def judge(self, text: str, question: str, *, stage: str) -> bool | Problem:
        """Return the answer to a yes/no question about a text."""
        answer = await converse(
            self.gateway,
            [Message("user", f"{fenced(text)}\n\n{question}")],
            about(DECISION, (), question, max_tokens=LONGEST_VERDICT),
            stage=stage,
        )
        return answer.problem or bool(answer.value)

    async def doubted(self, passage: Labelled, *kinds: Kind) -> tuple[Claim, ...] | Problem:
        """Return those claims of a passage, of some kinds, that the model does not find in it."""
        claims: dict[str, list[Claim]] = {}
        for claim in passage.claims:
            if claim.kind in kinds:
                claims.setdefault(statement(claim, self._type(claim)), []).append(claim)
        verdicts = await together(
            self.judge(passage.text, self._question(words, same[0]), stage="verify")
            for words, same in claims.items()
        )
        for verdict in verdicts:
            if isinstance(verdict, Problem):
                return verdict
        said = zip(claims.values(), verdicts, strict=True)
        return tuple(claim for same, verdict in said if not verdict for claim in same)

    async def examples(
        self, query: str, k: int, keep: Callable[[Labelled], bool]
    ) -> list[Labelled]:
        """Return at most `k` passages of the bank that are like `query`, the likest last."""
        if self.bank is None:
            return []
        # Embedding takes tens of milliseconds, in which others could be answered.
        (found,) = await asyncio.to_thread(self.bank.search, [query], k=k, keep=keep)
        return found

    def _question(self, words: str, claim: Claim) -> str:
        type_ = self._type(claim)
        return render(
            "verify.v1",
            statement=words,
            guideline=type_.guideline,
            avoid=type_.avoid,
            how=DECISION.instruct(),
        )

    def _type(self, claim: Claim) -> AnyType:
        return self.schema[claim.type]


def words_of(claims: Sequence[Claim], schema: Schema) -> str:
    """Put claims into words, for reasons."""
    return "; ".join(dict.fromkeys(statement(claim, schema[claim.type]) for claim in claims))
