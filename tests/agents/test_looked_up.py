"""What options name beside the bank reaches the stages, and decides what a run is."""

import json
from pathlib import Path

import pytest

import questgraph
from questgraph.agents.options import plan
from questgraph.agents.recipes.docre_nli import DOCRE_NLI
from questgraph.agents.recipes.verifiner import VERIFINER
from questgraph.retrieval.entailment import CrossEncoderEntailment
from questgraph.tools.errors import ConfigError
from questgraph.tools.models.scripted import ScriptedModel
from questgraph.tools.settings import Settings

SCHEMA = {"entities": {"person": "A human being.", "firm": "A company."}}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.read({"QUESTGRAPH_CACHE": str(tmp_path), "QUESTGRAPH_EMBEDDER": "hashing"})


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    file = tmp_path / "names.csv"
    file.write_text("name,type,definition\nAcme,firm,A maker of anvils.\n")
    return file


def test_the_catalogue_that_is_named_is_what_names_are_checked_by(
    catalogue: Path, settings: Settings
) -> None:
    found = questgraph.extract(
        questgraph.Document("d", "Acme left."),
        schema=SCHEMA,
        recipe=VERIFINER,
        model=ScriptedModel([json.dumps({"person": [], "firm": ["Acme"]})]),
        bank=None,
        catalogue=catalogue,
        settings=settings,
    )

    (claim,) = found.claims
    assert (claim.verdict, claim.reason) == ("sound", "the catalogue knows it")


def test_another_catalogue_is_another_run(catalogue: Path, settings: Settings) -> None:
    digests = set()
    for content in ("name,type\nAcme,firm\n", "name,type\nAcme,person\n"):
        catalogue.write_text(content)
        made = plan({"catalogue": catalogue, "recipe": VERIFINER, "settings": settings})
        digests.add(made.digest("m"))

    digests.add(plan({"recipe": VERIFINER, "settings": settings}).digest("m"))
    assert len(digests) == 3


def test_a_catalogue_that_is_not_there_is_told_before_anything_is_asked(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="no catalogue"):
        plan({"catalogue": "none.csv", "recipe": VERIFINER, "settings": settings})


def test_a_model_of_inference_is_taken_from_the_environment(tmp_path: Path) -> None:
    settings = Settings.read({"QUESTGRAPH_CACHE": str(tmp_path), "QUESTGRAPH_NLI": "some/nli"})

    made = plan({"recipe": DOCRE_NLI, "settings": settings})

    assert isinstance(made.entailment, CrossEncoderEntailment)
    assert made.entailment.name == "some/nli"
    assert made.digest("m") != plan({"recipe": DOCRE_NLI, "settings": Settings.read({})}).digest(
        "m"
    )
