"""A model that says what it was told to: for tests, rehearsals, and imported answers."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml

from questgraph.tools.errors import ConfigError, ModelRefusedError
from questgraph.tools.models.base import Reply, Request

Answer = str | Reply | Exception
Answers = Sequence[Answer] | Mapping[str, Answer] | Callable[[Request], Answer]


class ScriptedModel:
    """Answers from a list, by a piece of the question, or by a function.

    An exception in place of an answer is raised. `requests` records what was asked.

    Args:
        answers: A list gives one answer after the other; a mapping the answer of the first key
            that the last message contains; a function whatever it returns.
        name: Name of the model.
        slots: How many calls it takes at once.
    """

    def __init__(self, answers: Answers, *, name: str = "scripted:test", slots: int = 256) -> None:
        self._answers = answers
        self.name = name
        self.slots = slots
        self.requests: list[Request] = []

    @classmethod
    def from_file(cls, path: Path | str) -> Self:
        """Read the answers from a YAML or JSON file: a list, or a mapping.

        Raises:
            ConfigError: When the file cannot be read or holds something else.
        """
        try:
            answers = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise ConfigError(f"{path}: no answers there: {error}") from error
        if not isinstance(answers, list | dict):
            raise ConfigError(f"{path}: write a list of answers, or a mapping question: answer")
        return cls(answers, name=f"scripted:{Path(path).name}")

    async def complete(self, request: Request) -> Reply:
        """Answer `request`.

        Raises:
            ModelRefusedError: When there is no answer to it.
        """
        self.requests.append(request)
        answer = self._find(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else Reply(str(answer))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def _find(self, request: Request) -> Answer:
        if callable(self._answers):
            return self._answers(request)
        question = request.messages[-1].content
        if isinstance(self._answers, Mapping):
            found = (answer for key, answer in self._answers.items() if key in question)
            return next(found, ModelRefusedError(f"no scripted answer to: {question[-300:]}"))
        number = len(self.requests)
        if number > len(self._answers):
            return ModelRefusedError(
                f"only {len(self._answers)} scripted answers, and this is asked: {question[-300:]}"
            )
        return self._answers[number - 1]
