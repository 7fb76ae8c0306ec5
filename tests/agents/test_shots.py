from dataclasses import replace

import pytest

from questgraph.agents.shots import NO_SHOTS, Shots, contrasting
from questgraph.agents.state import Context, initial
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.labelled import Labelled
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.records import Unit
from questgraph.tools.schema import Schema

pytestmark = pytest.mark.anyio

PASSAGES = [
    *(Labelled(f"yes{i}", f"Yes, Ann Lee works on case {'very ' * i}hard.") for i in range(4)),
    *(Labelled(f"no{i}", f"No, Bo Ek left the firm {'so ' * i}early.") for i in range(4)),
]


@pytest.fixture
def context(schema: Schema) -> Context:
    bank = Bank.build(PASSAGES, HashingEmbedder())
    gateway = Gateway(ScriptedModel([]), SqliteLedger(":memory:"))
    return Context(gateway=gateway, schema=schema, bank=bank)


def yes(demo: Labelled) -> bool:
    return demo.id.startswith("yes")


async def test_both_kinds_are_mixed_and_the_most_similar_stand_last(
    unit: Unit, context: Context
) -> None:
    shots = await contrasting(Shots(4, 2), initial(unit), context, has=yes)

    assert [positive for _, positive in shots] == [True, False, True, True, False, True]
    assert all(yes(demo) == positive for demo, positive in shots)
    assert shots[-1].demo.id == "yes0"


async def test_there_are_none_without_a_bank_or_where_none_are_wanted(
    unit: Unit, context: Context
) -> None:
    state = initial(unit)

    assert await contrasting(NO_SHOTS, state, context, has=yes) == []
    assert await contrasting(Shots(1, 1), state, replace(context, bank=None), has=yes) == []


async def test_they_share_the_room_that_there_is(unit: Unit, context: Context) -> None:
    shots = await contrasting(Shots(3, 3), initial(unit), context, has=yes, tokens=40)

    assert [yes(demo) for demo, _ in shots] == [False, True]


async def test_none_comes_from_the_document_that_is_asked_about(
    unit: Unit, context: Context
) -> None:
    own = replace(unit, chunk=replace(unit.chunk, document_id="yes0"))

    shots = await contrasting(Shots(4, 0), initial(own), context, has=yes)

    assert "yes0" not in {demo.id for demo, _ in shots}
