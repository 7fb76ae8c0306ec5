"""Asks a peer about passages; runs in the peers' environment and prints what each one found.

In: one JSON object on the standard input with `peer`, `url`, `schema` and `passages`, each with its
`demos`. Out: a line of JSON for each passage with `entities` (type, text), `relations` (type, head,
tail), `arguments` (event type, role, text), `triggers` (event type, text), or `error`, and what its
answers cost: `calls`, `prompt_tokens`, `completion_tokens`, `seconds`.

A relation is what each peer's own documentation has for it; an event is its trigger, typed, with an
edge to each argument, or an attribute that names it.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

Json = dict[str, Any]
Found = dict[str, list[list[str]]]


def nothing() -> Found:
    """Return a passage in which nothing was found."""
    return {"entities": [], "relations": [], "arguments": [], "triggers": []}


def langchain(task: Json) -> Callable[[Json], Found]:
    """LangChain's `LLMGraphTransformer` with the schema's types; it takes no demonstrations."""
    from langchain_core.documents import Document
    from langchain_experimental.graph_transformers import LLMGraphTransformer
    from langchain_openai import ChatOpenAI

    schema = task["schema"]
    events = {event["name"]: event["roles"] for event in schema["events"]}
    roles = sorted({role for names in events.values() for role in names})
    ends = [] if schema["entities"] else ["entity"]
    transformer = LLMGraphTransformer(
        ChatOpenAI(model="local", temperature=0, base_url=task["url"], api_key="none"),
        allowed_nodes=[t["name"] for t in schema["entities"]] + ends + list(events),
        allowed_relationships=[t["name"] for t in schema["relations"]] + roles,
        strict_mode=True,
    )

    def ask(passage: Json) -> Found:
        [graph] = transformer.convert_to_graph_documents([Document(page_content=passage["text"])])
        found = nothing()
        for node in graph.nodes:
            key = "triggers" if node.type in events else "entities"
            found[key].append([node.type, str(node.id)])
        for edge in graph.relationships:
            event = {name.casefold(): name for name in events}.get(edge.source.type.casefold())
            if event:
                found["arguments"].append([event, edge.type, str(edge.target.id)])
            else:
                found["relations"].append([edge.type, str(edge.source.id), str(edge.target.id)])
        return found

    return ask


def langextract(task: Json) -> Callable[[Json], Found]:  # noqa: C901 - one peer, one function
    """Langextract with the passage's demonstrations as its examples."""
    import langextract as lx
    from langextract.prompt_validation import PromptValidationLevel

    schema = task["schema"]
    relations = {t["name"] for t in schema["relations"]}
    events = {t["name"] for t in schema["events"]}
    lines = [f"- {t['name']}: {t['guideline']}" for kind in schema.values() for t in kind]
    wanted = "Extract everything of these classes, in the exact words of the text:\n" + "\n".join(
        lines
    )
    if relations:
        wanted += "\nA relation is the words of its head, with its tail as an attribute."
    if events:
        wanted += "\nAn event is its trigger word; each argument has its role as its class and the"
        wanted += " type of its event as an attribute."

    def example(demo: Json) -> Any:
        found, entities = [], demo["entities"]
        one = lx.data.Extraction
        names = {t["name"] for t in schema["entities"]}
        found += [one(e["type"], e["text"]) for e in entities if e["type"] in names]
        for relation in demo["relations"]:
            head, tail = entities[relation["head"]], entities[relation["tail"]]
            found.append(one(relation["type"], head["text"], attributes={"tail": tail["text"]}))
        for event in demo["events"]:
            if event["trigger"]:
                found.append(one(event["type"], event["trigger"]["text"]))
            found += [
                one(a["role"], a["text"], attributes={"event": event["type"]})
                for a in event["arguments"]
            ]
        return lx.data.ExampleData(text=demo["text"], extractions=found)

    def ask(passage: Json) -> Found:
        document = lx.extract(
            passage["text"],
            prompt_description=wanted,
            examples=[example(demo) for demo in passage["demos"]],
            model_id="gpt-4o-mini",  # chooses the provider
            api_key="none",
            language_model_params={"base_url": task["url"]},
            max_char_buffer=5000,
            max_workers=1,
            show_progress=False,
            # It checks the examples before it asks, and one without extractions stops it.
            prompt_validation_level=PromptValidationLevel.OFF,
        )
        found = nothing()
        for item in document.extractions or []:
            if item.char_interval is None:
                continue
            name, text, attributes = item.extraction_class, item.extraction_text, item.attributes
            attributes = attributes or {}
            if name in relations:
                found["relations"].append([name, text, str(attributes.get("tail", ""))])
            elif name in events:
                found["triggers"].append([name, text])
            elif "event" in attributes:
                found["arguments"].append([str(attributes["event"]), name, text])
            else:
                found["entities"].append([name, text])
        return found

    return ask


def kg_gen(task: Json) -> Callable[[Json], Found]:
    """`KGGen` with the names of the relations as its context; it has no types for entities."""
    os.environ["DSPY_CACHEDIR"] = tempfile.mkdtemp()
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from kg_gen import KGGen

    generator = KGGen(
        model="openai/local",
        api_key="none",
        api_base=task["url"],
        temperature=0.0,
        # Its own 16,000 let a small model that runs away write for a quarter of an hour.
        max_tokens=2048,
    )
    names = ", ".join(t["name"] for t in task["schema"]["relations"])

    def ask(passage: Json) -> Found:
        context = f"Use these predicates: {names}" if names else ""
        graph = generator.generate(passage["text"], context=context)
        return {
            **nothing(),
            "entities": [["", name] for name in sorted(graph.entities)],
            "relations": [[p, s, o] for s, p, o in sorted(graph.relations)],
        }

    return ask


PEERS = {"langchain": langchain, "langextract": langextract, "kg-gen": kg_gen}


def main() -> None:
    """Ask one peer about each passage."""
    task = json.load(sys.stdin)
    answers = sys.stdout
    # Some peers print; what they print is no result.
    sys.stdout = sys.stderr
    ask = PEERS[task["peer"]](task)
    spent = task["url"].removesuffix("/v1") + "/spent"
    for passage in task["passages"]:
        found: Json
        try:
            found = ask(passage)
        except Exception as error:  # what a peer loses counts as not found
            found = {**nothing(), "error": f"{type(error).__name__}: {error}"[:300]}
        with urlopen(spent) as told:
            found |= {"id": passage["id"], **json.load(told)}
        answers.write(json.dumps(found, ensure_ascii=False) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
