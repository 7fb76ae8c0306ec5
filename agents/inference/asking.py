"""Asks a model for facts in its own words, for definitions, and which phrases mean the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.inference.answers import Definitions, Statement, Statements
from questgraph.agents.inference.merging import Near
from questgraph.agents.inference.phrases import Phrase, shown
from questgraph.agents.synthesis.answers import quoted
from questgraph.tools.codecs.choice import NONE, Choice
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render

SYSTEM = "infer-system.v1"
STATEMENTS = Statements()
LONGEST_FACTS, LONGEST_DEFINITIONS, LONGEST_CHOICE = 1024, 768, 16
"""Tokens of an answer at most."""

SHOWN = 3
"""Names or statements that show how a phrase is used."""

EXAMPLE = """\
Mara Quist has run the Alder Mill near Stavern since 1998. The mill stands on the Ly, which flows
into the Holm Sea."""
FACTS = (
    Statement("Mara Quist", "person", "runs", "Alder Mill", "mill"),
    Statement("Alder Mill", "mill", "is near", "Stavern", "town"),
    Statement("Alder Mill", "mill", "stands on", "Ly", "river"),
    Statement("Ly", "river", "flows into", "Holm Sea", "sea"),
)
"""What the example passage states: it shows the form, on a matter of no document."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks through a gateway, so that what was answered is never asked again."""

    gateway: Gateway

    async def statements(self, passage: str) -> Answer[list[Statement]]:
        """Ask which facts a passage states."""
        wanted = _open(passage)
        messages = [
            Message("system", render(SYSTEM)),
            Message("user", _open(EXAMPLE)),
            Message("assistant", STATEMENTS.write(FACTS)),
            Message("user", wanted),
        ]
        question = about(STATEMENTS, (), wanted, max_tokens=LONGEST_FACTS)
        return await converse(self.gateway, messages, question, stage="open")

    async def definitions(self, phrases: Sequence[Phrase]) -> Answer[dict[str, str]]:
        """Ask what some phrases of one kind mean."""
        codec = Definitions([phrase.form for phrase in phrases])
        wanted = render(
            "infer-define.v1",
            kind=phrases[0].kind,
            phrases=[(quoted(phrase.form), _shown(phrase)) for phrase in phrases],
            how=codec.instruct(),
        )
        question = about(codec, (), wanted, max_tokens=LONGEST_DEFINITIONS)
        return await converse(self.gateway, _asked(wanted), question, stage="define")

    async def same(self, near: Near, definitions: Mapping[str, str]) -> Answer[int]:
        """Ask which candidate means the same; the number behind the last one says none."""
        codec = Choice((*(_defined(c, definitions) for c in near.candidates), NONE))
        wanted = render(
            "infer-same.v1",
            kind=near.phrase.kind,
            phrase=quoted(near.phrase.form),
            definition=definitions.get(near.phrase.form, near.phrase.form),
            shown=_shown(near.phrase),
            options=codec.lines,
            how=codec.instruct(),
        )
        question = about(codec, (), wanted, max_tokens=LONGEST_CHOICE)
        return await converse(self.gateway, _asked(wanted), question, stage="same")


def _open(passage: str) -> str:
    return render("infer-open.v1", passage=fenced(passage), how=STATEMENTS.instruct())


def _asked(wanted: str) -> list[Message]:
    return [Message("system", render(SYSTEM)), Message("user", wanted)]


def _shown(phrase: Phrase) -> list[str]:
    return [quoted(text) for text in shown(phrase, SHOWN)]


def _defined(phrase: Phrase, definitions: Mapping[str, str]) -> str:
    return f"{phrase.form}: {definitions.get(phrase.form, phrase.form)}"
