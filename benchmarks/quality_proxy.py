"""A recording endpoint before the local model: every answer is kept, so nobody is asked twice.

Every peer asks the same model through it, under its own name. It caps answers at `MOST_TOKENS`
where the asker sets no limit of its own, and counts what each asker's answers cost when they were
given.
"""

import asyncio
import hashlib
import json
import sqlite3
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from questgraph.tools.models.local import LocalModel
from questgraph.tools.settings import Settings

MOST_TOKENS = 1024
PATIENCE = aiohttp.ClientTimeout(total=None)


class Recorder:
    """Answers from what was recorded, or asks the model and records."""

    def __init__(self, file: Path, url: str, key: str) -> None:
        self._url, self._key = url, key
        self._answers = sqlite3.connect(file)
        self._answers.execute(
            "create table if not exists answers (key text primary key, body text, seconds real)"
        )
        self._turn = asyncio.Lock()
        self._spent: dict[str, Counter[str]] = {}

    async def __call__(self, request: web.Request) -> web.Response:
        """Answer a chat request; `/NAME/v1/chat/completions` is asked by NAME."""
        asked: dict[str, Any] = await request.json()
        asked.pop("stream", None)
        if not asked.get("max_tokens") and not asked.get("max_completion_tokens"):
            asked["max_tokens"] = MOST_TOKENS
        asked["model"] = "local"
        key = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        kept = "select body, seconds from answers where key = ?"
        if row := self._answers.execute(kept, [key]).fetchone():
            self._count(request.match_info["name"], *row)
            return web.Response(text=row[0], content_type="application/json")
        async with self._turn, aiohttp.ClientSession(timeout=PATIENCE) as session:
            begun = time.monotonic()
            headers = {"Authorization": f"Bearer {self._key}"}
            target = f"{self._url}/chat/completions"
            async with session.post(target, json=asked, headers=headers) as reply:
                text = await reply.text()
            if reply.status == 200:
                seconds = time.monotonic() - begun
                values = [key, text, seconds]
                self._answers.execute("insert or replace into answers values (?, ?, ?)", values)
                self._answers.commit()
                self._count(request.match_info["name"], text, seconds)
        return web.Response(text=text, status=reply.status, content_type="application/json")

    async def spent(self, request: web.Request) -> web.Response:
        """Tell what an asker's answers cost since it was told last."""
        return web.json_response(self._spent.pop(request.match_info["name"], {}))

    def _count(self, name: str, body: str, seconds: float) -> None:
        used = json.loads(body).get("usage") or {}
        tokens = {key: used.get(key, 0) for key in ("prompt_tokens", "completion_tokens")}
        self._spent.setdefault(name, Counter()).update({"calls": 1, "seconds": seconds, **tokens})


async def main(file: Path, port: int) -> None:
    """Serve on loopback until the standard input closes."""
    async with LocalModel("", Settings.read()) as model:
        url, key = model.address
        app = web.Application(client_max_size=2**26)
        recorder = Recorder(file, url, key)
        app.router.add_post("/{name}/v1/chat/completions", recorder)
        app.router.add_get("/{name}/spent", recorder.spent)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
