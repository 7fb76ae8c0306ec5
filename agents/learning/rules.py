"""Rules from mistakes: predict, compare, reflect, and see whether the rule helps.

Pang et al. 2023, "Guideline Learning for In-context Information Extraction". Each pair is asked
about by itself, so that its case and its answer belong together. The second round asks again about
the pairs for which rules are found, none of them from the same document.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from types import MappingProxyType

from questgraph.agents.candidates import marked
from questgraph.agents.concurrency import together
from questgraph.agents.converse import Answer, about, converse
from questgraph.agents.dialogue import fenced
from questgraph.agents.learning.base import Learned, Lesson, Study, trouble, unit_of
from questgraph.agents.learning.reasons import explained
from questgraph.agents.precedents import Precedent
from questgraph.agents.rules import (
    GENERALISE,
    HELPED,
    MOST_RULES,
    RULE,
    SENTENCE,
    SHOWN,
    rules_for,
)
from questgraph.agents.state import Problem, initial
from questgraph.retrieval import views
from questgraph.retrieval.bank import Bank
from questgraph.tools.codecs.reasoned import Step, Steps
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.base import Message
from questgraph.tools.prompts import render
from questgraph.tools.records import Claim, Result

MAX_TOKENS = 256

_RULE = Steps(Step("rule", "when this is so, answer that"))


@dataclass(frozen=True, slots=True)
class Tried:
    """A labelled pair, and what was answered."""

    passage: Labelled
    pair: Precedent
    case: str
    said: str
    """Name of a relation; empty for none."""

    problems: tuple[Problem, ...] = ()

    @property
    def wrong(self) -> bool:
        """Whether something can be learned: the answer is known, and not the right one."""
        return not self.problems and self.said != self.pair.type


async def _learn(passages: Sequence[Labelled], study: Study) -> list[Learned]:
    pairs = [(each, pair) for each in passages for pair in explained(each, study.schema)]
    tried = await together(_try(passage, pair, study) for passage, pair in pairs)
    wrong = [one for one in tried if one.wrong and one.case]
    answers = await together(_reflect(one, study) for one in wrong)
    problems = [problem for one in tried for problem in one.problems]
    problems += [answer.problem for answer in answers if answer.problem]
    numbers = count()
    rules = [
        _passage(one, answer.value[0], next(numbers))
        for one, answer in zip(wrong, answers, strict=True)
        if answer.value
    ]
    kept = await _credited(rules, tried, study) if rules else Learned()
    return [Learned(kept.passages, (*problems, *kept.problems))]


async def _try(passage: Labelled, pair: Precedent, study: Study, bank: Bank | None = None) -> Tried:
    """Ask for the relation of one pair."""
    entities = [claim for claim in passage.claims if claim.kind == "entity"]
    open_pair = Claim("relation", "", pair.candidate.arguments, document_id="", unit_id="")
    result = await study.question(passage, given=[*entities, open_pair], bank=bank)
    told = (claim.type for claim in result.claims if claim.kind == "relation")
    return Tried(passage, pair, _case(result), next(told, ""), trouble("rules", result))


async def _reflect(tried: Tried, study: Study) -> Answer[tuple[str, ...]]:
    """Ask for a rule that would have helped."""
    candidate, type_ = tried.pair
    head, tail = (mention.text for _, mention in candidate.arguments[:2])
    text = render(
        "reflect.v1",
        marked=fenced(marked(candidate, unit_of(tried.passage))),
        case=tried.case,
        said=tried.said,
        head=head,
        tail=tail,
        type=study.schema[type_] if type_ else None,
        how=_RULE.instruct(),
    )
    question = about(_RULE, (), text, max_tokens=MAX_TOKENS)
    return await converse(study.gateway, [Message("user", text)], question, stage="rules")


async def _credited(rules: Sequence[Labelled], tried: Sequence[Tried], study: Study) -> Learned:
    """Return the rules with how often each was shown in a second round, and how often it helped."""
    bank = Bank.build(rules, study.embedder, view=views.CASE)
    context = study.with_bank(bank)
    found = await together(
        rules_for(one.case, initial(unit_of(one.passage)), context, k=MOST_RULES) for one in tried
    )
    again = [(one, some) for one, some in zip(tried, found, strict=True) if some]
    answers = await together(_try(one.passage, one.pair, study, bank) for one, _ in again)
    shown, helped = Counter[str](), Counter[str]()
    for answer, (_, some) in zip(answers, again, strict=True):
        if not answer.problems:
            shown.update(rule.id for rule in some)
            helped.update(rule.id for rule in some if not answer.wrong)
    return Learned(
        tuple(
            _noted(rule, {SHOWN: str(shown[rule.id]), HELPED: str(helped[rule.id])})
            for rule in rules
        ),
        tuple(problem for answer in answers for problem in answer.problems),
    )


def _case(result: Result) -> str:
    told = (turn.parsed for turn in result.turns if turn.stage == GENERALISE and turn.parsed)
    return next((SENTENCE.read(parsed)[0] for parsed in told), "")


def _passage(tried: Tried, rule: str, number: int) -> Labelled:
    """Return the passage that a rule was learned from, with the rule."""
    passage = replace(tried.passage, id=f"{tried.passage.id}#rule{number}", notes={})
    return _noted(passage, {views.CASE: tried.case, RULE: rule})


def _noted(passage: Labelled, notes: dict[str, str]) -> Labelled:
    return replace(passage, notes=MappingProxyType({**passage.notes, **notes}))


RULES = Lesson(
    name="rules",
    summary="writes a rule for each labelled pair that is told wrong, and tries it",
    labelled=True,
    learn=_learn,
)
