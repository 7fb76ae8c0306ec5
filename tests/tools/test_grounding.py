import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.chunking import joined, sentences
from questgraph.tools.grounding import evidence, locate, pin
from questgraph.tools.records import Span

REPORT = (
    "The Øresund Bridge was completed in August 1999 by Sundlink Contractors, a consortium led "
    "by Hochtief. It cost about $3.6 billion and carries 18,000 vehicles a day.\n"
    "Jonathan Solheim, its chief engineer, approved the hypertension trial at Acme Inc. in "
    "Copenhagen; he was not dismissed. Sulfate levels increased by 4.5 percent at -5 degrees. The "
    "county signed a contract with John Smith on 12.05.2018. He prescribed 20 mg of cisplatin."
)

VARIANTS = [
    ("Hochtief", REPORT, "exact", "Hochtief"),
    ("$3.6 billion", REPORT, "exact", "$3.6 billion"),
    ("2018", REPORT, "exact", "2018"),
    ("it cost", REPORT, "normalized", "It cost"),
    ("The Oresund Bridge", REPORT, "normalized", "The Øresund Bridge"),
    ("an Øresund bridge", REPORT, "normalized", "Øresund Bridge"),
    ("“Sundlink Contractors”.", REPORT, "normalized", "Sundlink Contractors"),
    ("Solheim's", REPORT, "normalized", "Solheim"),
    ("a day. Jonathan", REPORT, "normalized", "a day.\nJonathan"),
    ("Jonathan Solhiem", REPORT, "fuzzy", "Jonathan Solheim"),
    ("vehicle", REPORT, "fuzzy", "vehicles"),
    ("levels of anemia", "low levels of anaemia", "fuzzy", "levels of anaemia"),
    ("organised by them", "organized by them", "fuzzy", "organized by them"),
    ("travelling show", "the traveling show", "fuzzy", "traveling show"),
    ("Mississipi", "the Mississippi river", "fuzzy", "Mississippi"),
    ("levels of 4.5 percents", "levels of 4.5 percent", "fuzzy", "levels of 4.5 percent"),
    ("Acme Incorporated, Paris", "Acme Incorporated Paris", "fuzzy", "Acme Incorporated Paris"),
    ("non-profit group", "a non profit group", "fuzzy", "non profit group"),
    ("cafe", "the cafe\u0301 there", "normalized", "cafe\u0301"),
    ("STRASSE", "die Straße dort", "normalized", "Straße"),
    ("Lodz", "in Łódź.", "normalized", "Łódź"),
    ("development", "slow develop-\nment of it", "normalized", "develop-\nment"),
    ("well-known", "a well-\nknown one", "normalized", "well-\nknown"),
    ("Windkraft", "Wind\u00adkraft ist", "normalized", "Wind\u00adkraft"),
    ("CO2", "emits CO₂ daily", "normalized", "CO₂"),
    ("don't", "I don’t know", "normalized", "don’t"),
    ("1990-95", "in 1990–95.", "normalized", "1990–95"),
    ("ABC", "the ＡＢＣ code", "normalized", "ＡＢＣ"),
    ("手机", "苹果发布新手机。", "exact", "手机"),
    ("서울", "그는 서울에 산다", "exact", "서울"),
    ("Горбачев", "Михаил Горбачёв", "normalized", "Горбачёв"),
    ("محمد", "كان مُحَمَّد هنا", "normalized", "مُحَمَّد"),
    ("C++", "in C++.", "exact", "C++"),
    ("👩‍👧", "see 👩‍👧!", "exact", "👩‍👧"),
]


@pytest.mark.parametrize(("wording", "text", "level", "quote"), VARIANTS)
def test_variant_of_what_the_text_says_is_found(
    wording: str, text: str, level: str, quote: str
) -> None:
    found = locate(wording, text)

    assert [(match.level, text[slice(*match.span)]) for match in found] == [(level, quote)]


FABRICATED = [
    # Other numbers, signs and units.
    ("August 1998", REPORT),
    ("18,000,000 vehicles", REPORT),
    ("18", REPORT),
    ("$3 billion", REPORT),
    ("€3.6 billion", REPORT),
    ("3", REPORT),
    ("$36 billion", REPORT),
    ("5 degrees", REPORT),
    ("45 percent", REPORT),
    ("12.05.2019", REPORT),
    ("20 kg of cisplatin", REPORT),
    ("102 metres", "10² metres"),
    ("21/2 years", "2½ years"),
    ("1", "½ of them"),
    ("CO2 level", "CO3 level"),
    # The opposite, or another word of nearly the same letters.
    ("was cancelled in August 1999", REPORT),
    ("levels decreased", REPORT),
    ("he was dismissed", REPORT),
    ("disapproved", REPORT),
    ("hypotension trial", REPORT),
    ("Sulfite levels", "The sulfide levels rose."),
    ("country", REPORT),
    ("contrast", REPORT),
    ("proscribed", REPORT),
    ("carboplatin", REPORT),
    ("causal link", "a casual link"),
    ("untied states", "the united states"),
    ("adopted plan", "the adapted plan"),
    ("international law", "intranational law"),
    ("completes", "they completed it"),
    # Another person, place or organization.
    ("John Smyth", REPORT),
    ("Jon Smith", REPORT),
    ("Jane Smith", REPORT),
    ("John Smith Jr", REPORT),
    ("Jonathan Smith", REPORT),
    ("Acme Holdings International", REPORT),
    ("Acme Inc. Copenhagen office", REPORT),
    ("Copenhagen Bridge", REPORT),
    ("Øresund Tunnel", REPORT),
    ("Antonio", "Antonia came."),
    ("Austria", "Australia won."),
    ("Iran", "Iraq won."),
    ("Dominica", "the Dominican coast"),
    ("An Wang", "Wang Li spoke."),
    ("Johnson", "There came Johnston."),
    ("Stafford", "He studied at Stanford."),
    ("Slovenia", "Slovakia"),
    ("Americas", "in America"),
    # Parts of words, and what lies on both sides of a border.
    ("Ann", "Annual report"),
    ("Hoch", REPORT),
    ("port", "airport"),
    ("कि", "किताब पढ़ो"),
    ("各", "가각갂"),
    ("가", "각"),
    ("か", "が"),
    ("мой", "мои книги"),
    ("percent John Smith", REPORT),
    ("Copenhagen It", "They left Copenhagen. It rained."),
    ("增加了", "减少了"),
    ("5-HT", "the 5-HT6 receptor"),
    # Not a wording.
    ("", REPORT),
    (" \n", REPORT),
    ("none", REPORT),
    ("...", REPORT),
]


@pytest.mark.parametrize(("wording", "text"), FABRICATED)
def test_invented_wording_is_absent(wording: str, text: str) -> None:
    assert locate(wording, text) == []


@pytest.mark.parametrize(("wording", "text"), [("Ann", "Ann, Anna, and Ann"), ("aa", "aa aaa aa")])
def test_every_occurrence_as_a_whole_word_is_found(wording: str, text: str) -> None:
    found = locate(wording, text)

    assert [match.span.start for match in found] == [0, len(text) - len(wording)]


def test_only_the_best_level_is_given() -> None:
    found = locate("Bridge", "A bridge, the Bridge, BRIDGES.")

    assert [(match.span, match.level) for match in found] == [(Span(14, 20), "exact")]


def test_fuller_form_of_a_wording_goes_before_a_lesser_one() -> None:
    text = "A hague. In THE HAGUE."

    assert [text[slice(*match.span)] for match in locate("The Hague", text)] == ["THE HAGUE"]


def test_word_that_the_text_writes_elsewhere_is_no_misspelling() -> None:
    assert locate("vehicle tax", "a vehicle and the vehicles tax") == []


def test_fuzzy_match_scores_below_one() -> None:
    [match] = locate("Ann Solhiem", "here is Ann Solheim")

    assert 0.8 < match.score < 1


def test_wordings_are_pinned_where_they_stand_closest() -> None:
    text = "Rome is old. Paris is big. Ann left Paris for Rome."

    pinned = pin(["Ann", "Paris", "Rome"], text)

    assert [match and match.span.start for match in pinned] == [27, 36, 46]


def test_same_sentence_is_nearer_than_the_one_before() -> None:
    text = "He saw Rome. Ann, who was born in the north of the country, went to Rome."

    _, place = pin(["Ann", "Rome"], text)

    assert place
    assert place.span == Span(68, 72)


def test_absent_wording_leaves_the_others_pinned() -> None:
    pinned = pin(["Nobody", "Ann", ""], "Ann left.")

    assert [match and match.span for match in pinned] == [None, Span(0, 3), None]


def test_of_places_equally_close_the_earliest_is_taken() -> None:
    pinned = pin(["Ann", "Bob"], "Ann met Bob. Ann met Bob.")

    assert [match and match.span.start for match in pinned] == [0, 8]


def test_different_wordings_take_different_places() -> None:
    first, second = pin(["the bank", "Bank"], "The bank owns a bank.")

    assert first
    assert second
    assert not first.span.overlaps(second.span)


def test_part_of_another_wording_stays_inside_it_when_it_has_no_other_place() -> None:
    whole, part = pin(["Bank of England", "England"], "The Bank of England moved.")

    assert whole
    assert part
    assert (whole.span, part.span) == (Span(4, 19), Span(12, 19))


def test_equal_wordings_share_a_place() -> None:
    first, second = pin(["Ann", "Ann"], "Ann met Ann.")

    assert first == second


def test_pinning_among_thousands_of_occurrences_finds_the_nearest() -> None:
    text = "Ann met Bob. " * 2000 + "Zoe met Bob."

    zoe, bob = pin(["Zoe", "Bob"], text)

    assert zoe
    assert bob
    assert bob.span.start - zoe.span.start == 8


def test_evidence_is_the_run_of_sentences_that_holds_the_spans() -> None:
    text = "One is here. Two is there. Three is gone. Four."
    borders = sentences(text)

    held = evidence([Span(13, 16), Span(27, 32)], borders)

    assert text[slice(*held)] == "Two is there. Three is gone."


def test_evidence_holds_spans_that_no_sentence_has() -> None:
    assert evidence([Span(3, 5)], []) == Span(3, 5)


UNICODE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("aAbé \n-.'1½²\u0301\u00ad\u200d🇩🇪👩👧🏽か\u3099각ß"),
    ),
    max_size=60,
)


@given(UNICODE, UNICODE)
def test_match_is_trimmed_and_cuts_no_character(wording: str, text: str) -> None:
    for match in locate(wording, text):
        quote = text[slice(*match.span)]
        assert quote
        assert quote == quote.strip()
        assert not joined(text, match.span.start)
        assert not joined(text, match.span.end)


@given(UNICODE, st.text(max_size=20), st.text(max_size=20))
def test_wording_between_spaces_is_found_where_it_stands(
    wording: str, before: str, after: str
) -> None:
    wording = wording.strip()
    text = f"{before} {wording} {after}"

    found = [match.span for match in locate(wording, text) if match.level == "exact"]

    start = len(before) + 1
    assert not wording or any(span.start <= start < span.end for span in found)


@given(st.text("abc ÄÖéß", min_size=1, max_size=30))
def test_case_and_composition_do_not_hide_a_wording(wording: str) -> None:
    text = f"x {wording} x"

    for said in (wording.upper(), unicodedata.normalize("NFD", wording)):
        assert not wording.strip() or locate(said, text)


@given(st.lists(UNICODE, max_size=4), UNICODE)
def test_pinned_place_is_one_that_was_located(wordings: list[str], text: str) -> None:
    for wording, match in zip(wordings, pin(wordings, text), strict=True):
        found = locate(wording, text)
        assert match in found if found else match is None
