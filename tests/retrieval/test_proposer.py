"""The probes on a bank of a dozen passages, with an embedder that needs no model."""

import pytest

from questgraph.retrieval import proposer
from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder
from questgraph.retrieval.pair_probe import Pair, PairProbe
from questgraph.retrieval.probe import NOTHING, Probe, embedded, learned, thinned
from questgraph.retrieval.proposer import MentionProbe, Proposal
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.records import Mention, Span

PEOPLE = ["Ann Lee", "Bo Ek", "Cy Dee", "Di Fox", "Eva Holm", "Finn Roe"]
FIRMS = ["Acme Ltd", "Bolt Ltd", "Core Ltd", "Dyne Ltd", "Ebb Ltd", "Fizz Ltd"]


def passage(person: str, firm: str, *, works: bool = True) -> Labelled:
    """Return a passage about a person and a firm, who have to do with each other or not."""
    verb = "works for" if works else "never heard of"
    text = f"On Monday {person} {verb} {firm} in the town of Nowhere."
    entities = [
        {
            "text": words,
            "type": type_,
            "start": text.index(words),
            "end": text.index(words) + len(words),
        }
        for words, type_ in ((person, "person"), (firm, "firm"))
    ]
    relations = [{"head": 0, "tail": 1, "type": "works_for"}] if works else []
    return labelled({"id": person, "text": text, "entities": entities, "relations": relations})


PASSAGES = [
    passage(*both, works=i % 2 == 0) for i, both in enumerate(zip(PEOPLE, FIRMS, strict=True))
]
EMBEDDER = HashingEmbedder()


@pytest.fixture(scope="module")
def probe() -> MentionProbe:
    return MentionProbe(PASSAGES, EMBEDDER)


def told(proposals: list[Proposal], text: str) -> list[tuple[str, str]]:
    return [
        (text[slice(*span)], guess.types[0])
        for span, guess in proposals
        if guess.scores[0] > 1 - sum(guess.scores)
    ]


def test_new_names_are_found_and_typed(probe: MentionProbe) -> None:
    text = "On Monday Gus Ray works for Grit Ltd in the town of Nowhere."

    proposals = probe.propose(text)

    assert told(proposals, text) == [("Gus Ray", "person"), ("Grit Ltd", "firm")]
    for _, guess in proposals:
        assert list(guess.scores) == sorted(guess.scores, reverse=True)
        assert 0 < sum(guess.scores) <= 1.001


def test_proposals_come_in_order_and_do_not_overlap(probe: MentionProbe) -> None:
    proposals = probe.propose("Ann Lee Bo Ek Acme Ltd. Monday Cy Dee")

    spans = [span for span, _ in proposals]
    assert spans == sorted(spans)
    assert not any(a.overlaps(b) for a in spans for b in spans if a != b)


def test_a_text_without_anything_like_a_name_gets_no_proposal(probe: MentionProbe) -> None:
    assert probe.propose("it rained in the morning") == []
    assert probe.propose("") == []


def test_the_same_text_gets_the_same_probabilities(probe: MentionProbe) -> None:
    text = "On Monday Gus Ray works for Grit Ltd."

    assert MentionProbe(PASSAGES, EMBEDDER).propose(text) == probe.propose(text)


def test_plain_words_are_looked_at_only_where_names_are_plain(probe: MentionProbe) -> None:
    drugs = []
    for name, verb in (("aspirin", "helps"), ("codeine", "numbs"), ("heparin", "thins blood")):
        entity = {"text": name, "type": "drug", "start": 0, "end": 7}
        drugs.append(labelled({"id": name, "text": f"{name} {verb}", "entities": [entity]}))

    plain = MentionProbe(drugs, EMBEDDER)

    text = "aspirin thins blood"
    assert told(plain.propose(text), text) == [("aspirin", "drug")]
    assert not probe.propose("ibuprofen helps")


def test_what_a_bank_teaches_is_learned_once() -> None:
    bank = Bank.build(PASSAGES, EMBEDDER)

    assert learned(MentionProbe, bank) is learned(MentionProbe, Bank.build(PASSAGES, EMBEDDER))
    assert learned(MentionProbe, bank) is not learned(
        MentionProbe, Bank.build(PASSAGES[:4], EMBEDDER)
    )


@pytest.mark.parametrize("make", [MentionProbe, PairProbe])
def test_a_bank_that_shows_nothing_of_the_schema_teaches_nothing(
    make: type[MentionProbe] | type[PairProbe],
) -> None:
    with pytest.raises(ConfigError, match="labels nothing"):
        make([Labelled("a", "It rained on Monday.")], EMBEDDER)


def test_pairs_are_told_by_the_words_between_them() -> None:
    text = "On Monday Gus Ray works for Grit Ltd. Hal Orr never heard of Hive Ltd."
    probe = PairProbe(PASSAGES, EMBEDDER)

    def pair(head: str, tail: str) -> Pair:
        places = [Span(text.index(words), text.index(words) + len(words)) for words in (head, tail)]
        ends = zip((head, tail), ("person", "firm"), places, strict=True)
        return Pair(text, *(Mention(words, type=type_, span=span) for words, type_, span in ends))

    works, heard = probe.rate([pair("Gus Ray", "Grit Ltd"), pair("Hal Orr", "Hive Ltd")])

    assert works.types == ("works_for",)
    assert works.scores[0] > heard.scores[0]


def test_weights_count_for_examples_that_are_left_out() -> None:
    vectors = embedded(["a", "b", "a", "b"], EMBEDDER)
    even = Probe(vectors, ["x", NOTHING, "x", NOTHING], [1, 1, 1, 1])
    scarce = Probe(vectors, ["x", NOTHING, "x", NOTHING], [1, 9, 1, 9])

    assert scarce(vectors)[1].scores[0] < even(vectors)[1].scores[0]


def test_thinning_keeps_no_more_than_it_may() -> None:
    for n in range(20):
        kept, weight = thinned(range(n), 6)
        assert len(kept) <= 6
        assert len(kept) * weight == pytest.approx(n)


def test_a_word_that_names_may_begin_with_is_no_inner_word() -> None:
    found = proposer._inner_words(PASSAGES)

    assert {"the", "in", "of"} <= found
    assert not {"ann", "ltd"} & found
