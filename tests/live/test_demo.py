"""The demo itself, on the real 1.5B model: minutes on two cores."""

from pathlib import Path

import pytest

import questgraph
from questgraph.tools.settings import Settings

pytestmark = [pytest.mark.live, pytest.mark.large]

DOCUMENTS = Path(__file__).parents[2] / "examples" / "documents"


def test_the_real_model_answers_the_demo_and_every_edge_stands_in_the_text() -> None:
    found = questgraph.extract(DOCUMENTS, model="local", settings=Settings.read())

    assert found.complete
    assert found.graph.number_of_edges() > 0
    for *_, data in found.graph.edges(data=True):
        for record in data["support"]:
            text = found.documents[record["document"]].text
            for mention in record["mentions"]:
                assert text[mention["start"] : mention["end"]] == mention["text"]
