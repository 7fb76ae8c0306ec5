"""A small bank of labelled passages, and a way to put a passage through a recipe that has one."""

from collections.abc import Sequence
from typing import cast

from questgraph.agents.machine import compile_recipe
from questgraph.agents.stages.base import Recipe
from questgraph.agents.state import Context, State, initial
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema


def passage(
    id_: str,
    text: str,
    entities: Sequence[tuple[str, str]] = (),
    relations: Sequence[tuple[int, int, str]] = (),
    **further: object,
) -> Labelled:
    """Return a passage with (words, type) entities and (head, tail, type) relations labelled."""
    return labelled(
        {
            "id": id_,
            "text": text,
            "entities": [
                {
                    "text": words,
                    "type": type_,
                    "start": text.index(words),
                    "end": text.index(words) + len(words),
                }
                for words, type_ in entities
            ],
            "relations": [
                {"head": head, "tail": tail, "type": type_} for head, tail, type_ in relations
            ],
            **further,
        }
    )


PERSON, FIRM = "person", "organization"

PASSAGES = [
    passage(
        "a",
        "Cy Dee has worked for Acme since spring.",
        [("Cy Dee", PERSON), ("Acme", FIRM)],
        [(0, 1, "works_for")],
    ),
    passage(
        "b",
        "Ida Wu praised Globex and left.",
        [("Ida Wu", PERSON), ("Globex", FIRM)],
    ),
    passage("c", "Globex made a loss in June.", [("Globex", FIRM)]),
    passage("d", "It rained all day, and nobody came."),
    passage("e", "Ann Lee and Max Oh are old friends.", [("Ann Lee", PERSON), ("Max Oh", PERSON)]),
]


def bank(view: str = "sentence", passages: Sequence[Labelled] = PASSAGES) -> Bank:
    """Return a bank of `passages`."""
    return Bank.build(passages, HashingEmbedder(), view=view)


async def put_with(
    bank: Bank | None, recipe: Recipe, model: ScriptedModel, unit: Unit, schema: Schema
) -> State:
    """Put a passage through a recipe whose stages may search `bank`."""
    async with SqliteLedger(":memory:") as ledger, model:
        context = Context(gateway=Gateway(model, ledger), schema=schema, bank=bank)
        ended = await compile_recipe(recipe).ainvoke(initial(unit), context=context)
        return cast(State, ended)
