"""The recorded demo as often as wanted: its documents in copies, and an endpoint that answers.

Each sentence bears the number of its copy, so that no call is answered from another copy's. The
answers, and the tokens they took, are the embedded model's, from `examples/calls.jsonl`. As a
script it serves them on loopback until its standard input closes:

    python scale_copies.py ANSWERS.json --latency 0.2 --faults 0.2
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from harness import OURS, ROOT, environment

import questgraph
from questgraph.tools.documents import load
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Reply, Request
from questgraph.tools.models.endpoint import Endpoint
from questgraph.tools.models.faults import Faults, Latency
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Document, Usage

EXAMPLES = ROOT / "examples"
CALLS = EXAMPLES / "calls.jsonl"

Answers = Mapping[tuple[str, str], Reply]
"""Replies by document and question."""

_END = re.compile(r'(?m)(?<=\w)\.?$|(?<=\w)\.(?=[\s"])')
"""Where a title, a paragraph or a sentence ends."""

_MARKS = re.compile(r" \[\d+\]|(?<=passage )[0-9a-f]{8,}")
"""What differs between copies: their numbers, and the nonces that are made of them."""


@cache
def documents() -> Sequence[Document]:
    """Return the documents of the demo."""
    return [each for each in load(EXAMPLES / "documents") if isinstance(each, Document)]


def copies(count: int, first: int = 0) -> Iterator[Document]:
    """Yield `count` documents of one passage each, of which no two share a sentence."""
    for number in range(first, first + count):
        original = documents()[number % len(documents())]
        text = _END.sub(rf" [{number}]\g<0>", original.text)
        yield Document(f"{number:07}-{original.id}", text)


def recorded(run: Path) -> Answers:
    """Return the answers to the demo's questions, by document and question.

    Args:
        run: Folder in which the demo is answered from its recording.
    """
    questgraph.extract(EXAMPLES / "documents", model=f"replay:{CALLS}", out=run).close()
    with closing(SqliteLedger(run / "run.db")) as ledger:
        return dict(_question_and_reply(ledger, call) for call in ledger.records())


class Recorded:
    """Answers about any copy as the embedded model did about the original.

    What it was never asked, such as the halves of a passage that was cut in two, has nothing in it.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def __call__(self, request: Request) -> Reply:
        """Return the answer to the last question that is known: a complaint may follow it."""
        document = _about([message.content for message in request.messages])
        asked = [message.content for message in request.messages if message.role == "user"]
        known = (self._answers.get((document, _plain(text))) for text in reversed(asked))
        return next(filter(None, known), _nothing(asked[-1]))


@contextmanager
def served(*options: str) -> Iterator[str]:
    """Serve the answers for as long as the block lasts; yields the base URL."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.json"
        file.write_text(json.dumps([*map(_row, recorded(Path(folder)).items())]))
        with subprocess.Popen(
            [str(OURS), __file__, str(file), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        ) as process:
            assert process.stdin, "it is a pipe"
            assert process.stdout, "it is a pipe"
            yield process.stdout.readline().strip()
            process.stdin.close()


def _question_and_reply(
    ledger: SqliteLedger, call: Mapping[str, Any]
) -> tuple[tuple[str, str], Reply]:
    asked = ledger.request(call["key"])
    assert asked, "its record was there a moment ago"
    texts = [text for _, text in asked["messages"]]
    counts = ("prompt_tokens", "cached_tokens", "completion_tokens")
    usage = Usage(**{name: call[name] for name in counts})
    return (_about(texts), _plain(texts[-1])), Reply(call["reply"], call["finish"], usage)


def _about(texts: Sequence[str]) -> str:
    """Return which document is asked about; nothing where only a sentence of it is shown."""
    # Demonstrations are passages too, and stand before.
    shown = _plain(next(text for text in reversed(texts) if text.startswith("<passage")))
    return next((each.id for each in documents() if each.text[:40] in shown), "")


def _plain(text: str) -> str:
    return _MARKS.sub("", text)


def _nothing(question: str) -> Reply:
    if "Which of the types" in question:
        return Reply('{"types":[]}')
    return Reply('{"answer":"no"}' if '{"answer"' in question else "{}")


def _row(item: tuple[tuple[str, str], Reply]) -> list[Any]:
    (document, question), reply = item
    usage = reply.usage
    tokens = [usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens]
    return [document, question, reply.text, *tokens]


def _answer(row: Sequence[Any]) -> tuple[tuple[str, str], Reply]:
    document, question, text, read, cached, written = row
    usage = Usage(prompt_tokens=read, cached_tokens=cached, completion_tokens=written)
    return (document, question), Reply(text, usage=usage)


async def _serve(endpoint: Endpoint) -> None:
    async with endpoint as server:
        print(server.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("answers", type=Path)
    parser.add_argument("--latency", default="0", help="as the test endpoint takes it")
    parser.add_argument("--faults", type=float, default=0.0, help="share of the requests")
    told = parser.parse_args()
    answers = dict(map(_answer, json.loads(told.answers.read_text())))
    endpoint = Endpoint(
        ScriptedModel(Recorded(answers)),
        latency=Latency.parse(told.latency),
        faults=Faults.mixed(told.faults),
    )
    asyncio.run(_serve(endpoint))


if __name__ == "__main__":
    main()
