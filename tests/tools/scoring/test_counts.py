from questgraph.tools.scoring.counts import Counts, Scores, macro, micro, total

ANN = {"PER": Counts(1, 2, 1)}
BONN = {"PER": Counts(0, 0, 1), "LOC": Counts(1, 1, 1)}


def test_what_cannot_be_divided_is_zero() -> None:
    assert (Counts().precision, Counts().recall, Counts().f1) == (0.0, 0.0, 0.0)


def test_passages_add_up_by_type() -> None:
    assert total([ANN, BONN]) == {"PER": Counts(1, 2, 2), "LOC": Counts(1, 1, 1)}
    assert total([]) == {}


def test_every_claim_weighs_the_same_in_micro_scores() -> None:
    assert micro(total([ANN, BONN])) == Counts(2, 3, 3)


def test_every_type_weighs_the_same_in_macro_scores() -> None:
    assert macro(total([ANN, BONN])) == Scores(0.75, 0.75, 0.75)


def test_types_that_nobody_names_are_no_part_of_the_mean() -> None:
    assert macro({"PER": Counts(1, 1, 1), "ORG": Counts()}) == Scores(1.0, 1.0, 1.0)
    assert macro({}) == Scores(0.0, 0.0, 0.0)


def test_a_type_that_only_was_said_lowers_the_mean() -> None:
    assert macro({"PER": Counts(1, 1, 1), "ORG": Counts(0, 1, 0)}) == Scores(0.5, 0.5, 0.5)
