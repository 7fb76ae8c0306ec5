from pathlib import Path

import pytest

from questgraph.retrieval.bank import Bank
from questgraph.retrieval.embedders import HashingEmbedder, SentenceTransformerEmbedder
from questgraph.retrieval.mapping import Aliases, fit
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.schema import EntityType, RelationType, Schema
from questgraph.tools.settings import Settings


def passage(id_: str, text: str, **types: str) -> Labelled:
    """Return a passage with each keyword's value labelled as what the keyword says."""
    entities = [
        {
            "text": words,
            "type": type_,
            "start": text.index(words),
            "end": text.index(words) + len(words),
        }
        for type_, words in types.items()
    ]
    relations = [{"head": 0, "tail": 1, "type": "employer"}] if len(entities) == 2 else []
    return labelled({"id": id_, "text": text, "entities": entities, "relations": relations})


PASSAGES = [
    passage("a", "Ann Lee sang in the opera.", PER="Ann Lee"),
    passage("b", "Bo Ek works for Acme in town.", PER="Bo Ek", ORG="Acme"),
    passage("c", "It rained in the morning and cleared up later."),
    passage("d", "The opera house in Oslo was full.", LOC="Oslo"),
]
SCHEMA = Schema(
    name="s",
    entities=(EntityType(name="person"), EntityType(name="organization")),
    relations=(RelationType(name="works_for", head=("person",), tail=("organization",)),),
)
ALIASES = Aliases({"PER": ["person"], "ORG": ["organization"], "employer": ["works for"]})


@pytest.fixture
def bank() -> Bank:
    return Bank.build(PASSAGES, HashingEmbedder())


def ids(found: list[Labelled]) -> list[str]:
    return [demo.id for demo in found]


def test_the_most_similar_demonstration_comes_last(bank: Bank) -> None:
    (found,) = bank.search(["Cy Dee sang at the opera again."], k=2)

    assert ids(found) == ["d", "a"]


def test_a_saved_bank_finds_the_same(bank: Bank, tmp_path: Path) -> None:
    bank.save(tmp_path / "bank")

    again = Bank.open(tmp_path / "bank", HashingEmbedder())

    question = ["Who works for whom in town?"]
    assert again.search(question, k=3) == bank.search(question, k=3)


def test_a_bank_of_another_embedder_or_none_at_all_is_an_error(bank: Bank, tmp_path: Path) -> None:
    bank.save(tmp_path / "bank")
    (tmp_path / "broken").mkdir()

    with pytest.raises(ConfigError, match="no bank"):
        Bank.open(tmp_path / "broken", HashingEmbedder())
    note = (tmp_path / "bank" / "bank.json").read_text().replace("hashing", "minilm")
    (tmp_path / "bank" / "bank.json").write_text(note)
    with pytest.raises(ConfigError, match="'minilm'"):
        Bank.open(tmp_path / "bank", HashingEmbedder())


@pytest.mark.parametrize(
    "text",
    [
        "Ann Lee sang in the opera.",
        "Yes. Ann Lee sang in the opera. And how!",
        "Ann Lee sang in the opera!",
        "sang in the opera",
    ],
)
def test_a_passage_is_never_its_own_demonstration(bank: Bank, text: str) -> None:
    (found,) = bank.search([text], k=4)

    assert "a" not in ids(found)


def test_nothing_comes_from_the_document_that_is_asked_about(bank: Bank) -> None:
    (found,) = bank.search(["The opera in Oslo is full of people."], k=4, avoid="d")

    assert "d" not in ids(found)


def test_covering_shows_types_that_the_nearest_does_not(bank: Bank) -> None:
    (found,) = bank.search(["Somebody sang in the opera house."], k=2, selection="covering")

    assert "b" in ids(found)


def test_demonstrations_keep_to_the_token_budget(bank: Bank) -> None:
    (found,) = bank.search(["The opera was full, and Cy sang."], k=4, tokens=20)

    assert len(found) == 1


def test_labels_are_put_into_the_words_of_the_schema_or_left_out() -> None:
    fitted = {demo.id: demo for demo in fit(PASSAGES, SCHEMA, ALIASES)}

    assert set(fitted) == {"a", "b", "c"}
    assert [claim.type for claim in fitted["b"].claims] == ["person", "organization", "works_for"]
    assert fitted["c"].claims == ()


def test_a_relation_whose_ends_do_not_fit_is_left_out() -> None:
    backwards = Schema(
        name="s",
        entities=SCHEMA.entities,
        relations=(RelationType(name="works_for", head=("organization",)),),
    )

    (_, fitted, _) = fit(PASSAGES, backwards, ALIASES)

    assert [claim.type for claim in fitted.claims] == ["person", "organization"]


def test_the_starter_bank_knows_how_others_call_its_types(tmp_path: Path) -> None:
    settings = Settings(cache=tmp_path)
    schema = Schema(name="s", entities=(EntityType(name="Chemical"), EntityType(name="Disease")))

    bank = Bank.starter(HashingEmbedder(), settings).fit(schema)
    (found,) = bank.search(["She was given ibuprofen for a fever and got a rash."], k=3)

    assert {claim.type for demo in found for claim in demo.claims} <= {"Chemical", "Disease"}
    assert any(demo.claims for demo in found)


def test_the_built_in_embedder_puts_like_texts_near_each_other() -> None:
    embedder = SentenceTransformerEmbedder()

    query, near, far = embedder.embed(
        ["The doctor gave her a drug.", "He took the medicine.", "The parliament voted on taxes."]
    )

    assert query @ near > query @ far
