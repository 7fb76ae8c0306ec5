"""Short texts under fixed names, alone or around the choice of a type, as compact JSON.

    {"head_is":"a person","evidence":"works for","relation":"works_for"}

What stands before the choice is thought first (CoT-ER, Ma et al. 2023), what stands after it says
why (GPT-RE, Wan et al. 2023). The released readers look for a relation's name anywhere in a reply,
where one name may lie within another; here it is a value.
"""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from questgraph.tools.codecs.parsing import by_folded, fold, is_nothing, read_json
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat, exact_object
from questgraph.tools.schema import AnyType

NONE = "NONE"
"""How it is answered that no type holds."""

_CHOICE = "relation"


class Step(NamedTuple):
    """A text that an answer has."""

    name: str
    hint: str
    """What it says, in a few words."""


class Decision(NamedTuple):
    """A choice, and what was said about it."""

    type: str
    """Name of a type; empty for none."""

    steps: tuple[str, ...] = ()
    """The texts, in the order of the codec's steps."""


class Steps:
    """Some texts, one for each step."""

    def __init__(self, *steps: Step) -> None:
        self.steps = steps

    def instruct(self, types: Sequence[AnyType] = ()) -> str:
        """Say in words how to answer."""
        return f"Answer with JSON: {{{_shape(self.steps)}}}"

    def format(self, types: Sequence[AnyType] = ()) -> AnswerFormat | None:
        """Return a schema with a text for each step."""
        return AnswerFormat(exact_object({step.name: {"type": "string"} for step in self.steps}))

    def write(self, value: Sequence[str], types: Sequence[AnyType] = ()) -> str:
        """Spell the texts."""
        names = (step.name for step in self.steps)
        return _compact(dict(zip(names, value, strict=True)))

    def read(self, answer: str, types: Sequence[AnyType] = ()) -> tuple[str, ...]:
        """Return the texts.

        Raises:
            AnswerError: When there is no JSON object, or one of the texts is missing.
        """
        texts = _texts(_read(answer, self.instruct()), self.steps)
        if not all(texts):
            raise AnswerError(f"Say all of it. {self.instruct()}")
        return texts


class Reasoned:
    """One of the types, or none, between texts.

    Args:
        before: What is said first.
        after: What is said then.
    """

    def __init__(self, before: Sequence[Step] = (), after: Sequence[Step] = ()) -> None:
        self.before, self.after = tuple(before), tuple(after)
        self.steps = (*self.before, *self.after)

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        choice = Step(_CHOICE, f"{NONE} or its name")
        return f"Answer with JSON: {{{_shape((*self.before, choice, *self.after))}}}"

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return a schema that allows the names of `types` and `NONE`."""
        names = [NONE, *(type_.name for type_ in types)]
        text: Mapping[str, object] = {"type": "string"}
        properties = {
            **{step.name: text for step in self.before},
            _CHOICE: {"enum": names},
            **{step.name: text for step in self.after},
        }
        return AnswerFormat(exact_object(properties))

    def write(self, value: Decision, types: Sequence[AnyType]) -> str:
        """Spell the decision."""
        told = dict(zip((step.name for step in self.steps), value.steps, strict=True))
        return _compact(
            {
                **{step.name: told[step.name] for step in self.before},
                _CHOICE: value.type or NONE,
                **{step.name: told[step.name] for step in self.after},
            }
        )

    def read(self, answer: str, types: Sequence[AnyType]) -> Decision:
        """Return the decision; a text that is missing is empty, since the choice is what counts.

        Raises:
            AnswerError: When there is no JSON object, or it has no known name.
        """
        said = _read(answer, self.instruct(types))
        name = str(said.get(_CHOICE) or "")
        known = by_folded(type_.name for type_ in types)
        steps = _texts(said, self.steps)
        if fold(name) in known:
            return Decision(known[fold(name)], steps)
        if _CHOICE in said and is_nothing(name):
            return Decision("", steps)
        names = ", ".join((NONE, *known.values()))
        raise AnswerError(f"Choose from these: {names}. {self.instruct(types)}")


def _shape(steps: Sequence[Step]) -> str:
    return ",".join(f'"{step.name}":"{step.hint}"' for step in steps)


def _compact(said: Mapping[str, str]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _read(answer: str, complaint: str) -> Mapping[str, object]:
    said = read_json(answer)
    if not isinstance(said, Mapping):
        raise AnswerError(complaint)
    return said


def _texts(said: Mapping[str, object], steps: Sequence[Step]) -> tuple[str, ...]:
    values = (said.get(step.name) for step in steps)
    return tuple(value.strip() if isinstance(value, str) else "" for value in values)
