"""From labelled material to a training set: what is in it, what is not, and what it says of it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from questgraph.agents.extraction import Extraction
from questgraph.agents.review import editing
from questgraph.agents.training.data import Making, make
from questgraph.agents.training.examples import paraphrases
from questgraph.tools.codecs.parsing import fold
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled
from questgraph.tools.records import Document
from questgraph.tools.schema_sources import schema_to_yaml
from questgraph.train import app

from .conftest import STAFF, Folder, claim_in, entity, finished, passages, place, relation

SPREAD = Making(empty_share=0.5, type_share=1.0)


def lines(out: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / f"{name}.jsonl").read_text("utf-8").splitlines()]


def texts(records: list[dict[str, Any]]) -> str:
    return "\n".join(m["content"] for record in records for m in record["messages"])


def test_a_dialogue_is_what_the_recipe_asks_and_ends_with_the_right_answer(
    folder: Folder, tmp_path: Path
) -> None:
    make([folder("staff")], tmp_path / "out", making=Making(dev_share=0.5))

    for record in lines(tmp_path / "out", "dev"):
        system, question, answer = record["messages"]
        assert record["source"] == "staff"
        assert "- person: A named human." in system["content"]
        assert question["content"].startswith("<passage>\n")
        assert answer["role"] == "assistant"
        for words in json.loads(answer["content"]).get("person", ()):
            assert words in question["content"]


def test_the_same_call_writes_the_same_bytes_and_another_seed_others(
    folder: Folder, tmp_path: Path
) -> None:
    source = folder("staff")
    one, other, third = (tmp_path / name for name in ("one", "other", "third"))
    make([source], one)
    make([source], other)
    make([source], third, making=Making(seed=1))

    for name in ("train.jsonl", "dev.jsonl", "unseen.jsonl", "data.json", "card.md"):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    assert (one / "train.jsonl").read_bytes() != (third / "train.jsonl").read_bytes()
    said = json.loads((one / "data.json").read_text("utf-8"))["files"]["train.jsonl"]
    assert said["sha256"] == hashlib.sha256((one / "train.jsonl").read_bytes()).hexdigest()
    assert said["dialogues"] == len(lines(one, "train"))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.frozensets(st.sampled_from(["person", "place", "firm"]), min_size=1),
    st.integers(0, 100),
)
def test_a_held_back_type_is_in_no_training_question_and_no_answer(
    folder: Folder, tmp_path: Path, unseen: frozenset[str], seed: int
) -> None:
    source = tmp_path / "sets" / "staff"
    if not source.exists():
        folder("staff")
    out = tmp_path / "out"
    making = Making(seed=seed, unseen=(f"staff:{','.join(unseen)}",), dev_share=0.3)

    make([source], out, making=making)

    for record in [*lines(out, "train"), *lines(out, "dev")]:
        system, _, answer = (m["content"] for m in record["messages"])
        assert not unseen & set(record["types"])
        assert not unseen & set(json.loads(answer))
        assert not any(f"- {name}" in system for name in unseen)
    for record in lines(out, "unseen"):
        assert set(record["types"]) <= unseen
    assert lines(out, "unseen")


def test_no_text_is_both_trained_on_and_held_back(folder: Folder, tmp_path: Path) -> None:
    same = [Labelled(f"{i}", "Ann left Oslo for Acme in the spring.") for i in range(9)]
    source = folder("staff", [*passages("staff", 30), *same])

    made = make([source], tmp_path, making=Making(dev_share=0.4, empty_share=0.9))

    asked = {r["messages"][1]["content"] for r in lines(tmp_path, "train")}
    assert not asked & {r["messages"][1]["content"] for r in lines(tmp_path, "dev")}
    assert made["left_out"]["train"]["nearly the same as a held-back passage"] >= 4


def test_what_is_evaluated_of_a_source_or_of_a_guarded_set_is_not_trained_on(
    folder: Folder, tmp_path: Path
) -> None:
    every = list(passages("staff", 40))
    source = folder("staff", every, dev=every[:2])
    guarded = folder("other", dev=[Labelled("x", every[4].text.upper())])

    made = make([source], tmp_path, guard=[guarded], making=SPREAD)

    said = texts([*lines(tmp_path, "train"), *lines(tmp_path, "dev")])
    assert made["left_out"]["train"]["nearly the same as an evaluated passage"] == 3
    for passage in (every[0], every[1], every[4]):
        assert passage.text not in said
    assert "3 nearly the same as an evaluated passage" in (tmp_path / "card.md").read_text()


def test_a_guard_without_evaluated_texts_is_refused(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no dev\.jsonl or test\.jsonl"):
        make([folder("staff")], tmp_path, guard=[tmp_path])


def test_a_whole_set_can_be_held_back_and_what_training_knows_of_it_is_told(
    folder: Folder, tmp_path: Path
) -> None:
    text = "Bo Ek sails the Vega to Rome."
    ship = Labelled("s", text, (entity(text, "Vega", "Vessel"), entity(text, "Bo Ek", "Person")))
    types = [{"type": "Vessel", "description": ""}, {"type": "Person", "description": ""}]
    sea = folder(
        "sea", [], dev=[ship], entity_types=types, relation_types=[], licence="GPL-3.0 (repo)"
    )

    made = make([folder("staff")], tmp_path, held_back=[sea], without_licence=["gpl-3.0"])

    (asked,) = [r for r in lines(tmp_path, "unseen") if r["source"] == "sea"]
    assert asked["types"] == ["Vessel"]
    assert json.loads(asked["messages"][-1]["content"]) == {"Vessel": ["Vega"]}
    assert made["held_back"]["sea"]["trained_elsewhere"] == ["Person"]
    assert text not in texts(lines(tmp_path, "train"))


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ({"redistribution": "not allowed"}, "staff may not be passed on .* leave .* out"),
        ({"licence": "GPL-3.0 (LICENSE)"}, "staff is under GPL-3.0 .* --held-back"),
        ({"eval_mode": "re_pair_given (the marked pair)"}, "one given pair .* leave .* out"),
    ],
)
def test_a_source_that_may_not_be_trained_on_is_refused(
    folder: Folder, tmp_path: Path, meta: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        make([folder("staff", **meta)], tmp_path / "out", without_licence=["GPL-3.0"])

    assert not (tmp_path / "out").exists()


def test_two_sources_of_one_name_are_refused(folder: Folder, tmp_path: Path) -> None:
    source = folder("staff")

    with pytest.raises(ConfigError, match="both called 'staff'"):
        make([source, source / "train.jsonl"], tmp_path)


def test_dialogues_over_the_cap_are_left_out_and_counted(folder: Folder, tmp_path: Path) -> None:
    long = "Nothing much happened to anybody that day. " * 20
    source = folder("staff", [*passages("staff", 30), Labelled("long", long)])

    made = make([source], tmp_path, making=Making(longest=250, dev_share=0, empty_share=0.5))

    assert made["left_out"]["train"]["longer than the cap"] == 1
    assert "that day" not in texts(lines(tmp_path, "train"))


def test_where_nothing_is_left_the_error_says_why(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"longer than the cap.*higher --longest"):
        make([folder("staff")], tmp_path, making=Making(longest=10))


def test_empty_answers_keep_to_their_share(folder: Folder, tmp_path: Path) -> None:
    made = make([folder("staff", list(passages("staff", 90)))], tmp_path)

    train = lines(tmp_path, "train")
    empty = sum(record["messages"][-1]["content"] == "{}" for record in train)
    assert 0 < empty <= 0.15 * len(train)
    assert made["files"]["train.jsonl"]["empty"] == empty


def test_each_variant_asks_about_a_passage_in_another_way(folder: Folder, tmp_path: Path) -> None:
    making = Making(variants=5, dev_share=0, empty_share=0.5, type_share=1)
    make([folder("staff", list(passages("staff", 1)))], tmp_path, making=making)

    train = lines(tmp_path, "train")
    assert len(train) >= 4
    assert len({json.dumps(record["messages"]) for record in train}) >= 3


def test_a_run_teaches_what_people_left_of_it(tmp_path: Path) -> None:
    text = "Ann left Acme for Rome."
    ann, acme, rome = (
        entity(text, word, type_)
        for word, type_ in (("Ann", "person"), ("Acme", "place"), ("Rome", "place"))
    )
    run = finished(tmp_path / "run", Document("a", text), [ann, acme, rome])
    log = Extraction.open(run).decisions
    log.add(editing.retyped(claim_in(run, 1), "firm", Document("a", text), STAFF))
    log.add(editing.rejected(claim_in(run, 0)))

    made = make([run], tmp_path / "out", making=Making(dev_share=0, variants=20))

    said = texts(lines(tmp_path / "out", "train"))
    assert '"firm":["Acme"]' in said
    assert '"place":["Rome"]' in said
    assert '["Ann"]' not in said
    assert made["sources"]["run"]["licence"] == "not stated"
    assert json.loads(str(made["sources"]["run"]["made"]))["decisions"] == 2


def test_passages_that_synth_made_keep_their_signatures(folder: Folder, tmp_path: Path) -> None:
    source = folder("staff")
    (source / "schema.yaml").write_text(schema_to_yaml(STAFF))

    make([source], tmp_path, making=Making(variants=3))

    assert "works_for (person, firm)" in texts(lines(tmp_path, "train"))


def test_a_type_of_which_a_triple_is_known_only_in_words_is_not_asked_about(
    folder: Folder, tmp_path: Path
) -> None:
    text = "Ann works for ACME, and Bo does too."
    ann = entity(text, "Ann", "person")
    known = relation(ann, "works_for", entity(text, "ACME", "firm"))
    claims = (ann, entity(text, "ACME", "firm"), known)
    whole = Labelled("a", text, claims, triples=(("Ann", "works_for", "Acme"),))
    half = Labelled("b", text, claims, triples=(("Robert", "works_for", "Acme"),))

    for passage, asked in ((whole, True), (half, False)):
        out = tmp_path / passage.id
        make([folder(passage.id, [passage])], out, making=Making(dev_share=0, variants=20))
        assert any("works_for" in record["types"] for record in lines(out, "train")) == asked


def test_a_relation_between_things_named_again_is_found_in_the_later_part_of_a_text(
    folder: Folder, tmp_path: Path
) -> None:
    filler = "Much else was said at the time by many others. " * 30
    text = f"Ann saw Acme. {filler}Then Anna joined Acme Corp."
    who, firm = entity(text, "Ann", "person"), entity(text, "Acme", "firm")
    again = entity(text, "Anna", "person"), entity(text, "Acme Corp", "firm")
    claims = (who, firm, *again, relation(who, "works_for", firm))
    clusters = tuple((place(a), place(b)) for a, b in zip((who, firm), again, strict=True))
    passage = Labelled("a", text, claims, clusters=clusters)

    make([folder("staff", [passage])], tmp_path, making=Making(dev_share=0, variants=9))

    later = [r for r in lines(tmp_path, "train") if "Then Anna joined" in texts([r])]
    said = [json.loads(r["messages"][-1]["content"]) for r in later if "works_for" in r["types"]]
    assert any(["Anna", "Acme Corp"] in pairs for answer in said for pairs in answer.values())


def test_half_a_character_is_written_as_json_escapes_it(folder: Folder, tmp_path: Path) -> None:
    text = "Ann left \ud83d for Rome."
    source = folder("staff", [])
    record = {
        "id": "\ud83d",
        "text": text,
        "entities": [{"text": "Ann", "type": "person", "start": 0, "end": 3}],
    }
    (source / "train.jsonl").write_text(json.dumps(record))

    make([source], tmp_path, making=Making(dev_share=0, variants=9))

    assert text in lines(tmp_path, "train")[0]["messages"][1]["content"]


def test_paraphrases_are_other_words_for_each_type() -> None:
    for name in ("crossner_ai", "wikigold", "bc5cdr", "biored", "phee", "text2kg_wikidata"):
        found = paraphrases(name)
        assert found
        assert len({fold(type_) for type_ in found}) == len(found)
        for words in found.values():
            assert 2 <= len(set(words)) == len(words) <= 3
    assert paraphrases("something of your own") == {}


def test_the_command_says_what_it_made_and_exits_2_on_a_wrong_call(
    folder: Folder, tmp_path: Path
) -> None:
    source, out = str(folder("staff")), str(tmp_path / "out")

    made = CliRunner().invoke(app, ["data", source, "--unseen-share", "0.4", "--out", out])
    wrong = CliRunner().invoke(app, ["data", source, "--unseen", "staff:shop", "--out", out])
    as_json = CliRunner().invoke(app, ["data", source, "--json", "--out", out])

    assert made.exit_code == 0
    assert "train.jsonl" in made.output
    assert "card.md" in made.output
    assert wrong.exit_code == 2
    assert json.loads(as_json.output)["files"]["train.jsonl"]["dialogues"] > 0
