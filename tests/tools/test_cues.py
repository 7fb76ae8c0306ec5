import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.cues import Cue, cues
from questgraph.tools.records import Span

N, M, A = "negation", "modality", "attribution"

# What is claimed stands in brackets; then the kinds of cue that a reader finds for it.
CASES: tuple[tuple[str, str], ...] = (
    ("[Ann] joined [Acme].", ""),
    ("[Ann] did not join [Acme].", N),
    ("[Ann] didn't join [Acme].", N),
    ("[Ann] never joined [Acme].", N),
    ("[Ann] has not yet joined [Acme].", N),
    ("[Acme] was not founded by [Ann].", N),
    ("[Acme] did not [buy] [Beta] in [2003].", N),
    ("[Ann] cannot join [Acme].", N),
    ("[Ann] denied that she had joined [Acme].", N),
    ("[Acme] denies buying [Beta].", N),
    ("[Acme] has ruled out a merger with [Beta].", N),
    ("[Ann] refused to join [Acme].", N),
    ("[Ann] and Bo refuse to join [Acme].", N),
    ("[Ann] declined to lead [Acme].", N),
    ("[Acme] failed to buy [Beta].", N),
    ("There is no evidence that [Ann] joined [Acme].", N),
    ("It is not true that [Ann] joined [Acme].", N),
    ("Neither [Ann] nor Bo joined [Acme].", N),
    ("Neither Ann nor [Bo] joined [Acme].", N),
    ("Bo stayed away. Nor did [Ann] join [Acme].", N),
    ("We found no association between [smoking] and [gout].", N),
    ("[Aspirin] had no effect on [gout].", N),
    ("None of this made [Ann] join [Acme].", N),
    ("Ann, not [Bo], joined [Acme].", N),
    ("[Ann] joined Acme, not [Beta].", N),
    ("[Ann] joined Beta instead of [Acme].", N),
    ("[Ann] did not meet Dr. [Lee] of Acme.", N),
    ("The board rejected claims that [Ann] had left [Acme].", f"{A} {N}"),
    ("[Ann], not Bo, joined [Acme].", ""),
    ("[Ann] joined [Acme], not Beta.", ""),
    ("[Ann] joined [Acme] instead of Beta.", ""),
    ("[Ann] joined [Acme] but did not stay.", ""),
    ("[Ann] did not resign, and [Bo] joined [Acme].", ""),
    ("[Ann], who does not like Bo, joined [Acme].", ""),
    ("[Ann] left the team that did not want her and joined [Acme].", ""),
    ("[Ann], who does not work for [Acme], left.", N),
    ("Ann but not [Bo] joined [Acme].", N),
    ("[Ann] not only joined [Acme] but led it.", ""),
    ("[Ann] did not join [Acme] until 2003.", ""),
    ("[Ann] did not say why she joined [Acme].", ""),
    ("[Ann] did not deny that she joined [Acme].", ""),
    ("[Ann] never failed to support [Acme].", ""),
    ("[Ann] has no doubt joined [Acme].", ""),
    ("[Ann] is no longer at [Acme].", ""),
    ("Ann did not like it. [Bo] joined [Acme].", ""),
    ("[Ann] wrote [Never Let Me Go].", ""),
    ("[Ann] left [Acme] without a word.", ""),
    ("With no help from Bo, [Ann] founded [Acme].", ""),
    ("No. 5 is [Ann] of [Acme].", ""),
    ("[Ann] but not Bo joined [Acme].", ""),
    ("[Ann] praised people who do not work for [Acme].", ""),
    ("[Ann], not to be confused with Bo, led [Acme].", ""),
    ("[Notting] lies in [Nevern].", ""),
    ("[Ann] may join [Acme].", M),
    ("[Ann] might have joined [Acme].", M),
    ("[Ann] will join [Acme] in June.", M),
    ("[Ann] could lead [Acme].", M),
    ("[Acme] plans to buy [Beta].", M),
    ("[Acme] is planning to buy [Beta].", M),
    ("[Acme] is expected to buy [Beta].", M),
    ("[Acme] is in talks to buy [Beta].", M),
    ("[Acme] is considering a bid for [Beta].", M),
    ("[Ann] allegedly joined [Acme].", M),
    ("Allegedly, [Ann] joined [Acme].", M),
    ("[Ann] is alleged to have joined [Acme].", M),
    ("[Ann] is said to have joined [Acme].", M),
    ("[Ann] reportedly leads [Acme].", M),
    ("Perhaps [Ann] joined [Acme].", M),
    ("[Ann] was asked whether she had joined [Acme].", M),
    ("If [Ann] joins [Acme], Bo leaves.", M),
    ("[Ann] wants to join [Acme].", M),
    ("[Ann] may not join [Acme].", f"{M} {N}"),
    ("In May [Ann] joined [Acme].", ""),
    ("[Will] joined [Acme].", ""),
    ("[Ann] joined [Acme] and may leave.", ""),
    ("If Bo leaves, so be it. [Ann] leads [Acme].", ""),
    ("[Ann] spoke as if nothing had happened and joined [Acme].", ""),
    ("According to Reuters, [Ann] joined [Acme].", A),
    ("[Ann] joined [Acme], according to two people.", A),
    ("According to [Ann] of [Acme], sales rose.", ""),
    ("According to Reuters [Ann] joined [Acme].", A),
    ("Reuters said that [Ann] joined [Acme].", A),
    ("Reuters said [Ann] joined [Acme].", A),
    ("Bo claimed [Ann] had joined [Acme].", A),
    ("Bo told the court that [Ann] joined [Acme].", A),
    ("The paper reported that [Ann] joined [Acme].", A),
    ("[Ann] joined [Acme], said Bo.", A),
    ("[Ann] joined [Acme], the ministry said.", A),
    ("“[Ann] joined [Acme],” Bo said.", A),
    ("Bo said [Ann] did not join [Acme].", f"{A} {N}"),
    ("Bo said [Ann] may join [Acme].", f"{A} {M}"),
    ("[Ann] joined [Acme] and said nothing.", ""),
    ("[Ann] of [Acme] reports to Bo.", ""),
    ("[Ann] moved to the United States and joined [Acme].", ""),
    ("Bo said hello. [Ann] joined [Acme].", ""),
    ("[Ann] arbeitet nicht für [Acme].", N),
    ("[Acme] kaufte [Beta] nicht.", N),
    ("[Ann] war nie bei [Acme].", N),
    ("[Ann] hat keine Anteile an [Acme].", N),
    ("[Acme] bestritt, [Beta] gekauft zu haben.", N),
    ("Weder [Ann] noch Bo gründete [Acme].", N),
    ("[Nie] Er joined [Acme].", ""),
    ("Nie Er met [Ann] of [Acme].", ""),
    ("[Ann] arbeitet nicht nur für [Acme].", ""),
    ("[Ann], die nicht aus Bonn kommt, leitet [Acme].", ""),
    ("[Ann] blieb nicht, sondern gründete [Acme].", ""),
    ("[Ann] soll [Acme] leiten.", M),
    ("[Acme] könnte [Beta] kaufen.", M),
    ("[Ann] hat angeblich [Acme] gegründet.", M),
    ("Laut Reuters leitet [Ann] [Acme].", A),
    ("Einem Bericht zufolge leitet [Ann] [Acme].", A),
    ("Bo sagte, [Ann] leite [Acme].", A),
)


WORDS = "not said , . “ ” \n Ann Acme may denied and according to nicht no n't"


def marked(case: str) -> tuple[str, list[Span]]:
    """Return a text without its brackets, and what stood in them."""
    mentions, text = [], ""
    for piece in re.split(r"(\[[^\]]*\])", case):
        bare = piece.strip("[]")
        if piece.startswith("["):
            mentions.append(Span(len(text), len(text) + len(bare)))
        text += bare
    return text, mentions


def found(case: str) -> tuple[Cue, ...]:
    text, mentions = marked(case)
    return cues(text, Span(0, len(text)), mentions)


@pytest.mark.parametrize(("case", "kinds"), CASES)
def test_a_claim_is_qualified_as_a_reader_would(case: str, kinds: str) -> None:
    assert {cue.kind for cue in found(case)} == set(kinds.split())


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("Reuters said that [Ann] joined [Acme].", "Reuters said that"),
        (
            "On Monday, two people close to it said [Ann] joined [Acme].",
            "two people close to it said",
        ),
        ("[Ann] joined [Acme], said Bo Lee.", "said Bo Lee"),
        ("[Ann] joined [Acme], the ministry said.", "the ministry said"),
        ("[Ann] joined [Acme], according to two people.", "according to two people"),
        ("[Acme] is expected to buy [Beta].", "expected to"),
    ],
)
def test_a_cue_has_its_words_and_whose_word_it_is(case: str, words: str) -> None:
    assert [cue.words for cue in found(case)] == [words]


def test_what_stands_outside_the_evidence_is_no_cue() -> None:
    text = "Ann joined Acme. She did not stay at Acme."

    assert cues(text, Span(0, 16), [Span(0, 3), Span(11, 15)]) == ()


def test_a_sentence_that_holds_one_part_of_a_claim_does_not_qualify_it() -> None:
    assert found("Bo did not like [Acme]. It hired [Ann].") == ()


def test_a_cue_far_from_the_claim_in_a_text_without_sentences_is_not_seen() -> None:
    assert found("not " + "x " * 5000 + "[Ann] joined [Acme]") == ()


def test_a_claim_without_mentions_has_no_cues() -> None:
    assert cues("Ann did not join.", Span(0, 17), []) == ()


def test_a_cue_is_plain_data() -> None:
    (cue,) = found("[Ann] did not join [Acme].")

    assert cue.to_json() == {"kind": "negation", "words": "not", "start": 8, "end": 11}


@given(
    st.lists(
        st.sampled_from(WORDS.split(" ")) | st.text(max_size=5),
        max_size=30,
    ).map(" ".join),
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), max_size=3),
)
def test_whatever_the_text_a_cue_quotes_it(text: str, places: list[tuple[int, int]]) -> None:
    mentions = [Span(min(pair), max(pair)) for pair in places]

    for cue in cues(text, Span(0, len(text)), mentions):
        assert text[slice(*cue.span)] == cue.words
        assert cue.words
