import json
from pathlib import Path

import pytest

from questgraph.agents.synthesis.sources import Source, Triple
from questgraph.tools.errors import ConfigError
from questgraph.tools.schema import Schema

WORKS = {
    "id": "a",
    "text": "Ann works for Acme.",
    "entities": [
        {"text": "Ann", "type": "person", "start": 0, "end": 3},
        {"text": "Acme", "type": "firm", "start": 14, "end": 18},
    ],
    "relations": [{"head": 0, "tail": 1, "type": "works_for"}],
    "triples": [["Acme", "Based In", "Oslo"]],
}


def test_a_table_brings_triples_and_a_schema_of_its_names(tmp_path: Path) -> None:
    table = tmp_path / "graph.csv"
    table.write_text("head,relation,tail,head_type\nAnn,knows,Bo,person\nAnn,knows,Bo,person\n")

    schema = Source(table).schema()

    assert [type_.name for type_ in schema.types()] == ["person", "thing", "knows"]
    assert Source(table).triples(schema) == [Triple("Ann", "knows", "Bo", "person", "")]


def test_a_labelled_set_brings_its_relations_and_what_it_says_in_words(
    tmp_path: Path, schema: Schema
) -> None:
    (tmp_path / "train.jsonl").write_text(json.dumps(WORKS))

    triples = Source(tmp_path).triples(schema)

    assert triples == [
        Triple("Ann", "works_for", "Acme", "person", "firm"),
        Triple("Acme", "based_in", "Oslo", "firm", "city"),
    ]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("a,b\n1,2\n", "there is no column head, relation, tail"),
        ("head,relation,tail\nAnn,adores,Bo\n", "no triple with a relation of staff"),
    ],
)
def test_a_table_that_does_not_fit_says_what_is_wrong(
    tmp_path: Path, schema: Schema, written: str, hint: str
) -> None:
    (tmp_path / "graph.csv").write_text(written)

    with pytest.raises(ConfigError, match=hint):
        Source(tmp_path / "graph.csv").triples(schema)


def test_a_source_that_is_not_there_is_named(tmp_path: Path, schema: Schema) -> None:
    with pytest.raises(ConfigError, match=r"no\.csv: no triples there"):
        Source(tmp_path / "no.csv").triples(schema)
    with pytest.raises(ConfigError, match="no: no labelled passages there"):
        Source(tmp_path / "no").passages(schema)


def test_of_equal_triples_the_one_with_types_is_kept(tmp_path: Path) -> None:
    table = tmp_path / "graph.csv"
    table.write_text(
        "head,relation,tail,head_type,tail_type\n"
        "Ann,knows,Bo,,\nAnn,knows,Bo,person,person\nAnn,knows,Bo,person,\n"
    )

    triples = Source(table).triples(Source(table).schema())

    assert triples == [Triple("Ann", "knows", "Bo", "person", "person")]
