import pytest

from questgraph.agents.learning.base import Study
from questgraph.agents.learning.mistakes import MISTAKES, SAMPLES
from questgraph.agents.recipes.c_icl import C_ICL
from questgraph.agents.runs.engine import Engine
from questgraph.agents.runs.plan import Plan
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.tools.gateway.gateway import Gateway
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.schema import Schema

pytestmark = pytest.mark.anyio

TEXTS = {
    "a": "Cy Dee has worked for Acme since spring.",
    "b": "Ida Wu praised Globex and left.",
}


def gold(id_: str, *entities: tuple[str, str]) -> Labelled:
    text = TEXTS[id_]
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
        }
    )


PASSAGES = [
    gold("a", ("Cy Dee", "person"), ("Acme", "organization")),
    gold("b", ("Ida Wu", "person"), ("Globex", "organization")),
]


def entity(words: str, type_: str = "person") -> str:
    return f'entity_list.append({{"text": "{words}", "type": "{type_}"}})'


def relation(head: str, tail: str) -> str:
    said = f'"rel_type": "works_for", "ent1_text": "{head}", "ent2_text": "{tail}"'
    return f"relation_list.append({{{said}}})"


async def lesson(model: ScriptedModel, schema: Schema) -> tuple[dict[str, Labelled], list[str]]:
    """Give the lesson; return what was learned of each passage, and the problems."""
    async with SqliteLedger(":memory:") as ledger, model:
        engine = Engine(Plan(schema=schema, recipe=C_ICL), Gateway(model, ledger), model)
        learned = await MISTAKES.learn(PASSAGES, Study(engine, HashingEmbedder()))
    passages = {passage.id: passage for each in learned for passage in each.passages}
    return passages, [problem.reason for each in learned for problem in each.problems]


def answering(request: Request) -> str:
    question, seed = request.messages[-1].content, request.seed
    if "Ida Wu" in question:
        return "# END"
    if "relation_extraction" in question:
        return relation("Acme", "Cy Dee") if seed < 4 else "# END"
    lines = [entity("Cy Dee"), entity("Acme") if seed < 3 else "", entity("spring") if seed else ""]
    return "\n".join([*lines, entity("has") if seed == 0 else "", "# END"])


async def test_what_most_samples_get_wrong_is_kept_what_recurs_most_first(schema: Schema) -> None:
    model = ScriptedModel(answering)

    passages, problems = await lesson(model, schema)

    said = [(claim.type, claim.arguments[0].mention.text) for claim in passages["a"].rejected]
    assert said[:3] == [("works_for", "Acme"), ("person", "spring"), ("person", "Acme")]
    assert ("person", "has") not in said
    assert passages["a"].claims == PASSAGES[0].claims
    assert not passages["b"].rejected
    assert not problems
    assert len(model.requests) == 2 * 2 * SAMPLES


async def test_other_passages_are_the_demonstrations(schema: Schema) -> None:
    model = ScriptedModel(answering)

    await lesson(model, schema)

    for request in model.requests:
        ours = request.messages[-1].content.splitlines()[0]
        shown = [m.content.splitlines()[0] for m in request.messages[1:-1] if m.role == "user"]
        assert shown
        assert ours not in shown


async def test_what_was_learned_can_be_saved_and_read(schema: Schema) -> None:
    passages, _ = await lesson(ScriptedModel(answering), schema)

    again = labelled(passages["a"].to_json())

    kinds = [claim.kind for claim in again.rejected]
    assert kinds.count("relation") == 1
    assert {"Acme", "spring"} <= {c.arguments[0].mention.text for c in again.rejected}


async def test_answers_that_cannot_be_read_are_problems(schema: Schema) -> None:
    passages, problems = await lesson(ScriptedModel(lambda _: "Nice text!"), schema)

    assert problems
    assert not any(passage.rejected for passage in passages.values())
