"""The recorded demo as often as wanted: its documents in copies, and an endpoint that answers.

No two copies are alike: each sentence bears the copy's number, so that no call is answered from
another one's. The answers, and how many tokens they took, are those of the embedded model in
`examples/calls.jsonl`. As a script it serves them on loopback until its standard input closes:

    python scale_copies.py ANSWERS.json --latency 0.2 --faults 0.2
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

import questgraph
from questgraph.tools.documents import load
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.models.base import Reply, Request
from questgraph.tools.models.endpoint import Endpoint
from questgraph.tools.models.faults import Faults, Latency
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Document, Usage

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"

Answers = Mapping[tuple[str, str], Reply]
"""Replies by document and question."""

_END = re.compile(r'(?m)(?<=\w)\.?$|(?<=\w)\.(?=[\s"])')
_MARKS = re.compile(r" \[\d+\]|(?<=passage )[0-9a-f]{8,}")


@cache
def documents() -> tuple[Document, ...]:
    """Return the documents of the demo."""
    return tuple(each for each in load(EXAMPLES / "documents") if isinstance(each, Document))


def copies(count: int) -> Iterator[Document]:
    """Yield `count` documents of one passage each, of which no two have a sentence in common."""
    originals = documents()
    for number in range(count):
        original = originals[number % len(originals)]
        text = _END.sub(rf" [{number}]\g<0>", original.text)
        yield Document(f"{number:07}-{original.id}", text)


def record(path: Path) -> None:
    """Write the recorded answers by document and question, as the endpoint reads them."""
    with tempfile.TemporaryDirectory() as folder:
        model = f"replay:{EXAMPLES / 'calls.jsonl'}"
        questgraph.extract(EXAMPLES / "documents", model=model, out=folder).close()
        with closing(SqliteLedger(Path(folder) / "run.db")) as ledger:
            path.write_text(json.dumps(list(_recorded(ledger))))


def answers_from(path: Path) -> Answers:
    """Read what `record` wrote."""
    rows = json.loads(path.read_text())
    return {
        (document, question): Reply(
            text, usage=Usage(prompt_tokens=read, cached_tokens=cached, completion_tokens=written)
        )
        for document, question, text, read, cached, written in rows
    }


class Recorded:
    """Answers any copy as the embedded model answered the original.

    What it was never asked, such as the halves of a passage that was cut in two, has nothing in it.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def __call__(self, request: Request) -> Reply:
        """Return the answer to the last question that is known."""
        document = _document_of([message.content for message in request.messages])
        asked = [message.content for message in request.messages if message.role == "user"]
        known = (self._answers.get((document, _plain(text))) for text in reversed(asked))
        return next(filter(None, known), _nothing(asked[-1]))


def _recorded(ledger: SqliteLedger) -> Iterator[tuple[object, ...]]:
    for call in ledger.records():
        request = ledger.request(str(call["key"]))
        assert request, "it is there: its record is"
        texts = [text for _, text in request["messages"]]
        tokens = (call["prompt_tokens"], call["cached_tokens"], call["completion_tokens"])
        yield _document_of(texts), _plain(texts[-1]), call["reply"], *tokens


def _document_of(texts: list[str]) -> str:
    """Return which document is asked about; nothing where only a sentence of it is shown."""
    joined = _plain("\n".join(texts))
    return next((each.id for each in documents() if each.text[:40] in joined), "")


def _plain(text: str) -> str:
    return _MARKS.sub("", text)


def _nothing(question: str) -> Reply:
    if "Which of the types" in question:
        return Reply('{"types":[]}')
    return Reply('{"answer":"no"}' if '{"answer"' in question else "{}")


async def _serve(endpoint: Endpoint) -> None:
    async with endpoint as server:
        print(server.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("answers", type=Path)
    parser.add_argument("--latency", default="0")
    parser.add_argument("--faults", type=float, default=0.0)
    told = parser.parse_args()
    model = ScriptedModel(Recorded(answers_from(told.answers)))
    asyncio.run(_serve(Endpoint(model, latency=Latency.parse(told.latency), faults=Faults.mixed(told.faults))))


if __name__ == "__main__":
    main()
