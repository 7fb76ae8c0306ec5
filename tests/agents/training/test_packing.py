"""Dialogues as tokens: answers alone are learned, and nothing is lost or padded."""

from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.training.packing import IGNORED, Example, Messages, example_of, packed


class Letters:
    """A token for each letter, and a plain way of writing dialogues."""

    def apply_chat_template(
        self, conversation: Messages, *, tokenize: bool, add_generation_prompt: bool = False
    ) -> str:
        """Write each message on a line."""
        said = "".join(f"{m['role']}: {m['content']}\n" for m in conversation)
        return said + "assistant: " * add_generation_prompt

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        """Return the code points."""
        return [ord(letter) for letter in text]


EXAMPLES = st.lists(
    st.tuples(st.lists(st.integers(1, 99), min_size=1, max_size=30), st.integers(0, 29)).map(
        lambda pair: Example(tuple(pair[0]), min(pair[1], len(pair[0]) - 1))
    ),
    max_size=60,
)


def test_what_is_learned_is_the_answer_with_its_end() -> None:
    asked = {"role": "user", "content": "Who?"}
    messages = [asked, {"role": "assistant", "content": '{"person":["Ann"]}'}]

    example = example_of(messages, Letters())

    learned = "".join(map(chr, example.tokens[example.answer :]))
    assert learned == '{"person":["Ann"]}\n'
    assert "".join(map(chr, example.tokens[: example.answer])) == "user: Who?\nassistant: "


@given(EXAMPLES, st.integers(5, 64))
def test_every_dialogue_that_fits_is_in_one_row_whole(examples: list[Example], length: int) -> None:
    rows = list(packed(examples, length))

    found = []
    for row in rows:
        assert len(row.input_ids) == len(row.labels) == len(row.position_ids) <= length
        starts = [i for i, position in enumerate(row.position_ids) if position == 0]
        for start, end in zip(starts, [*starts[1:], len(row.input_ids)], strict=True):
            labels = row.labels[start:end]
            answer = next(i for i, label in enumerate(labels) if label != IGNORED)
            found.append(Example(row.input_ids[start:end], answer))
            assert row.position_ids[start:end] == tuple(range(end - start))
    wanted = [example for example in examples if len(example.tokens) <= length]
    assert sorted(found, key=str) == sorted(wanted, key=str)


@given(EXAMPLES)
def test_rows_are_filled(examples: list[Example]) -> None:
    rows = list(packed(examples, 60))

    assert sum(len(row.input_ids) <= 30 for row in rows) <= 1
