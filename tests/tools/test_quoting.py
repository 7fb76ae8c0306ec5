from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.quoting import CUT, GAP, quote

PLACES = st.lists(st.integers(0, 9000), min_size=1, max_size=5)


@given(PLACES)
def test_a_quote_is_made_of_the_text_and_has_every_mention(starts: list[int]) -> None:
    text = " ".join(f"{i:06d}" for i in range(1500))
    mentions = [(start, start + 10) for start in starts]
    around = (min(starts), max(starts) + 60)

    said = quote(text, around, mentions)

    assert all(part in text for part in said.split(CUT))
    assert all(text[slice(*mention)] in said for mention in mentions)


def test_what_lies_close_together_is_quoted_whole() -> None:
    text = "Ann" + " " * GAP + "Bo."

    assert quote(text, (0, len(text)), [(0, 3), (len(text) - 3, len(text) - 1)]) == text


def test_a_long_stretch_between_mentions_is_left_out() -> None:
    text = "Ann" + "x" * 5000 + "Bo."

    said = quote(text, (0, len(text)), [(0, 3), (len(text) - 3, len(text) - 1)])

    assert said == f"Ann{'x' * 200}{CUT}{'x' * 200}Bo."
