"""DocRED, DocBin, saved data sets; telling formats apart; the schema that labels show."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from questgraph.tools.errors import ConfigError, MissingPackageError, SchemaError
from questgraph.tools.labelled import Labelled, labelled, write_labelled
from questgraph.tools.records import Span
from questgraph.tools.schema import EntityType, EventType, RelationType, Role
from questgraph.tools.sets import building, read_rows, read_set, schema_of
from questgraph.tools.sets.docred import read_docred

RECORD: dict[str, Any] = {
    "id": "a",
    "text": "Ann left Acme.",
    "entities": [
        {"text": "Ann", "type": "person", "start": 0, "end": 3},
        {"text": "Acme", "type": "firm", "start": 9, "end": 13},
    ],
    "relations": [{"head": 0, "tail": 1, "type": "worked_for"}],
    "events": [
        {
            "type": "departure",
            "trigger": {"text": "left", "start": 4, "end": 8},
            "arguments": [{"role": "who", "text": "Ann", "start": 0, "end": 3}],
        }
    ],
}
DOCRED = {
    "title": "Ann",
    "sents": [["Ann", "left", "Acme", "."], ["Acme", "(", "a", "firm", ")", "is", "hers", "."]],
    "vertexSet": [
        [{"name": "Ann", "sent_id": 0, "pos": [0, 1], "type": "PER"}],
        [
            {"name": "Acme", "sent_id": 0, "pos": [2, 3], "type": "ORG"},
            {"name": "Acme", "sent_id": 1, "pos": [0, 1], "type": "ORG"},
        ],
    ],
    "labels": [{"h": 0, "t": 1, "r": "P108", "evidence": [0]}],
}


def put(folder: Path, name: str, content: object) -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def test_docred_gives_clusters_and_relations_between_first_mentions(tmp_path: Path) -> None:
    (passage,) = read_docred(put(tmp_path, "dev.json", [DOCRED]))

    assert passage.text == "Ann left Acme. Acme (a firm) is hers."
    assert passage.clusters == ((Span(9, 13), Span(15, 19)),)
    assert [frame.fillers for frame in passage.frames("relation")] == [
        (("head", "Ann"), ("tail", "Acme"))
    ]


def test_codes_of_docred_become_words_where_they_are_explained(tmp_path: Path) -> None:
    put(tmp_path, "rel_info.json", {"P108": "employer"})

    (passage,) = read_docred(put(tmp_path, "dev.json", [DOCRED]))

    assert passage.frames("relation")[0].type == "employer"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[\n{", r"dev\.json:2: this is not JSON"),
        ({"title": "x"}, r"dev\.json: write a list"),
        ([{"title": "x"}], r"dev\.json: document 1: there is no 'sents'"),
        ([DOCRED | {"labels": [{"h": 0, "t": 5, "r": "x"}]}], r"dev\.json: document 1: list index"),
    ],
)
def test_what_is_wrong_in_docred_is_named(tmp_path: Path, content: object, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        list(read_docred(put(tmp_path, "dev.json", content)))


class Rows(list[dict[str, Any]]):
    """Rows that know what their numbers mean, as a loaded data set does."""

    features: ClassVar = {
        "ner_tags": SimpleNamespace(feature=SimpleNamespace(names=["O", "B-x", "I-x"]))
    }


@pytest.mark.parametrize(
    "rows",
    [
        Rows([{"id": "7", "tokens": ["Ann", "Lee", "left"], "ner_tags": [1, 2, 0]}]),
        [{"id": 7, "tokens": ["Ann", "Lee", "left"], "ner_tags": ["B-x", "I-x", "O"]}],
    ],
    ids=["numbers", "words"],
)
def test_tags_of_a_data_set_are_numbers_or_words(rows: list[dict[str, Any]]) -> None:
    (passage,) = read_rows(rows)

    assert (passage.id, passage.text) == ("7", "Ann Lee left")
    assert [frame.fillers for frame in passage.frames()] == [(("mention", "Ann Lee"),)]


def test_a_data_set_may_have_our_own_columns() -> None:
    assert list(read_rows([RECORD | {"clusters": None}])) == [labelled(RECORD)]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"sentence": "x"}, "dataset: row 0: no columns tokens and ner_tags"),
        ({"tokens": ["a"], "ner_tags": [3]}, "dataset: row 0: "),
        ({"text": "Ann", "entities": [{"type": "x"}]}, "dataset: row 0: there is no 'start'"),
    ],
)
def test_what_is_wrong_in_a_row_is_named(row: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        list(read_rows([row]))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", json.dumps(RECORD)),
        ("a.data", json.dumps(RECORD)),
        ("a.conll", "Ann B-x\n"),
        ("a.tsv", "Ann\tB-x\n"),
        ("a.txt", "-DOCSTART- O\n\nAnn B-x\n"),
        ("a.txt", "7|t|Ann\n7|a|\n7\t0\t3\tAnn\tx\tD1\n"),
        ("a.PubTator", "7|t|Ann\n7|a|\n7\t0\t3\tAnn\tx\tD1\n"),
        ("a.json", json.dumps([DOCRED])),
    ],
)
def test_formats_are_told_apart(tmp_path: Path, name: str, content: str) -> None:
    (passage,) = read_set(put(tmp_path, name, content))

    assert passage.frames("entity")[0].fillers == (("mention", "Ann"),)


def test_brat_is_known_by_the_file_beside_it(tmp_path: Path) -> None:
    put(tmp_path, "a.ann", "T1\tx 0 3\tAnn")
    text = put(tmp_path, "a.txt", "Ann left")

    assert [list(read_set(path)) for path in (text, tmp_path)] == [list(read_set(text))] * 2


def test_a_folder_of_our_own_is_read_as_such(tmp_path: Path) -> None:
    write_labelled(tmp_path / "train.jsonl", [labelled(RECORD)])

    assert list(read_set(tmp_path)) == [labelled(RECORD)]


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.txt", "Once upon a time", "no format of labelled sets begins like 'Once"),
        ("a.txt", "", "no format"),
        ("a.conll", "\ufeffAnn\n", r"a\.conll:1: end each line"),
        ("a.jsonl", "{\n", r"a\.jsonl:1: this is not JSON"),
    ],
)
def test_what_is_no_labelled_set_is_named(
    tmp_path: Path, name: str, content: str, complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        list(read_set(put(tmp_path, name, content)))


def test_a_folder_or_file_that_holds_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.conll").write_bytes("Müller B-x".encode("latin-1"))

    for path, complaint in [
        (tmp_path, "no train.jsonl"),
        (tmp_path / "missing.tsv", "No such file"),
        (tmp_path / "latin.conll", "not UTF-8"),
    ]:
        with pytest.raises(ConfigError, match=complaint):
            list(read_set(path))


@pytest.mark.parametrize("name", ["a.spacy", "saved"])
def test_a_missing_package_is_named_with_the_command_that_brings_it(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(building, "import_module", missing)
    (tmp_path / "saved").mkdir()
    put(tmp_path, "saved/state.json", {})

    with pytest.raises(MissingPackageError, match=r"pip install (spacy|datasets)"):
        list(read_set(tmp_path / name))


def test_a_docbin_is_read(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy", reason="spaCy is not installed")
    document = spacy.blank("en")("Ann Lee left Acme")
    document.ents = [document.char_span(0, 7, "person")]
    grouped = spacy.blank("en")("Ann Lee")
    grouped.spans["sc"] = [grouped.char_span(0, 3, "name"), grouped.char_span(0, 7, "person")]
    spacy.tokens.DocBin(docs=[document, grouped]).to_disk(tmp_path / "a.spacy")

    first, second = read_set(tmp_path / "a.spacy")

    assert (first.id, first.text, len(second.claims)) == ("a-1", "Ann Lee left Acme", 2)
    assert [frame.fillers for frame in first.frames()] == [(("mention", "Ann Lee"),)]


def test_what_is_no_docbin_is_named(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="spaCy is not installed")

    with pytest.raises(ConfigError, match=r"a\.spacy: this is no DocBin"):
        list(read_set(put(tmp_path, "a.spacy", "x")))


@pytest.mark.parametrize("split", [False, True])
def test_a_saved_data_set_is_read(tmp_path: Path, split: bool) -> None:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    tags = datasets.Sequence(datasets.ClassLabel(names=["O", "B-x"]))
    features = datasets.Features(
        {"tokens": datasets.Sequence(datasets.Value("string")), "ner_tags": tags}
    )
    rows = datasets.Dataset.from_dict(
        {"tokens": [["Ann", "left"]], "ner_tags": [[1, 0]]}, features=features
    )
    others = datasets.Dataset.from_dict({"tokens": [["Bo"]], "ner_tags": [[1]]}, features=features)
    saved = datasets.DatasetDict({"test": others, "train": rows}) if split else rows
    saved.save_to_disk(str(tmp_path / "saved"))

    (passage,) = read_set(tmp_path / "saved")

    assert passage.frames()[0].fillers == (("mention", "Ann"),)


def observed() -> Iterator[Labelled]:
    yield labelled(RECORD)
    yield labelled(RECORD | {"relations": [{"head": 1, "tail": 1, "type": "worked_for"}]})


def test_the_schema_that_labels_show_has_signatures_and_roles() -> None:
    schema = schema_of(observed())

    assert schema.entities == (EntityType(name="person"), EntityType(name="firm"))
    assert schema.relations == (
        RelationType(name="worked_for", head=("person", "firm"), tail=("firm",)),
    )
    assert schema.events == (
        EventType(name="departure", trigger="the word that tells of it", roles=(Role(name="who"),)),
    )


def test_passages_without_labels_show_no_schema() -> None:
    with pytest.raises(SchemaError, match="no type"):
        schema_of([Labelled("a", "Ann left.")])
