"""An OpenAI-compatible endpoint on loopback that takes its time but hardly any processor time.

Each contender has a base URL of its own, `…/CONTENDER/v1`, where it is told the facts in its own
form. `…/CONTENDER/tally` says what came since it was last asked. Prints its URL and serves until
its standard input closes. Answers are made beforehand, and HTTP is read no further than needed,
so that one core answers far more calls than any client can make.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import cast
from zlib import crc32

import uvloop
from task import ANSWERS

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
_BORDER = b"\r\n\r\n"
_PASSAGE = b"Filing "
"""How every passage begins; its number follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long answers take."""

    latency: float = 0.0
    """Seconds of an ordinary answer."""

    slow: float = 0.0
    """Seconds of a slow answer."""

    one_in: int = 0
    """One answer in so many is slow; none when 0."""

    def seconds(self, passage: int, turn: int) -> float:
        """Return how long an answer takes: the same for every contender, whatever its order."""
        if self.one_in and crc32(b"%d/%d" % (passage, turn)) % self.one_in == 0:
            return self.slow
        return self.latency


@dataclass(slots=True)
class Tally:
    """What came from one contender."""

    calls: int = 0
    work: float = 0.0
    """Seconds of all answers together."""

    in_flight: int = 0
    most_in_flight: int = 0
    turns: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """Calls by passage."""

    dialogues: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    """Seconds by passage."""

    begun: float = field(default_factory=time.process_time)

    def add(self, passage: int, pace: Pace) -> float:
        """Note a call and return how long its answer takes."""
        seconds = pace.seconds(passage, self.turns[passage])
        self.turns[passage] += 1
        self.dialogues[passage] += seconds
        self.calls += 1
        self.work += seconds
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return seconds

    def to_json(self) -> dict[str, float]:
        """Return the figures, with the longest dialogue and the endpoint's own processor time."""
        return {
            "calls": self.calls,
            "work_seconds": round(self.work, 3),
            "longest_dialogue_seconds": round(max(self.dialogues.values(), default=0.0), 3),
            "most_in_flight": self.most_in_flight,
            "endpoint_processor_seconds": round(time.process_time() - self.begun, 4),
        }


def response(body: bytes) -> bytes:
    """Return an HTTP response with a JSON body."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + _BORDER + body


def completion(answer: str) -> bytes:
    """Return the response with a chat completion that says `answer`."""
    message = {"role": "assistant", "content": answer, "refusal": None}
    written = len(answer) // 4
    usage = {"prompt_tokens": 600, "completion_tokens": written, "total_tokens": 600 + written}
    return response(
        json.dumps(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": "instant",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": usage,
            }
        ).encode()
    )


RESPONSES = {
    contender.encode(): {wording.encode(): completion(answer) for wording, answer in each.items()}
    for contender, each in ANSWERS.items()
}


class Endpoint:
    """What all connections share: pace and tallies."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._tallies: dict[bytes, Tally] = defaultdict(Tally)

    def taken(self, contender: bytes) -> bytes:
        """Return the response with a contender's tally, and begin a new one."""
        tally, self._tallies[contender] = self._tallies[contender], Tally()
        return response(json.dumps(tally.to_json()).encode())

    def answer(self, contender: bytes, question: bytes) -> tuple[float, bytes, Tally]:
        """Return when to answer a question, with what, and whose call it is."""
        responses, tally = RESPONSES[contender], self._tallies[contender]
        start = question.find(_PASSAGE) + len(_PASSAGE)
        passage = int(question[start : question.index(b".", start)])
        # The history holds earlier questions: the wording that stands last is asked now.
        asked = max(responses, key=question.rfind) if len(responses) > 1 else b""
        return tally.add(passage, self.pace), responses[asked], tally


class Connection(asyncio.Protocol):
    """One client connection; a request at a time, as HTTP clients send them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._loop = asyncio.get_running_loop()
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer when a request is complete."""
        self._received += data
        head_end = self._received.find(_BORDER)
        if head_end < 0:
            return
        length = _LENGTH.search(self._received, 0, head_end)
        end = head_end + len(_BORDER) + (int(length[1]) if length else 0)
        if len(self._received) >= end:
            request, self._received = self._received[:end], self._received[end:]
            self._answer(request.split(b"/", 3)[1], request, head_end)

    def _answer(self, contender: bytes, request: bytes, head_end: int) -> None:
        if request.startswith(b"GET"):
            self._transport.write(self._endpoint.taken(contender))
            return
        seconds, found, tally = self._endpoint.answer(contender, request[head_end:])
        if seconds:
            self._loop.call_later(seconds, self._send, found, tally)
        else:
            self._send(found, tally)

    def _send(self, found: bytes, tally: Tally) -> None:
        tally.in_flight -= 1
        if not self._transport.is_closing():
            self._transport.write(found)


async def serve(pace: Pace) -> None:
    """Serve on a free port of the loopback interface until standard input closes."""
    endpoint = Endpoint(pace)
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(endpoint), "127.0.0.1", 0, backlog=1024
    )
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--latency", type=float, default=0.0, help="seconds of an answer")
    parser.add_argument("--slow", type=float, default=0.0, help="seconds of a slow answer")
    parser.add_argument("--one-in", type=int, default=0, help="one answer in so many is slow")
    parser.add_argument("--core", type=int, help="the processor core to stay on")
    told = parser.parse_args()
    if told.core is not None:
        os.sched_setaffinity(0, {told.core})
    uvloop.run(serve(Pace(latency=told.latency, slow=told.slow, one_in=told.one_in)))


if __name__ == "__main__":
    main()
