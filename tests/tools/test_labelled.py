"""Passages labelled by a run: what it claims of them, in their own words."""

from pathlib import Path

from questgraph.tools.labelled import labelled_from, read_labelled, write_labelled
from questgraph.tools.records import HEAD, TAIL, Argument, Chunk, Claim, Level, Mention, Span

TEXT = "It was “Acme  Inc.” that Ann\nLee joined."
CHUNK = Chunk("doc", TEXT, span=Span(100, 100 + len(TEXT)), index=3)


def mention(said: str, there: str, type_: str, level: Level) -> Mention:
    start = 100 + TEXT.index(there)
    return Mention(said, type=type_, span=Span(start, start + len(there)), level=level)


WORKS = Claim(
    "relation",
    "works_for",
    (
        Argument(HEAD, mention("Ann Lee", "Ann\nLee", "person", "normalized")),
        Argument(TAIL, mention("acme inc", "Acme  Inc", "organization", "fuzzy")),
    ),
    document_id="doc",
    unit_id="doc#000003",
)


def test_a_label_has_the_words_of_the_passage_however_the_model_spelled_them() -> None:
    passage = labelled_from(CHUNK, [WORKS])

    assert {m.text for claim in passage.claims for _, m in claim.arguments} == {
        "Ann\nLee",
        "Acme  Inc",
    }


def test_what_a_run_labelled_is_read_again_as_it_was_written(tmp_path: Path) -> None:
    passage = labelled_from(CHUNK, [WORKS])
    file = tmp_path / "train.jsonl"

    write_labelled(file, [passage])

    (again,) = read_labelled(file)
    assert set(again.claims) == set(passage.claims)
    assert len(again.claims) == 3
