from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from questgraph.tools.chunking import joined, sentences, split
from questgraph.tools.errors import ConfigError
from questgraph.tools.records import Document

FAMILY = "👩\u200d👩\u200d👧\u200d👦"

UNICODE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("aA b.!?。，\n\r\t\u0301\u200d\u00ad🇩🇪👩👧🏽각ᄀ\u3099"),
    ),
    max_size=200,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Smith left at 5 p.m. on Monday. He won.", 2),
        ("It cost 3.5 million, e.g. for rails. Done.", 2),
        ("Über die Brücke fuhr z.B. ein Zug. Dann nicht mehr.", 2),
        ("А. С. Пушкин родился в г. Москве. Он умер.", 2),
        ("Ο κ. Παπαδόπουλος ήρθε. Είναι εδώ.", 2),
        ("苹果公司发布iPhone 3.5。很好！真的吗？", 3),
        ("これは本です。高い！", 2),
        ("राम घर गया। वह 3.5 किमी चला।", 2),
        ("هل أنت هنا؟ نعم، أنا هنا.", 2),
        ("שלום לך. מה שלומך?", 2),
        ("한국은 좋다. 3.5배 늘었다.", 2),
        ("สวัสดีครับ ผมชื่อเอ", 1),
        ("A heading\n\nThe text below it", 2),
        ("A line that goes\non in the next.", 1),
        ("Of three things:\n- one\n- two\n- three", 4),
        ("", 0),
        (" \n\t\n ", 0),
        ("?!", 1),
    ],
)
def test_sentences_are_counted_in_any_script(text: str, expected: int) -> None:
    assert len(sentences(text)) == expected


def test_closing_quote_belongs_to_its_sentence() -> None:
    text = "“是的。”他说"

    assert [text[slice(*span)] for span in sentences(text)] == ["“是的。”", "他说"]


@given(UNICODE)
def test_sentences_hold_all_that_is_not_white_space(text: str) -> None:
    found = sentences(text)

    assert _squeezed("".join(text[slice(*span)] for span in found)) == _squeezed(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(text[slice(*span)].strip() == text[slice(*span)] != "" for span in found)


@given(UNICODE, st.integers(1, 40), st.integers(0, 39))
@example("a" * 100, 7, 3)
@example("🇩🇪" * 20, 3, 1)
@example(f"{FAMILY} {FAMILY}", 4, 0)
@example("e" + "\u0301" * 30, 5, 2)
@example("One. Two. Three. Four. Five.", 12, 11)
def test_passages_cover_the_text_and_cut_no_character(text: str, size: int, overlap: int) -> None:
    overlap = min(overlap, size - 1)

    chunks = split(Document("d", text), size=size, overlap=overlap)

    covered = {i for chunk in chunks for i in range(*chunk.span)}
    assert all(i in covered for i, c in enumerate(text) if not c.isspace())
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    for chunk in chunks:
        assert chunk.text == text[slice(*chunk.span)] == chunk.text.strip() != ""
        assert not joined(text, chunk.span.start)
        assert not joined(text, chunk.span.end)
        assert len(chunk.text) <= size or _is_one_character(chunk.text)


@given(UNICODE, st.integers(1, 40), st.integers(0, 39))
def test_every_passage_brings_something_new(text: str, size: int, overlap: int) -> None:
    overlap = min(overlap, size - 1)

    spans = [chunk.span for chunk in split(Document("d", text), size=size, overlap=overlap)]

    for one, other in pairwise(spans):
        assert one.start < other.start
        assert one.end < other.end
        assert one.end - other.start <= overlap


def test_passages_share_whole_sentences() -> None:
    text = " ".join(f"Sentence number {n} is here." for n in range(100, 120))

    first, second, *_ = split(Document("d", text), size=120, overlap=60)

    assert first.text.endswith("Sentence number 103 is here.")
    assert second.text.startswith("Sentence number 102 is here.")


def test_passage_ends_with_a_paragraph_when_it_is_nearly_full() -> None:
    text = "A first sentence of forty-four characters.\n\nNext one. More of it."

    first, *_ = split(Document("d", text), size=54, overlap=0)

    assert first.text == "A first sentence of forty-four characters."


def test_long_sentence_is_cut_after_a_clause() -> None:
    text = "the bridge between two towns, which cost far too much to build and to keep open"

    first, *_ = split(Document("d", text), size=40, overlap=0)

    assert first.text == "the bridge between two towns,"


def test_text_without_sentences_takes_time_in_proportion_to_its_length() -> None:
    text = "x" * 200_000 + " word" * 20_000 + "🇩🇪" * 5_000

    chunks = split(Document("d", text))

    assert sum(len(chunk.text) for chunk in chunks) >= 300_000


@pytest.mark.parametrize(("size", "overlap"), [(0, 0), (10, 10), (10, 11), (10, -1), (-5, -6)])
def test_sizes_that_cannot_be_are_refused(size: int, overlap: int) -> None:
    with pytest.raises(ConfigError, match="overlap from 0 to less than size"):
        split(Document("d", "text"), size=size, overlap=overlap)


@pytest.mark.parametrize(
    ("text", "i", "expected"),
    [
        ("ab", 1, False),
        ("e\u0301", 1, True),
        ("a \u0301", 2, False),
        ("\r\n", 1, True),
        ("🇩🇪🇫🇷", 1, True),
        ("🇩🇪🇫🇷", 2, False),
        ("🇩🇪🇫🇷" * 40, 101, True),
        (FAMILY, 4, True),
        ("👍🏽", 1, True),
        ("가\u11a8", 1, True),
        ("각각", 1, False),
        ("e\u0301", 0, False),
        ("e\u0301", 2, False),
    ],
)
def test_parts_of_one_character_are_joined(text: str, i: int, expected: bool) -> None:
    assert joined(text, i) is expected


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _is_one_character(text: str) -> bool:
    return all(joined(text, i) for i in range(1, len(text)))
