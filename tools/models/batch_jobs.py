"""Batches of the test endpoint: how their input is checked, and how they go on to their end."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple

from questgraph.tools.models.answering import Answer, Json, dumped

Status = Literal[
    "validating",
    "failed",
    "in_progress",
    "finalizing",
    "completed",
    "expired",
    "cancelling",
    "cancelled",
]
Missed = Literal["batch_expired", "batch_cancelled"]
"""Why an item was never asked."""

ENDED: frozenset[Status] = frozenset({"failed", "completed", "expired", "cancelled"})
URL = "/v1/chat/completions"

_DAY = 86_400
_REASONS: dict[Missed, str] = {
    "batch_expired": "This request could not be executed before the completion window expired.",
    "batch_cancelled": "The batch was cancelled before this request was executed.",
}


class Item(NamedTuple):
    """One line of an input file."""

    custom_id: str
    body: object


Run = Callable[[Item], Awaitable[Answer | Missed]]
Save = Callable[[str, bytes], str]
"""Keeps a file of that name and content, and returns its id."""


class Job:
    """One batch. It goes on when somebody looks at it, and not by itself.

    Args:
        id_: Name of the batch.
        told: What it was made with.
        text: Content of the input file.
        polls: Which look finds it done.
        run: Answers an item.
        save: Keeps the results.
    """

    def __init__(
        self, id_: str, told: Json, text: bytes, *, polls: int, run: Run, save: Save
    ) -> None:
        self.id = id_
        self.status: Status = "validating"
        self._told, self._polls, self._run, self._save = told, max(1, polls), run, save
        self._items, self._problems = checked_items(text)
        self._results: list[Answer | Missed] = []
        self._looks = 0
        self._looking = asyncio.Lock()
        created = int(time.time())
        self._times = {"created_at": created, "expires_at": created + _DAY}
        self._files: dict[str, str | None] = {"output_file_id": None, "error_file_id": None}

    async def look(self) -> None:
        """Go one step on: items are answered evenly over the looks, all before the last one."""
        async with self._looking:
            if self.status in ENDED:
                return
            self._looks += 1
            if self._problems:
                self._become("failed")
            elif self.status == "cancelling":
                self._end("cancelled")
            else:
                await self._go_on()

    def cancel(self) -> bool:
        """Ask no further items; say whether it was still time. The next look finds it ended."""
        if self.status in ENDED:
            return False
        self._become("cancelling")
        return True

    def report(self) -> Json:
        """Return the batch as OpenAI shows it."""
        answered = sum(map(_good, self._results))
        problems = {"object": "list", "data": self._problems}
        return {
            "id": self.id,
            "object": "batch",
            **self._told,
            "status": self.status,
            "errors": problems if self.status == "failed" else None,
            **self._files,
            **self._times,
            "request_counts": {
                "total": len(self._items),
                "completed": answered,
                "failed": len(self._results) - answered,
            },
        }

    async def _go_on(self) -> None:
        due = len(self._items) * self._looks // max(1, self._polls - 1)
        for item in self._items[len(self._results) : due]:
            self._results.append(await self._run(item))
        if self._looks >= self._polls:
            self._end("expired" if "batch_expired" in self._results else "completed")
        elif self.status != "cancelling":
            self._become("finalizing" if self._looks == self._polls - 1 else "in_progress")

    def _end(self, status: Status) -> None:
        """Write the files; one without lines is left out."""
        self._results += ["batch_cancelled"] * (len(self._items) - len(self._results))
        for kind, good in (("output", True), ("error", False)):
            lines = [
                _line(f"{self.id}_{number}", item, result)
                for number, (item, result) in enumerate(
                    zip(self._items, self._results, strict=True)
                )
                if _good(result) == good
            ]
            if lines:
                content = b"".join(dumped(line) + b"\n" for line in lines)
                name = f"{self.id}_{kind}.jsonl"
                self._files[f"{kind}_file_id"] = self._save(name, content)
        self._become(status)

    def _become(self, status: Status) -> None:
        self.status = status
        self._times.setdefault(f"{status}_at", int(time.time()))


def checked_items(text: bytes) -> tuple[list[Item], list[Json]]:
    """Return the items of an input file, and what is wrong with it as OpenAI says it."""
    items: list[Item] = []
    problems: list[Json] = []
    names: set[str] = set()
    models: set[object] = set()
    for number, line in enumerate(text.splitlines(), 1):
        item = _item(line, names, models)
        if isinstance(item, Item):
            items.append(item)
        else:
            code, message, param = item
            problems.append({"code": code, "message": message, "param": param, "line": number})
    if not items and not problems:
        message = "The input file is empty."
        problems = [{"code": "empty_file", "message": message, "param": None, "line": None}]
    return ([] if problems else items), problems


def _item(line: bytes, names: set[str], models: set[object]) -> Item | tuple[str, str, str | None]:
    """Read a line, given the names and models of those before; or return a problem."""
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return "invalid_json_line", "This line is not parseable as valid JSON.", None
    for param in ("custom_id", "method", "url", "body"):
        if param not in told:
            message = f"Missing required parameter: '{param}'."
            return "missing_required_parameter", message, param
    name, body = str(told["custom_id"]), told["body"]
    if name in names:
        return "duplicate_custom_id", f"The custom_id '{name}' is used more than once.", "custom_id"
    names.add(name)
    if (told["method"], told["url"]) != ("POST", URL):
        return "url_mismatch", "The URL does not match the endpoint of the batch.", "url"
    models.add(body.get("model") if isinstance(body, dict) else None)
    if len(models) > 1:
        return "model_mismatch", "All requests of a batch must use the same model.", "body.model"
    return Item(name, body)


def _good(result: Answer | Missed) -> bool:
    return isinstance(result, Answer) and result.status < 400


def _line(id_: str, item: Item, result: Answer | Missed) -> Json:
    """Return a line of the output or error file."""
    line: Json = {"id": id_, "custom_id": item.custom_id, "response": None, "error": None}
    if isinstance(result, Answer):
        response = {"status_code": result.status, "request_id": f"req_{id_}", "body": result.body}
        return {**line, "response": response}
    return {**line, "error": {"code": result, "message": _REASONS[result]}}
