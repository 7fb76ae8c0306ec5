"""However a passage is asked about, the answer is right for what is asked."""

import random

from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.dialogue import glossary
from questgraph.agents.training.variation import Variation, asked, narrowed, plain, present, varied
from questgraph.tools.codecs.by_type import ByType
from questgraph.tools.labelled import Labelled
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

from .conftest import entity, relation

SCHEMA = Schema(
    name="staff",
    entities=(
        EntityType(name="person", guideline="A named human."),
        EntityType(name="chief", guideline="Who leads.", is_a="person"),
        EntityType(name="firm", guideline="A company.", avoid="brands", examples=("Acme",)),
        EntityType(name="T1", guideline="A time."),
        EntityType(name="bare"),
    ),
    relations=(
        RelationType(
            name="works_for", guideline="Head is paid by tail.", head=("person",), tail=("firm",)
        ),
    ),
    events=(
        EventType(name="hire", trigger="the verb", roles=(Role(name="who", types=("chief",)),)),
    ),
)
NAMES = frozenset(type_.name for type_ in SCHEMA.types())
TEXT = "Ann left Acme at noon and Bo joined Brisk."
ANN, BO = entity(TEXT, "Ann", "person"), entity(TEXT, "Bo", "chief")
ACME, NOON = entity(TEXT, "Acme", "firm"), entity(TEXT, "noon", "T1")
CLAIMS = (ANN, BO, ACME, NOON, relation(ANN, "works_for", ACME))
OTHERS = {"person": ("Somebody with a name.", "People."), "works_for": ("Tail pays head.",)}

passages = st.lists(st.sampled_from(CLAIMS), unique=True).map(
    lambda claims: Labelled("a", TEXT, tuple(claims))
)
shares = st.sampled_from((0.0, 0.15, 0.5, 1.0))
variations = st.builds(
    Variation,
    kept=shares,
    absent=st.integers(0, 6),
    unguided=shares,
    paraphrased=shares,
    masked=shares,
)
seeds = st.integers(0, 10_000)
names = st.frozensets(st.sampled_from(sorted(NAMES)), min_size=1)


@given(passages, names, seeds, variations)
def test_something_is_asked_and_only_of_what_may_be(
    passage: Labelled, some: frozenset[str], seed: int, variation: Variation
) -> None:
    chosen = asked(passage, some, random.Random(seed), variation)

    assert chosen
    assert chosen <= some


@given(passages, names, seeds, variations)
def test_the_answer_has_all_that_is_labelled_of_what_is_asked_and_nothing_else(
    passage: Labelled, some: frozenset[str], seed: int, variation: Variation
) -> None:
    small, schema = narrowed(passage, SCHEMA, some)
    example = varied(small, schema, random.Random(seed), OTHERS, variation)

    types = example.schema.types()
    answer = ByType(complete=False).write(example.passage.frames(), types)
    read = ByType(complete=False).read(answer, types)
    wanted = [claim for claim in passage.claims if claim.type in some]
    assert sorted(example.types) == sorted(some)
    assert len(types) == len(some)
    assert example.answered == present(passage, some)
    assert sorted(text for frame in read for _, text in frame.fillers) == sorted(
        mention.text for claim in wanted for _, mention in claim.arguments
    )


@given(passages, names, seeds)
def test_a_masked_type_goes_by_one_new_name_in_question_and_answer(
    passage: Labelled, some: frozenset[str], seed: int
) -> None:
    every = Variation(masked=1, unguided=0)
    small, schema = narrowed(passage, SCHEMA, some)
    example = varied(small, schema, random.Random(seed), {}, every)

    called = {type_.guideline or type_.name: type_.name for type_ in example.schema.types()}
    own = {type_.name: type_.guideline or type_.name for type_ in schema.types()}
    masked = {name: called[guideline] for name, guideline in own.items()}
    assert len(set(masked.values())) == len(masked)
    for name, mask in masked.items():
        assert (mask == name) == (name in ("bare", "hire"))
    assert [claim.type for claim in example.passage.claims] == [
        masked[claim.type] for claim in small.claims
    ]


@given(passages, seeds)
def test_a_type_without_its_guideline_keeps_its_name(passage: Labelled, seed: int) -> None:
    every = Variation(masked=1, unguided=1)
    example = varied(passage, SCHEMA, random.Random(seed), OTHERS, every)

    assert {type_.name for type_ in example.schema.types()} == NAMES
    assert not any(t.guideline or t.avoid or t.examples for t in example.schema.types())


@given(passages, seeds, variations)
def test_the_same_seed_makes_the_same_example(
    passage: Labelled, seed: int, variation: Variation
) -> None:
    one, other = (varied(passage, SCHEMA, random.Random(seed), OTHERS, variation) for _ in range(2))

    assert one == other


@given(names)
def test_a_type_that_is_not_asked_is_named_nowhere(some: frozenset[str]) -> None:
    _, schema = narrowed(Labelled("a", TEXT, CLAIMS), SCHEMA, some)

    shown = glossary(schema.types())
    for type_ in SCHEMA.types():
        if type_.name not in some and type_.name not in ("T1", "bare"):
            assert f"- {type_.name}" not in shown
            assert f"({type_.name}" not in shown
            assert f", {type_.name})" not in shown


def test_a_guideline_is_put_in_other_words_where_there_are_some() -> None:
    every = Variation(masked=0, unguided=0, paraphrased=1)
    seen = {
        example.schema[name].guideline
        for seed in range(40)
        for example in [varied(Labelled("a", TEXT), SCHEMA, random.Random(seed), OTHERS, every)]
        for name in ("person", "firm")
    }

    assert seen == {"Somebody with a name.", "People.", "A company."}


def test_the_order_of_types_varies() -> None:
    orders = {
        tuple(type_.name for type_ in example.schema.entities)
        for seed in range(20)
        for example in [varied(Labelled("a", TEXT), SCHEMA, random.Random(seed), {}, Variation())]
    }

    assert len(orders) > 5


def test_what_is_evaluated_is_asked_in_the_words_of_the_set() -> None:
    example = plain(Labelled("a", TEXT, CLAIMS), SCHEMA)

    assert example.schema == SCHEMA
    assert example.passage.claims == CLAIMS
