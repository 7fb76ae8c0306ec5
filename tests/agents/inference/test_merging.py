"""Which phrases are compared, and what they are joined to."""

from collections import Counter

import numpy as np

from questgraph.agents.inference.answers import Statement
from questgraph.agents.inference.merging import near, roots
from questgraph.agents.inference.phrases import Phrase, PhraseKind, phrases_in


def phrase(form: str, kind: PhraseKind = "entity") -> Phrase:
    return Phrase(kind, form, Counter(), Counter())


def vectors(*rows: tuple[float, float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_phrases_are_compared_with_those_that_are_used_more() -> None:
    some = [phrase("a"), phrase("b"), phrase("c")]

    found = near(some, vectors((1, 0), (0, 1), (0.8, 0.6)))

    assert [(each.phrase.form, [c.form for c in each.candidates]) for each in found] == [
        ("c", ["a", "b"])
    ]


def test_types_with_the_same_definition_are_joined_without_a_question() -> None:
    (found,) = near([phrase("a"), phrase("b")], vectors((1, 0), (1, 0)))

    assert found.sure


def test_relations_with_the_same_definition_are_still_asked_about() -> None:
    (found,) = near([phrase("a", "relation"), phrase("b", "relation")], vectors((1, 0), (1, 0)))

    assert not found.sure


def test_what_is_joined_to_a_joined_phrase_stands_under_the_same_root() -> None:
    assert roots({"c": "b", "b": "a"}, ["a", "b", "c", "d"]) == {
        "a": "a",
        "b": "a",
        "c": "a",
        "d": "d",
    }


def test_phrases_are_counted_once_for_each_document_in_whichever_letter_case() -> None:
    one = Statement("Ann", "Person", "works_for", "Acme", "firm")
    other = one._replace(head="Bo", head_type="person", relation="Works for")

    found = phrases_in([("a", one), ("a", one), ("b", one), ("b", other)])

    assert [(p.kind, p.form, p.count) for p in found] == [
        ("entity", "firm", 3),
        ("entity", "person", 3),
        ("relation", "works for", 3),
    ]


def test_sentences_are_no_names_of_types() -> None:
    long = Statement("Ann", "a person who lives in a house", "knows", "Bo", "person")

    assert phrases_in([("a", long)]) == []
