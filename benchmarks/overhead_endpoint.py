"""An OpenAI-compatible endpoint that answers at once, for the overhead benchmark.

Each contender has a base URL of its own, `…/CONTENDER/v1`, where it is told the facts in its own
form; `…/CONTENDER/calls` says how many calls came. Prints its URL and serves until its standard
input closes.
"""

import asyncio
import json
import sys
from collections import Counter

from aiohttp import web
from overhead_task import ANSWERS


def completion(answer: str) -> bytes:
    """Return the body of a chat completion that says `answer`."""
    message = {"role": "assistant", "content": answer, "refusal": None}
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "instant",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": 600,
                "completion_tokens": len(answer) // 4,
                "total_tokens": 600 + len(answer) // 4,
            },
        }
    ).encode()


BODIES = {
    contender: {wording.encode(): completion(answer) for wording, answer in answers.items()}
    for contender, answers in ANSWERS.items()
}


def application() -> web.Application:
    """Return the endpoint."""
    counts: Counter[str] = Counter()

    async def complete(request: web.Request) -> web.Response:
        contender = request.match_info["contender"]
        counts[contender] += 1
        question = await request.read()
        # The history holds earlier questions: the wording that stands last is asked now.
        asked = max(BODIES[contender], key=question.rfind)
        return web.Response(body=BODIES[contender][asked], content_type="application/json")

    async def calls(request: web.Request) -> web.Response:
        return web.Response(text=str(counts[request.match_info["contender"]]))

    app = web.Application()
    app.router.add_post("/{contender}/v1/chat/completions", complete)
    app.router.add_get("/{contender}/calls", calls)
    return app


async def serve() -> None:
    """Serve on a free port of the loopback interface until standard input closes."""
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=512)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
