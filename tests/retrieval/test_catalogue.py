from pathlib import Path

import pytest

from questgraph.retrieval.catalogue import Catalogue, Entry
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import labelled
from questgraph.tools.records import Span

ANN, BANK = Entry("Ann Lee", "person"), Entry("World Bank", "organization", "A lender.")
KNOWN = Catalogue([ANN, BANK, Entry("Bank", "place"), Entry("Lee", "person"), ANN])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("k.csv", 'name,type,definition\nAnn Lee,person,\n"World Bank",organization,A lender.\n'),
        (
            "k.jsonl",
            """
            {"name": "Ann Lee", "type": "person"}
            {"name": "World Bank", "type": "organization", "definition": "A lender."}
            """,
        ),
    ],
)
def test_a_catalogue_is_read_from_a_file(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)

    read = Catalogue.read(tmp_path / name)

    assert read.search("ann  LEE") == [ANN]
    assert read.search("World Bank") == [BANK]
    assert read.digest == Catalogue([ANN, BANK]).digest != KNOWN.digest


@pytest.mark.parametrize("content", ["name,kind\nAnn,person\n", "name,type\nAnn,\n"])
def test_a_wrong_entry_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "k.csv").write_text(content)

    with pytest.raises(ConfigError, match="entry 1"):
        Catalogue.read(tmp_path / "k.csv")


def test_lines_that_are_no_records_are_told(tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").write_text('{"name":"Ann","type":"person"}\n["Bo"]\n')

    with pytest.raises(ConfigError, match="entry 2"):
        Catalogue.read(tmp_path / "k.jsonl")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no catalogue"):
        Catalogue.read(tmp_path / "none.csv")


def test_labelled_names_make_a_catalogue() -> None:
    entity = {"text": "Ann", "type": "person", "start": 0, "end": 3}
    passage = labelled({"id": "a", "text": "Ann left.", "entities": [entity]})

    assert Catalogue.of([passage, passage]).search("ANN") == [Entry("Ann", "person")]
    assert len(Catalogue.of([passage, passage])) == 1


def test_short_names_are_found_only_as_they_are_spelled() -> None:
    assert KNOWN.search("Lea") == []
    assert KNOWN.search("Wold Bank") == [BANK]
    assert KNOWN.search("World Bark Street") == []


def test_runs_of_words_around_a_mention_are_looked_up() -> None:
    text = "In May the World Bank met Ann Lee."
    span = Span(text.index("Bank"), text.index("Bank") + 4)

    found = KNOWN.around(span, text, window=2)

    assert [(text[slice(*place)], entry.type) for place, entry in found] == [
        ("World Bank", "organization"),
        ("Bank", "place"),
    ]
    assert all(place.overlaps(span) for place, _ in found)


def test_the_window_ends_with_the_text() -> None:
    assert [f.entry for f in KNOWN.around(Span(0, 3), "Ann Lee", window=9)] == [ANN]
    assert KNOWN.around(Span(0, 1), "!", window=2) == []
