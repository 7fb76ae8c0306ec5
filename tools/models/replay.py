"""A model that answers from a recording and from nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from questgraph.tools.errors import ConfigError, ModelRefusedError
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Reply, Request
from questgraph.tools.models.tokens import unpacked
from questgraph.tools.records import Usage


class ReplayModel:
    """Answers what the recorded model answered.

    Args:
        path: A run folder's `run.db`, or the JSONL file that `Ledger.dump` wrote.
        model: Whose answers, when the recording holds several models'.

    Raises:
        ConfigError: When there is no recording, or it holds several models' answers.
    """

    slots = 256

    def __init__(self, path: Path | str, model: str = "") -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise ConfigError(f"{path}: there is no recording: name a run.db or a .jsonl file")
        self._ledger = None if self.path.suffix == ".jsonl" else SqliteLedger(self.path)
        self._replies = _read(self.path) if self._ledger is None else {}
        recorded = {name for name, _ in self._replies} | set(
            self._ledger.models() if self._ledger else ()
        )
        if not model and len(recorded) != 1:
            raise ConfigError(
                f"{path}: answers of {len(recorded)} models: {', '.join(sorted(recorded))}"
            )
        self.name = model or recorded.pop()

    async def complete(self, request: Request) -> Reply:
        """Return the recorded reply.

        Raises:
            ModelRefusedError: When this was not asked when the recording was made.
        """
        key = request.key(self.name)
        reply = self._ledger.kept(key) if self._ledger else self._replies.get((self.name, key))
        if reply is None:
            question = request.messages[-1].content
            raise ModelRefusedError(
                f"{self.path.name} holds no answer to this; text, schema, prompts or bank changed"
                f" since it was recorded: {question[-200:]!r}"
            )
        return reply

    async def __aenter__(self) -> Self:
        if self._ledger:
            await self._ledger.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._ledger:
            await self._ledger.__aexit__(kind, error, trace)


def _read(path: Path) -> Mapping[tuple[str, str], Reply]:
    replies = {}
    with path.open(encoding="utf-8", errors="surrogatepass") as file:
        for line in file:
            record = json.loads(line)
            usage = Usage(
                prompt_tokens=record["prompt_tokens"],
                cached_tokens=record["cached_tokens"],
                completion_tokens=record["completion_tokens"],
            )
            tokens = unpacked(record.get("tokens", ""))
            reply = Reply(record["reply"], record["finish"], usage, tokens)
            replies[record["model"], record["key"]] = reply
    return replies
