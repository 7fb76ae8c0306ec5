import pytest

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Span
from questgraph.tools.scoring.counts import Counts
from questgraph.tools.scoring.head_words import head_word

from .passages import event, mention, score, tally

TEXT = "Rebels attacked the old port of Aden on Monday, and the mayor fled from the burning port."
ATTACKED, FLED = mention(TEXT, "attacked"), mention(TEXT, "fled")
REBELS, PORT = mention(TEXT, "Rebels"), mention(TEXT, "the old port of Aden")
BARE_PORT, LONG_PORT = mention(TEXT, "port"), mention(TEXT, "the old port of Aden on Monday")
GOLD = Labelled("p", TEXT, (event("Attack", ATTACKED, Agent=REBELS, Place=PORT),))


def test_triggers_count_without_and_with_their_type() -> None:
    said = event("Trial", ATTACKED), event("Attack", FLED)

    assert tally("ee.trg.i", GOLD, *said) == {"trigger": Counts(1, 2, 1)}
    assert tally("ee.trg.c", GOLD, *said) == {"Attack": Counts(0, 1, 1), "Trial": Counts(0, 1, 0)}


def test_events_without_a_trigger_say_no_trigger() -> None:
    said = event("Attack", None, Agent=REBELS)

    assert score("ee.trg.i", GOLD, said) == Counts(0, 0, 1)
    assert score("ee.arg.c", GOLD, said) == Counts(1, 1, 2)


def test_arguments_count_without_and_with_their_role() -> None:
    said = event("Attack", ATTACKED, Agent=PORT, Place=BARE_PORT)

    assert score("ee.arg.i", GOLD, said) == Counts(1, 2, 2)
    assert tally("ee.arg.c", GOLD, said) == {
        "Attack:Agent": Counts(0, 1, 1),
        "Attack:Place": Counts(0, 1, 1),
    }


def test_arguments_of_another_type_of_event_are_wrong() -> None:
    assert score("ee.arg.i", GOLD, event("Trial", ATTACKED, Agent=REBELS)) == Counts(0, 1, 2)


@pytest.mark.parametrize("place", [PORT, BARE_PORT, LONG_PORT])
def test_arguments_with_the_same_head_word_are_the_same_by_head(place: object) -> None:
    said = event("Attack", ATTACKED, Place=place)

    assert score("ee.arg.c.head", GOLD, said) == Counts(1, 1, 2)
    assert score("ee.arg.i.head", GOLD, said) == Counts(1, 1, 2)


def test_heads_at_other_places_are_others() -> None:
    said = event("Attack", ATTACKED, Place=mention(TEXT, "the burning port"))

    assert score("ee.arg.c.head", GOLD, said) == Counts(0, 1, 2)


def test_shared_words_earn_credit_for_parts() -> None:
    said = event("Attack", ATTACKED, Place=mention(TEXT, "the burning port"), Agent=REBELS)

    found = tally("ee.word", GOLD, said)

    assert found["Attack:Place"] == Counts(2 * 2 / (3 + 5), 1, 1)
    assert found["Attack:Agent"] == Counts(1, 1, 1)


def test_each_argument_earns_credit_once() -> None:
    said = event("Attack", None, Place=PORT), event("Attack", None, Place=BARE_PORT)

    assert score("ee.word", GOLD, *said) == Counts(1, 2, 2)


def test_characters_count_where_there_are_no_spaces() -> None:
    text = "北京大学的学生"
    gold = Labelled("p", text, (event("Attack", None, Agent=mention(text, "北京大学")),))

    assert score("ee.word", gold, event("Attack", None, Agent=mention(text, "大学"))).hits == 2 / 3


@pytest.mark.parametrize(
    ("phrase", "head"),
    [
        ("paclitaxel", "paclitaxel"),
        ("a 45-year-old woman with asthma", "woman"),
        ("The company that he founded", "company"),
        ("Bonn, the old capital", "Bonn"),
        ("to throw the personnel a few curves", "curves"),
        ("by the U.S. Senate", "Senate"),
        ("who", "who"),
        ("of which", "which"),
        ("...", "..."),
    ],
)
def test_the_head_is_the_last_word_before_what_describes_it(phrase: str, head: str) -> None:
    text = f"See {phrase} here"

    assert text[slice(*head_word(text, Span(4, 4 + len(phrase))))] == head
