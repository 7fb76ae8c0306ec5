import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Claim, Mention, Span
from questgraph.tools.scoring.counts import Counts, micro
from questgraph.tools.scoring.metrics import metrics

from .passages import entity, mention, relation, score, tally

TEXT = "Ann married Bob. Ann, a baker, works for Acme in Bonn; she likes it."
ANN, BAKER, SHE = (mention(TEXT, words, "PER") for words in ("Ann", "a baker", "she"))
ANN_AGAIN = mention(TEXT, "Ann", "PER", nth=1)
BOB, ACME, BONN = (
    mention(TEXT, words, type_)
    for words, type_ in (("Bob", "PER"), ("Acme", "ORG"), ("Bonn", "LOC"))
)
WORKS = relation("WORKS_FOR", ANN_AGAIN, ACME)
MARRIED = relation("MARRIED", ANN, BOB)


def passage(*claims: Claim, **further: object) -> Labelled:
    return Labelled("p", TEXT, claims, **further)


CLUSTERED = passage(
    relation("WORKS_FOR", ANN, ACME),
    relation("MARRIED", ANN, BOB),
    clusters=tuple(
        tuple(m.span for m in mentions)
        for mentions in ((ANN, ANN_AGAIN, BAKER, SHE), (BOB,), (ACME,))
    ),
)


def spelled(head: str, type_: str, tail: str) -> Labelled:
    return passage(triples=((head, type_, tail),))


def test_ends_relation_and_direction_have_to_be_right() -> None:
    gold = passage(WORKS, MARRIED)
    said = (
        relation("WORKS_FOR", ANN, ACME),
        relation("MARRIED", BOB, ANN),
        relation("LOCATED_IN", ACME, BONN),
        WORKS,
    )

    found = tally("re.boundary", gold, *said)

    assert found == {
        "LOCATED_IN": Counts(0, 1, 0),
        "MARRIED": Counts(0, 1, 1),
        "WORKS_FOR": Counts(1, 2, 1),
    }


@pytest.mark.parametrize(
    "metric",
    ["re.boundary", "re.strict", "re.string", "re.class.noNA", "re.cluster", "re.tripletset"],
)
def test_symmetric_relations_may_be_said_from_either_end(metric: str) -> None:
    gold = passage(MARRIED, WORKS)
    said = relation("MARRIED", BOB, ANN), MARRIED, relation("WORKS_FOR", ACME, ANN_AGAIN)

    assert score(metric, gold, *said, symmetric=True) == Counts(1, 2, 2)


def test_strict_relations_need_the_types_of_their_ends() -> None:
    gold = passage(WORKS)
    mistyped = relation("WORKS_FOR", ANN_AGAIN, mention(TEXT, "Acme", "LOC"))

    assert score("re.boundary", gold, mistyped) == Counts(1, 1, 1)
    assert score("re.strict", gold, mistyped) == Counts(0, 1, 1)


def test_ends_without_a_type_have_that_of_the_entity_claimed_there() -> None:
    gold = passage(WORKS)
    untyped = relation("WORKS_FOR", ANN_AGAIN, mention(TEXT, "Acme"))

    assert score("re.strict", gold, untyped) == Counts(0, 1, 1)
    assert score("re.strict", gold, untyped, entity(TEXT, "Acme", "ORG")) == Counts(1, 1, 1)


def test_string_triples_do_not_ask_which_mention() -> None:
    said = relation("WORKS_FOR", ANN, ACME), WORKS

    assert score("re.string", passage(WORKS), *said) == Counts(1, 1, 1)


def test_only_given_pairs_are_classified() -> None:
    gold = passage(WORKS, relation("no_relation", BOB, ACME))
    said = WORKS, relation("LIVES_IN", ANN, BONN)

    assert score("re.class.noNA", gold, *said) == Counts(1, 1, 1)


def test_saying_that_nothing_relates_a_pair_is_not_saying_anything() -> None:
    gold = passage(WORKS, relation("no_relation", BOB, ACME))

    assert score("re.class.noNA", gold, relation("NA", BOB, ACME)) == Counts(0, 0, 1)
    assert score("re.class.noNA", gold, relation("WORKS_FOR", BOB, ACME)) == Counts(0, 1, 1)


def test_a_given_pair_that_is_turned_round_is_wrong() -> None:
    assert score("re.class.noNA", passage(WORKS), relation("WORKS_FOR", ACME, ANN_AGAIN)) == (
        0,
        1,
        1,
    )


def test_any_mention_of_an_entity_will_do() -> None:
    said = relation("WORKS_FOR", SHE, ACME), relation("MARRIED", BAKER, BOB)

    assert score("re.cluster", CLUSTERED, *said) == Counts(2, 2, 2)


def test_repeats_of_a_relation_between_entities_collapse() -> None:
    right = [relation("WORKS_FOR", m, ACME) for m in (ANN, BAKER, SHE)]
    wrong = [relation("WORKS_FOR", m, BOB) for m in (ANN, BAKER, SHE)]

    assert score("re.cluster", CLUSTERED, *right, *wrong) == Counts(1, 2, 2)


def test_mentions_in_no_cluster_stand_for_themselves() -> None:
    gold = passage(WORKS)

    assert score("re.cluster", gold, WORKS) == Counts(1, 1, 1)
    assert score("re.cluster", gold, relation("WORKS_FOR", ANN, ACME)) == Counts(0, 1, 1)


def test_a_mention_of_two_entities_says_it_of_both() -> None:
    text = "COX-1 and -2 bind it; COX-2 more, like COX-1."
    both, second, first, it = (
        mention(text, *words) for words in (["COX-1 and -2"], ["COX-2"], ["COX-1."], ["it"])
    )
    clusters = ((first.span, both.span), (second.span, both.span), (it.span,))
    one, two = relation("BINDS", first, it), relation("BINDS", second, it)
    said = relation("BINDS", both, it)

    for meant in ((one,), (two,), (one, two)):
        gold = Labelled("p", text, meant, clusters=clusters)
        assert score("re.cluster", gold, said).f1 == 1.0


def test_gold_ends_mean_the_entity_that_they_are_the_first_mention_of() -> None:
    text = "COX-2 and COX-1 bind it; COX-2 and -1, like COX-1."
    two, one, both, it = (mention(text, w) for w in ("COX-2", "COX-1", "COX-2 and -1", "it"))
    clusters = ((both.span,), (one.span, both.span), (it.span,))
    gold = Labelled("p", text, (relation("BINDS", both, it),), clusters=clusters)

    assert score("re.cluster", gold, relation("BINDS", both, it)) == Counts(1, 1, 1)
    assert score("re.cluster", gold, relation("BINDS", one, it)) == Counts(0, 1, 1)
    assert score("re.cluster", gold, relation("BINDS", two, it)) == Counts(0, 1, 1)


@given(st.data())
def test_relations_between_entities_are_a_set_of_cluster_numbers(data: st.DataObject) -> None:
    spans = [Span(3 * i, 3 * i + 2) for i in range(8)]
    home = data.draw(st.lists(st.integers(0, 3), min_size=8, max_size=8))
    members = [[span for span, i in zip(spans, home, strict=True) if i == j] for j in range(4)]
    clusters = tuple(tuple(each) for each in members if each)
    types = st.sampled_from(["MARRIED", "WORKS_FOR"])
    drawn = st.lists(st.tuples(types, st.integers(0, 7), st.integers(0, 7)), max_size=8)
    meant, said = data.draw(drawn), data.draw(drawn)

    def claims(relations: list[tuple[str, int, int]], *, first: bool) -> list[Claim]:
        def end(i: int) -> Mention:
            span = members[home[i]][0] if first else spans[i]
            return Mention("xy", span=span, level="exact")

        return [relation(type_, end(i), end(j)) for type_, i, j in relations]

    def numbers(relations: list[tuple[str, int, int]]) -> set[object]:
        named = [(type_, (home[i], home[j])) for type_, i, j in relations]
        return {(t, frozenset(pair) if t == "MARRIED" else pair) for t, pair in named}

    gold = Labelled("p", "xy " * 8, tuple(claims(meant, first=True)), clusters=clusters)
    found = micro(metrics["re.cluster"].tally(gold, claims(said, first=False), {"MARRIED"}))

    ours, theirs = numbers(said), numbers(meant)
    assert found == Counts(len(ours & theirs), len(ours), len(theirs))


@pytest.mark.parametrize(
    ("triple", "hits"),
    [
        (("ann", "works for", "“Acme”"), 1),
        (("Ann", "WORKS_FOR", "ACME."), 1),
        (("Ann", "WORKS_FOR", "Ac-me"), 1),
        (("Ann", "WORKS_FOR", "Acme Corp"), 0),
        (("Acme", "WORKS_FOR", "Ann"), 0),
    ],
)
def test_triples_compare_in_normalised_words(triple: tuple[str, str, str], hits: int) -> None:
    assert score("re.tripletset", spelled(*triple), WORKS) == Counts(hits, 1, 1)


def test_triples_that_are_labelled_count_and_not_the_relations() -> None:
    gold = passage(WORKS, triples=(("Ann", "WORKS_FOR", "Acme"), ("Ann", "WORKS_FOR", "Bakery")))

    assert tally("re.tripletset", gold, WORKS) == {"works for": Counts(1, 1, 2)}


def test_symmetric_triples_may_be_labelled_from_either_end() -> None:
    gold = spelled("Bob", "MARRIED", "Ann")

    assert score("re.tripletset", gold, MARRIED) == Counts(0, 1, 1)
    assert score("re.tripletset", gold, MARRIED, symmetric=True) == Counts(1, 1, 1)
