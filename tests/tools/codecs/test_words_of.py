from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llguidance import LLMatcher, LLTokenizer

from questgraph.tools.codecs.words_of import MOST_WORDINGS, WordsOf, grammar
from questgraph.tools.ngrams import ngrams, pieces, words
from questgraph.tools.records import Frame
from questgraph.tools.schema import EntityType, EventType, RelationType, Role

PERSON = EntityType(name="person")
WORKS = RelationType(name="works_for", head=("person",))
NAMED = EventType(name="named", trigger="a verb", roles=(Role(name="person"), Role(name="firm")))
MOVED = EventType(name="moved", roles=(Role(name="who"), Role(name="where")))
TYPES = (PERSON, WORKS, NAMED, MOVED)
PASSAGE = 'Ann "A." Lee works\nfor 東京電力. Acme\\Bo named her.'

FRAMES = [
    Frame("entity", "person", (("mention", 'Ann "A." Lee'),)),
    Frame("relation", "works_for", (("head", "Ann"), ("tail", "東京"))),
    Frame("event", "named", (("trigger", "named"), ("firm", "Acme\\Bo"))),
    Frame("event", "moved", (("where", "works\nfor"),)),
]


def schema_of(passage: str) -> dict[str, Any]:
    form = WordsOf(passage).format(TYPES)
    assert form
    return dict(form.schema)


def test_a_schema_lists_the_words_of_the_passage_and_nothing_else() -> None:
    schema = schema_of("Ann Lee works for Acme.")

    good = {"person": ["Ann Lee"], "works_for": [["Ann Lee", "Acme"]], "named": [], "moved": []}
    jsonschema.validate(good, schema)
    for wrong in ("Bo", "Ann Le", ""):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, "person": [wrong]}, schema)


def test_a_long_passage_leaves_the_texts_free_in_the_schema_but_not_in_the_grammar() -> None:
    passage = " ".join(f"w{i}" for i in range(MOST_WORDINGS))
    form = WordsOf(passage).format(TYPES)

    assert form
    assert "$defs" not in form.schema
    assert '"w499"' in form.grammar


def test_where_there_are_no_words_nothing_is_bound() -> None:
    form = WordsOf("").format(TYPES)

    assert form
    assert not form.grammar
    assert "$defs" not in form.schema


@given(st.text(max_size=60))
def test_the_pieces_are_the_text_and_every_ngram_begins_and_ends_with_a_word(text: str) -> None:
    assert "".join(pieces(text)) == text
    starts, ends = {w.start for w in words(text)}, {w.end for w in words(text)}
    assert all(n.start in starts and n.end in ends for n in ngrams(text, 3))


def accepted(written: str, passage: str) -> bool:
    """Say whether llguidance lets a model write `written`."""
    matcher = LLMatcher(LLTokenizer("byte"), f"%llguidance {{}}\n{grammar(TYPES, passage)}")
    assert not matcher.is_error(), matcher.get_error()
    said = list(written.encode())
    return bool(matcher.try_consume_tokens(said) == len(said) and matcher.is_accepting())


@pytest.mark.parametrize("frames", [[], *([frame] for frame in FRAMES), FRAMES])
def test_the_grammar_takes_what_is_written(frames: list[Frame]) -> None:
    assert accepted(WordsOf(PASSAGE).write(frames, TYPES), PASSAGE)


@pytest.mark.parametrize("text", ["Bo Ek", "An", "nn", "", " Lee", "Lee ", PASSAGE * 4])
def test_the_grammar_takes_no_words_that_are_not_in_the_passage(text: str) -> None:
    frame = Frame("entity", "person", (("mention", text),))

    assert not accepted(WordsOf(PASSAGE).write([frame], TYPES), PASSAGE)


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.data())
def test_the_grammar_takes_every_ngram_of_any_passage(tail: str, data: st.DataObject) -> None:
    passage = f"Ann {tail}"
    span = data.draw(st.sampled_from(list(ngrams(passage, 4))))
    frame = Frame("entity", "person", (("mention", passage[slice(*span)]),))

    assert accepted(WordsOf(passage).write([frame], TYPES), passage)
