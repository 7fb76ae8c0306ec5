"""An evaluation over a folder of labelled passages, with a model that knows the answers."""

import json
from pathlib import Path

import pytest

from questgraph.agents.evaluation.datasets import load_dataset
from questgraph.agents.evaluation.evaluate import aevaluate
from questgraph.agents.evaluation.report import to_json
from questgraph.tools.errors import ConfigError
from questgraph.tools.models.base import Request
from questgraph.tools.models.scripted import ScriptedModel

pytestmark = pytest.mark.anyio

TEXTS = ("Ann Lee works for Acme.", "Bo Ek met Cy Fox in Oslo.", "It rained all day long.")


def record(number: int, text: str, *names: tuple[str, str], related: bool = False) -> str:
    entities = [
        {
            "text": name,
            "type": type_,
            "start": text.index(name),
            "end": text.index(name) + len(name),
        }
        for name, type_ in names
    ]
    relations = [{"head": 0, "tail": 1, "type": "works_for"}] if related else []
    return json.dumps(
        {"id": f"p{number}", "text": text, "entities": entities, "relations": relations}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A labelled set with a development and a training split."""
    place = tmp_path / "tiny"
    place.mkdir()
    meta = {
        "name": "tiny",
        "entity_types": [{"type": "person"}, {"type": "organization"}, {"type": "place"}],
        "relation_types": [{"type": "works_for"}],
    }
    (place / "meta.json").write_text(json.dumps(meta))
    dev = [
        record(0, TEXTS[0], ("Ann Lee", "person"), ("Acme", "organization"), related=True),
        record(1, TEXTS[1], ("Bo Ek", "person"), ("Cy Fox", "person"), ("Oslo", "place")),
        record(2, TEXTS[2]),
    ]
    train = [
        record(7, "Di Gu works for Bank of Oslo.", ("Di Gu", "person"), ("Bank of Oslo", "place")),
        record(8, TEXTS[1].upper(), ("OSLO", "place")),
    ]
    (place / "dev.jsonl").write_text("\n".join(dev))
    (place / "train.jsonl").write_text("\n".join(train))
    return place


def answer(request: Request) -> str:
    """Miss one name, invent another, and get the rest right."""
    asked = request.messages[-1].content
    if TEXTS[0] in asked:
        said = {"person": ["Ann Lee"], "organization": ["Acme"], "works_for": [["Ann Lee", "Acme"]]}
        return json.dumps(said)
    if TEXTS[1] in asked:
        return json.dumps({"person": ["Bo Ek", "Nobody"], "place": ["Oslo"]})
    return "{}"


async def test_scores_costs_and_mistakes_are_those_of_the_answers(folder: Path) -> None:
    found = await aevaluate([folder], recipes=["oneshot"], model=ScriptedModel(answer), bank=None)

    [scored] = found.scored
    counts = scored.micro("ner.span.strict")
    assert (counts.hits, counts.said, counts.meant) == (4, 4, 5)
    assert scored.micro("re.boundary").f1 == 1.0
    assert scored.ungrounded_output == 0
    assert scored.groundedness.hallucinated == 1
    assert scored.usage.calls == 3
    flaws = sorted(mistake.flaw for _, some in scored.mistakes for mistake in some)
    assert flaws == ["missing", "ungrounded"]


async def test_the_same_evaluation_again_asks_nothing_and_costs_the_same(
    folder: Path, tmp_path: Path
) -> None:
    first = await aevaluate(
        [folder], recipes=["oneshot"], model=ScriptedModel(answer), bank=None, out=tmp_path / "out"
    )
    silent = ScriptedModel([])

    again = await aevaluate(
        [folder], recipes=["oneshot"], model=silent, bank=None, out=tmp_path / "out"
    )

    assert not silent.requests
    assert again.scored[0].usage.calls == first.scored[0].usage.calls == 3
    assert to_json(again)["comparisons"] == to_json(first)["comparisons"]


async def test_two_recipes_are_compared_over_the_same_passages(folder: Path) -> None:
    model = ScriptedModel(lambda r: answer(r) if "Give everything" in str(r.messages) else "[]")
    found = await aevaluate([folder], recipes=["oneshot", "chatie"], model=model, bank=None)

    (ours, theirs, metric, compared), *_ = found.comparisons()
    assert (ours.recipe, theirs.recipe, metric) == ("oneshot", "chatie", "ner.span.strict")
    assert compared.difference.value > 0


async def test_what_is_evaluated_is_taken_out_of_the_bank(folder: Path) -> None:
    model = ScriptedModel(answer)
    found = await aevaluate([folder], recipes=["oneshot"], model=model, bank="train")

    assert found.scored[0].leaked == 1
    shown = str([request.messages for request in model.requests])
    assert "Di Gu" in shown
    assert "OSLO" not in shown


def test_a_draw_is_the_same_for_the_same_seed(folder: Path) -> None:
    one, same = (load_dataset(folder, limit=2, seed=5).passages for _ in range(2))

    assert one == same
    assert len(one) == 2


def test_a_missing_split_is_named_with_those_there_are(folder: Path) -> None:
    with pytest.raises(ConfigError, match="no split 'test'; there are: dev, train"):
        load_dataset(folder, split="test")


async def test_a_given_pair_is_what_is_asked_about(folder: Path) -> None:
    meta = json.loads((folder / "meta.json").read_text()) | {"eval_mode": "re_pair_given"}
    (folder / "meta.json").write_text(json.dumps(meta))
    dataset = load_dataset(folder)

    given = dataset.given(dataset.passages[0], entities=False)

    assert [claim.kind for claim in given] == ["entity", "entity", "relation"]
    assert given[-1].type == ""
