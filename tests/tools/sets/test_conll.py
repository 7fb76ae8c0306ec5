from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled
from questgraph.tools.sets.building import together
from questgraph.tools.sets.conll import Mention, mentions, read_conll


def read(folder: Path, text: str) -> list[Labelled]:
    file = folder / "set.conll"
    file.write_text(text, encoding="utf-8")
    return list(read_conll(file))


def found(passage: Labelled) -> list[tuple[str, str]]:
    return [(claim.type, claim.arguments[0].mention.text) for claim in passage.claims]


ANN, ACME = ("per", "Ann Lee"), ("org", "Acme")


@pytest.mark.parametrize(
    "tags",
    [
        ["B-per", "I-per", "O", "B-org"],
        ["I-per", "I-per", "O", "I-org"],
        ["B-per", "E-per", "O", "S-org"],
        ["B-per", "L-per", "O", "U-org"],
    ],
    ids=["IOB2", "IOB1", "BIOES", "BILOU"],
)
def test_every_scheme_is_read_alike(tmp_path: Path, tags: list[str]) -> None:
    rows = [
        f"{token} {tag}" for token, tag in zip(("Ann", "Lee", "runs", "Acme"), tags, strict=True)
    ]

    (passage,) = read(tmp_path, "\n".join(rows))

    assert found(passage) == [ANN, ACME]


def test_neighbours_of_one_type_are_told_apart_where_the_scheme_says_so() -> None:
    assert list(mentions(["I-per", "B-per"])) == [Mention(0, 0, "per"), Mention(1, 1, "per")]
    assert list(mentions(["S-per", "I-per"])) == [Mention(0, 0, "per"), Mention(1, 1, "per")]


def test_sentences_are_passages_and_documents_marks_are_left_out(tmp_path: Path) -> None:
    first = "-DOCSTART- -X- -X- O\n\nAnn NNP B-NP B-per\r\n. . O O\r\n\r\n"
    second = "\n# a comment\nAcme NNP B-NP B-org\n"

    passages = read(tmp_path, first + second)

    assert [(p.id, p.text) for p in passages] == [("set-1", "Ann."), ("set-2", "Acme")]
    assert [found(p) for p in passages] == [[("per", "Ann")], [ACME]]


def test_counted_tokens_may_have_several_layers_of_tags(tmp_path: Path) -> None:
    text = "#\thttp://x\n1\tKölner\tB-org\tB-loc\n2\tZoo\tI-org\tO\n"

    (passage,) = read(tmp_path, text)

    assert found(passage) == [("loc", "Kölner"), ("org", "Kölner Zoo")]


def test_a_token_that_is_a_hash_is_no_comment(tmp_path: Path) -> None:
    assert read(tmp_path, "# O\n1 O\n")[0].text == "# 1"


@pytest.mark.parametrize("line", ["Lee", "Lee NNP", "Lee\t"])
def test_a_line_without_a_tag_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigError, match=r"set\.conll:2: end each line with a tag"):
        read(tmp_path, f"Ann B-per\n{line}\n")


def test_tokens_of_scripts_without_spaces_go_together() -> None:
    assert together(["北京", "大学", "的", "Ann", "们"])[0] == "北京大学的 Ann 们"


tokens = st.lists(
    st.text("abÄ#'.,()\"-O北", min_size=1, max_size=5),
    min_size=1,
    max_size=8,
)
sentences = tokens.flatmap(
    lambda words: st.tuples(
        st.just(words),
        st.lists(st.tuples(st.integers(0, len(words) - 1), st.sampled_from(["x", "y-z", ""]))),
    )
)


@settings(deadline=None, max_examples=50)
@given(st.lists(sentences, max_size=4), st.sampled_from("\t "))
def test_what_is_written_in_columns_reads_back(
    written: list[tuple[list[str], list[tuple[int, str]]]], separator: str
) -> None:
    tagged = [(words, _tags(len(words), marks)) for words, marks in written]
    lines = [
        "".join(f"{word}{separator}{tag}\n" for word, tag in zip(words, tags, strict=True))
        for words, tags in tagged
    ]

    with TemporaryDirectory() as folder:
        passages = read(Path(folder), "\n".join(lines))

    assert [p.text for p in passages] == [together(words)[0] for words, _ in tagged]
    for passage, (words, tags) in zip(passages, tagged, strict=True):
        _, spans = together(words)
        assert [c.arguments[0].mention.span for c in passage.claims] == [
            (spans[m.first].start, spans[m.last].end) for m in mentions(tags)
        ]


def _tags(length: int, marks: Sequence[tuple[int, str]]) -> list[str]:
    """Return tags in IOB2 that mark from each place to the next."""
    starts = sorted(dict(marks).items())
    ends = [*(start for start, _ in starts[1:]), length]
    tags = ["O"] * length
    for (start, type_), end in zip(starts, ends, strict=False):
        for i in range(start, end) if type_ else ():
            tags[i] = f"{'B' if i == start else 'I'}-{type_}"
    return tags
