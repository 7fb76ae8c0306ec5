"""Formats whose labels point into a text: brat and PubTator."""

from pathlib import Path

import pytest

from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Span
from questgraph.tools.sets.brat import read_brat
from questgraph.tools.sets.pubtator import read_pubtator

TEXT = "Ann Lee left.\nAcme named North and South America."
ANN = [
    "T1\tperson 0 7\tAnn Lee",
    "T2\torganization 14 18\tAcme",
    "T3\tappointment 19 24\tnamed",
    "T4\tplace 25 30;41 48\tNorth America",
    "R1\tworks_for Arg1:T1 Arg2:T2\t",
    "E1\tappointment:T3 person:T1 firm2:T2",
    "A1\tNegation E1",
    "#1\tAnnotatorNotes T1\twho?",
]


def brat(folder: Path, lines: list[str], name: str = "a") -> list[Labelled]:
    (folder / f"{name}.txt").write_text(TEXT, encoding="utf-8")
    (folder / f"{name}.ann").write_text("\n".join(lines), encoding="utf-8")
    return list(read_brat(folder))


def told(passage: Labelled) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    return [(frame.type, frame.fillers) for frame in passage.frames()]


def test_brat_gives_entities_relations_and_events(tmp_path: Path) -> None:
    (passage,) = brat(tmp_path, ANN)

    assert passage.id == "a"
    assert told(passage) == [
        ("person", (("mention", "Ann Lee"),)),
        ("works_for", (("head", "Ann Lee"), ("tail", "Acme"))),
        ("appointment", (("trigger", "named"), ("person", "Ann Lee"), ("firm", "Acme"))),
        ("organization", (("mention", "Acme"),)),
        ("place", (("mention", "North and South America"),)),
    ]


def test_an_argument_that_is_an_event_stands_for_its_trigger(tmp_path: Path) -> None:
    lines = [
        *ANN[:3],
        "E1\tappointment:T3 person:T1",
        "T5\tleaving 8 12\tleft",
        "E2\tleaving:T5 why:E1",
    ]

    (passage,) = brat(tmp_path, lines)

    assert ("leaving", (("trigger", "left"), ("why", "named"))) in told(passage)


def test_equal_mentions_of_brat_form_a_cluster(tmp_path: Path) -> None:
    (passage,) = brat(tmp_path, [*ANN, "*\tEquiv T1 T2"])

    assert passage.clusters == ((Span(0, 7), Span(14, 18)),)


def test_a_trigger_that_a_relation_joins_stays_an_entity(tmp_path: Path) -> None:
    (passage,) = brat(tmp_path, [*ANN, "R2\tcause Arg1:E1 Arg2:T1"])

    assert ("cause", (("head", "named"), ("tail", "Ann Lee"))) in told(passage)


def test_folders_are_read_in_the_order_of_names(tmp_path: Path) -> None:
    brat(tmp_path, ANN, "b")

    assert [p.id for p in brat(tmp_path, [], "a")] == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("T9\tperson 0 700\tAnn", r"a\.ann:2: there are no characters 0 to 700"),
        ("T9\tperson x y\tAnn", r"a\.ann:2: invalid literal"),
        ("T9 person 0 3 Ann", r"a\.ann:2: put a tab"),
        ("X9\tperson 0 3", r"a\.ann:2: 'X9' names no annotation"),
        ("R9\tworks_for T1 T2", r"a\.ann:2: write arguments as role:T1"),
        ("R9\tworks_for Arg1:T1 Arg2:T8", r"a\.ann: there is no annotation 'T8'"),
        ("R9\tworks_for Arg1:T1", r"a\.ann: a relation has two arguments"),
    ],
)
def test_what_is_wrong_in_brat_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        brat(tmp_path, [ANN[0], line])


def test_annotations_without_their_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_text("")

    with pytest.raises(ConfigError, match=r"a\.txt: no labelled passages there"):
        list(read_brat(tmp_path))


ABSTRACT = """\
7|t|Heparin and fever
7|a|Heparin caused fever or chills.
7\t0\t7\tHeparin\tChemical\tD1
7\t12\t17\tfever\tDisease\tD2
7\t18\t25\tHeparin\tChemical\tD1
7\t33\t48\tfever or chills\tDisease\tD2|D3
7\tCID\tD1\tD2
7\tCID\tD1\tD3
"""


def pubtator(folder: Path, text: str) -> list[Labelled]:
    file = folder / "set.pubtator"
    file.write_text(text, encoding="utf-8")
    return list(read_pubtator(file))


def test_pubtator_relations_go_from_first_mention_to_first_mention(tmp_path: Path) -> None:
    (passage,) = pubtator(tmp_path, ABSTRACT)

    relations = [claim for claim in passage.claims if claim.kind == "relation"]
    assert passage.text == "Heparin and fever\nHeparin caused fever or chills."
    assert [[a.mention.span for a in claim.arguments] for claim in relations] == [
        [(0, 7), (12, 17)],
        [(0, 7), (33, 48)],
    ]
    assert passage.clusters == ((Span(0, 7), Span(18, 25)),)


def test_abstracts_of_pubtator_are_parted_by_blank_lines(tmp_path: Path) -> None:
    passages = pubtator(tmp_path, f"{ABSTRACT}\n\n8|t|Nothing\n8|a|\n")

    assert [(p.id, len(p.claims)) for p in passages] == [("7", 6), ("8", 0)]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("7\t0\t6\tHeparin\tChemical\tD1", r":3: characters 0 to 6 are 'Hepari'"),
        ("7\tCID\tD1\tD9", r":3: no mention of the concept 'D1'"),
        ("7\tCID", r":3: write a mention in 5 columns"),
    ],
)
def test_what_is_wrong_in_pubtator_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        pubtator(tmp_path, f"7|t|Heparin and fever\n7|a|Heparin.\n{line}\n")


def test_annotations_without_a_title_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"set\.pubtator:1: begin with"):
        pubtator(tmp_path, "7\t0\t7\tHeparin\tChemical\tD1\n")
