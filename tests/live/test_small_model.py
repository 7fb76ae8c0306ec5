"""The whole path on a real model that is small enough for every check: SmolLM2-135M."""

import pytest

import questgraph
from questgraph.tools.settings import Settings

pytestmark = pytest.mark.live

SCHEMA = {
    "entities": {"person": "A named human being.", "organization": "A named company."},
    "relations": {"works_for": {"head": "person", "tail": "organization"}},
}


def test_whatever_a_real_model_says_only_words_of_the_text_enter_the_graph() -> None:
    text = "Ann Lee works for Acme in Oslo. Acme named Bo Ek its head in May 2021."

    found = questgraph.extract(
        questgraph.Document("note", text),
        schema=SCHEMA,
        model="local:smollm2-135m",
        bank=None,
        settings=Settings.read(),
    )

    assert found.status.usage.calls > 0
    assert sum(found.status.units.values()) == 1
    for *_, data in found.graph.edges(data=True):
        for record in data["support"]:
            for mention in record["mentions"]:
                assert text[mention["start"] : mention["end"]] == mention["text"]
