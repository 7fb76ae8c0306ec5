from questgraph.tools.scoring.groundedness import Groundedness, groundedness

from .passages import entity, mention, relation, said_as, turned_down

TEXT = "Ann works for Acme."
ANN = entity(TEXT, "Ann")
MADE_UP = relation("KNOWS", mention(TEXT, "Ann"), mention(TEXT, "Zoe"))


def test_wordings_and_claims_are_counted_apart() -> None:
    folded = said_as(entity(TEXT, "Acme"), "normalized")

    found = groundedness([ANN, folded, MADE_UP])

    assert found == Groundedness(wordings=4, found=3, exact=2, claims=3, hallucinated=1)
    assert (found.precision, found.exact_share) == (0.75, 0.5)
    assert found.hallucination_rate == 1 / 3


def test_claims_that_were_turned_down_were_said_all_the_same() -> None:
    assert groundedness([turned_down(ANN)]) == groundedness([ANN])


def test_passages_add_up() -> None:
    parts = (groundedness([ANN]), groundedness([MADE_UP]))

    assert sum(parts, Groundedness()) == groundedness([ANN, MADE_UP])


def test_without_claims_nothing_is_made_up() -> None:
    nothing = groundedness([])

    assert (nothing.precision, nothing.exact_share, nothing.hallucination_rate) == (0, 0, 0)
