"""Decisions teach: they become demonstrations, and gold to score against."""

import json
from pathlib import Path

from questgraph.agents.banks import build_bank
from questgraph.agents.evaluation.datasets import load_dataset
from questgraph.agents.extraction import Extraction
from questgraph.agents.review import editing
from questgraph.agents.review.labelling import labelled_from_decisions, reviewed, write_gold
from questgraph.graphs.decisions import Decision
from questgraph.retrieval.bank import PASSAGES
from questgraph.tools.labelled import Labelled, read_labelled
from questgraph.tools.records import Claim, Span

from .world import (
    ACME_B,
    ANN,
    DEE,
    DOCUMENTS,
    KNOWS,
    LOST,
    SCHEMA,
    TEXT,
    WORKS,
    WORKS_B,
    make_run,
    results_of,
)

A, B = DOCUMENTS["a.txt"], DOCUMENTS["b.txt"]


def said(claims: tuple[Claim, ...]) -> set[tuple[str, ...]]:
    return {(claim.type, *(m.text for _, m in claim.arguments)) for claim in claims}


def labelled(*decisions: Decision) -> dict[str, Labelled]:
    found = labelled_from_decisions(results_of(), decisions, DOCUMENTS)
    return {passage.id: passage for passage in found}


def test_what_people_accepted_is_shown_and_what_they_rejected_is_shown_as_wrong() -> None:
    passage = labelled(editing.accepted(KNOWS, A), editing.rejected(WORKS))["a.txt#0"]

    assert ("knows", "Bo Ek", "Ann Lee") in said(passage.claims)
    assert ("works_for", "Ann Lee", "Acme") not in said(passage.claims)
    assert ("works_for", "Ann Lee", "Acme") in said(passage.rejected)


def test_a_correction_teaches_both_what_is_right_and_what_is_wrong() -> None:
    at = TEXT.index("Acme Corp")
    passage = labelled(editing.respanned(WORKS, 1, Span(at, at + 9), A))["a.txt#0"]

    assert ("works_for", "Ann Lee", "Acme Corp") in said(passage.claims)
    assert ("works_for", "Ann Lee", "Acme") in said(passage.rejected)


def test_without_decisions_passages_are_as_the_model_left_them() -> None:
    passage = labelled()["a.txt#0"]

    assert ("works_for", "Ann Lee", "Acme") in said(passage.claims)
    assert passage.rejected == ()


def test_what_is_not_in_the_text_is_never_shown() -> None:
    passage = labelled(editing.rejected(LOST))["a.txt#0"]

    assert "Anne Leigh" not in str(passage.to_json())


def test_only_passages_in_which_everything_was_judged_are_gold() -> None:
    some = [editing.accepted(claim, B) for claim in (DEE, ACME_B)]

    assert list(reviewed(results_of(), some, DOCUMENTS)) == []
    (gold,) = reviewed(results_of(), [*some, editing.rejected(WORKS_B)], DOCUMENTS)
    assert gold.id == "b.txt#0"
    assert said(gold.claims) == {("person", "Dee Ray"), ("firm", "Acme")}


def test_a_bank_of_a_run_shows_what_people_decided(tmp_path: Path) -> None:
    extraction = Extraction.open(make_run(tmp_path / "run"))
    extraction.decisions.add(editing.rejected(WORKS))
    extraction.close()

    build_bank(tmp_path / "run", tmp_path / "bank")

    passages = {each.id: each for each in read_labelled(tmp_path / "bank" / PASSAGES)}
    assert ("works_for", "Ann Lee", "Acme") in said(passages["a.txt#0"].rejected)


def test_what_was_reviewed_is_a_set_that_an_evaluation_reads(tmp_path: Path) -> None:
    some = [editing.accepted(claim, B) for claim in (DEE, ACME_B, WORKS_B)]

    count = write_gold(tmp_path / "gold", reviewed(results_of(), some, DOCUMENTS), SCHEMA)

    dataset = load_dataset(tmp_path / "gold")
    assert count == len(dataset.passages) == 1
    assert [type_.name for type_ in dataset.schema.relations] == ["works_for", "knows"]
    assert "knows" in dataset.symmetric
    assert json.loads((tmp_path / "gold" / "meta.json").read_text())["name"] == "staff"


def test_decisions_about_other_documents_change_nothing() -> None:
    assert labelled(editing.rejected(WORKS_B))["a.txt#0"] == labelled()["a.txt#0"]
    assert said(labelled(editing.rejected(ANN))["a.txt#0"].rejected) == {("person", "Ann Lee")}
