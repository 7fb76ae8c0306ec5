"""Labelled passages to learn from, and a way to give a lesson to a scripted model."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from questgraph.agents.learning.school import Learning, alearn
from questgraph.agents.stages.base import Recipe
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.schema import EntityType, RelationType, Schema
from questgraph.tools.settings import Settings

SCHEMA = Schema(
    name="small",
    entities=(EntityType(name="person"), EntityType(name="firm")),
    relations=(RelationType(name="works_for", head=("person",), tail=("firm",)),),
)

TEXTS = {
    "a": "Cy Dee has worked for Acme since spring.",
    "b": "Ida Wu praised Globex and left.",
    "c": "It rained all day, and nobody came.",
}


def records(labelled: bool = True) -> list[dict[str, Any]]:
    """Return the passages as records: one with a relation, one without, one without entities."""
    if not labelled:
        return [{"id": id_, "text": text} for id_, text in TEXTS.items()]

    def pair(id_: str, person: str, firm: str, relations: Sequence[object]) -> dict[str, Any]:
        text = TEXTS[id_]
        entities = [
            {
                "text": words,
                "type": type_,
                "start": (at := text.index(words)),
                "end": at + len(words),
            }
            for words, type_ in ((person, "person"), (firm, "firm"))
        ]
        return {"id": id_, "text": text, "entities": entities, "relations": relations}

    works = {"head": 0, "tail": 1, "type": "works_for"}
    return [
        pair("a", "Cy Dee", "Acme", [works]),
        pair("b", "Ida Wu", "Globex", []),
        {"id": "c", "text": TEXTS["c"]},
    ]


async def teach(
    recipe: Recipe,
    model: ScriptedModel,
    folder: Path,
    *,
    labelled: bool = True,
    source: Path | None = None,
    **options: Any,
) -> Learning:
    """Give the lesson of `recipe`, from the passages or a source, into `folder`."""
    if source is None:
        source = folder / "passages.jsonl"
        source.write_text("\n".join(map(json.dumps, records(labelled))))
    settings = Settings(cache=folder, embedder="hashing")
    return await alearn(
        source,
        folder / "bank",
        **{"recipe": recipe, "model": model, "schema": SCHEMA, "settings": settings, **options},
    )
