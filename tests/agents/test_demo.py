"""The demo on the answers of the real local model, as `make record` kept them."""

from pathlib import Path

import pytest

import questgraph
from questgraph.tools.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> questgraph.Extraction:
    settings = Settings(cache=tmp_path_factory.mktemp("cache"))
    model = f"replay:{EXAMPLES / 'calls.jsonl'}"
    return questgraph.extract(EXAMPLES / "documents", model=model, settings=settings)


def test_every_question_of_the_demo_was_recorded(found: questgraph.Extraction) -> None:
    assert found.status.missing == []
    assert found.complete


def test_every_edge_and_node_of_the_graph_stands_in_the_text(found: questgraph.Extraction) -> None:
    parts = [data for *_, data in found.graph.edges(data=True)]
    parts += [data for _, data in found.graph.nodes(data=True)]

    assert found.graph.number_of_edges() >= 10
    for data in parts:
        assert data["support"]
        for record in data["support"]:
            text = found.documents[record["document"]].text
            assert text[record["start"] : record["end"]] == record["quote"]
            for mention in record["mentions"]:
                assert text[mention["start"] : mention["end"]] == mention["text"]


def test_every_edge_leads_to_the_question_and_answer_it_came_from(
    found: questgraph.Extraction,
) -> None:
    for *_, data in found.graph.edges(data=True):
        for record in data["support"]:
            answers = [found.turns[record["unit"]][turn].answer for turn in record["turns"]]
            for mention in record["mentions"]:
                assert mention["said"] in answers[0]


def test_claims_of_words_that_are_not_in_the_text_stay_out(found: questgraph.Extraction) -> None:
    absent = {claim.id for claim in found.claims if not claim.grounded}

    admitted = {
        record["claim"] for *_, data in found.graph.edges(data=True) for record in data["support"]
    }

    assert not absent & admitted
