"""A chat endpoint that answers at once, in the format that each contender asks for.

It does as little as an endpoint can: the answer is chosen by a word in the prompt.
"""

import asyncio
import json
import sys

from aiohttp import web

GRAPH = {
    "nodes": [{"id": "Ann Lee", "type": "Person"}, {"id": "Acme", "type": "Organization"}],
    "relationships": [
        {
            "source_node_id": "Ann Lee",
            "source_node_type": "Person",
            "target_node_id": "Acme",
            "target_node_type": "Organization",
            "type": "WORKS_FOR",
        }
    ],
}
NEO4J = {
    "nodes": [
        {"id": "0", "label": "Person", "properties": {"name": "Ann Lee"}},
        {"id": "1", "label": "Organization", "properties": {"name": "Acme"}},
    ],
    "relationships": [
        {"type": "WORKS_FOR", "start_node_id": "0", "end_node_id": "1", "properties": {}}
    ],
}
LANGEXTRACT = {
    "extractions": [
        {"person": "Ann Lee", "person_attributes": {}},
        {"organization": "Acme", "organization_attributes": {}},
    ]
}
EVERYTHING = {
    "person": ["Ann Lee"],
    "organization": ["Acme"],
    "date": ["May"],
    "works_for": [["Ann Lee", "Acme"]],
    "appointment": [{"trigger": "named", "person": ["Ann Lee"], "organization": ["Acme"]}],
}
# A piece of the last message, and the answer to it; the first that fits serves.
ANSWERS = [
    (
        "Which of the types",
        {"types": ["person", "organization", "date", "works_for", "appointment"]},
    ),
    ("Copy every", {key: EVERYTHING[key] for key in ("person", "organization", "date")}),
    ("Give every pair", {"works_for": EVERYTHING["works_for"]}),
    ("Give every event", {"appointment": EVERYTHING["appointment"]}),
    ("left out", {}),
    ("Does it say", {"answer": "yes"}),
    ("Give everything of the types", EVERYTHING),
    ("top-tier algorithm designed for extracting", NEO4J),
    ("source_node_id", GRAPH),
    ("extractions", LANGEXTRACT),
]


def completion(body: dict[str, object]) -> dict[str, object]:
    """Return an answer in OpenAI's form."""
    messages = body["messages"]
    said = messages[-1]["content"]
    text = said if isinstance(said, str) else json.dumps(said)
    answer = next((a for piece, a in ANSWERS if piece in text), None)
    if answer is None:
        whole = json.dumps(body)
        answer = next((a for piece, a in ANSWERS[-3:] if piece in whole), GRAPH)
    message = {"role": "assistant", "content": json.dumps(answer)}
    if body.get("tools"):
        name = body["tools"][0]["function"]["name"]
        call = {"name": name, "arguments": json.dumps(GRAPH)}
        message["tool_calls"] = [{"id": "call-0", "type": "function", "function": call}]
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    usage = {"prompt_tokens": 500, "completion_tokens": 50, "total_tokens": 550}
    return {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": 0,
        "model": str(body["model"]),
        "choices": [choice],
        "usage": usage,
    }


async def main() -> None:
    """Serve until standard input ends."""
    count = 0

    async def complete(request: web.Request) -> web.Response:
        nonlocal count
        count += 1
        return web.json_response(completion(await request.json()))

    async def counted(_: web.Request) -> web.Response:
        return web.Response(text=str(count))

    app = web.Application(client_max_size=1 << 26)
    app.router.add_post("/v1/chat/completions", complete)
    app.router.add_get("/v1/count", counted)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    print(f"http://127.0.0.1:{port}/v1", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


asyncio.run(main())
