"""What a training set is made of: labelled sets, runs that people judged, synthesised passages."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from questgraph.agents.banks import from_results
from questgraph.agents.evaluation.datasets import META, Dataset, load_dataset
from questgraph.agents.extraction import RUN_FILE, Extraction
from questgraph.agents.review.labelling import labelled_from_decisions
from questgraph.agents.synthesis.sources import SCHEMA
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import read_labelled
from questgraph.tools.schema_sources import load_schema

TRAIN, EVALUATED = "train", ("dev", "test")
ALLOWED = "allowed"
UNSTATED = "not stated"


@dataclass(frozen=True, slots=True)
class Source:
    """Labelled passages, and what is known of where they are from."""

    path: Path
    dataset: Dataset
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the source is called."""
        return self.dataset.name

    @property
    def licence(self) -> str:
        """The terms it comes under, in its own words."""
        return str(self.meta.get("licence") or UNSTATED)

    @property
    def redistribution(self) -> str:
        """Whether it may be passed on, in its own words."""
        return str(self.meta.get("redistribution") or UNSTATED)

    def card(self) -> dict[str, str]:
        """Return what a data card says of the source."""
        notes = " ".join(map(str, self.meta.get("notes") or ()))
        made = self.meta.get("made")
        said = {
            "licence": self.licence,
            "redistribution": self.redistribution,
            "paper": str(self.meta.get("paper") or UNSTATED),
            "domain": str(self.meta.get("domain") or ""),
            "made": json.dumps(made, ensure_ascii=False) if made else "",
            "notes": notes,
        }
        return {key: value for key, value in said.items() if value}


def read_source(path: Path, *, split: str = TRAIN, without: Sequence[str] = ()) -> Source:
    """Return the source that a labelled file or folder, a run or a `synth` folder is.

    A run counts as people judged it, and where nobody did as the model left it.

    Args:
        path: Where it is.
        split: The file to take from a labelled folder.
        without: Parts of the names of licences that are not wanted.

    Raises:
        ConfigError: When it cannot be read, may not be used, or is about another task.
        RunError: When a run folder cannot be read.
    """
    if (path / RUN_FILE).is_file():
        return _from_run(path)
    dataset = load_dataset(path, split=split)
    folder = path if path.is_dir() else path.parent
    if (folder / SCHEMA).is_file():
        # It has signatures and roles, which meta.json has not.
        dataset = replace(dataset, schema=load_schema(folder / SCHEMA))
    meta = folder / META
    source = Source(path, dataset, json.loads(meta.read_text("utf-8")) if meta.is_file() else {})
    _check(source, without)
    return source


def read_sources(paths: Iterable[Path], *, without: Sequence[str] = ()) -> list[Source]:
    """Return the sources at `paths`.

    Raises:
        ConfigError: When one cannot be read or may not be used, or two have one name.
    """
    sources: dict[str, Source] = {}
    for path in paths:
        source = read_source(path, without=without)
        if other := sources.get(source.name):
            raise ConfigError(
                f"{other.path} and {path} are both called {source.name!r}: leave one out, or"
                f" change `name` in its {META}, or the name of its run folder"
            )
        sources[source.name] = source
    return list(sources.values())


def evaluated(folder: Path, *, but: Path | None = None) -> list[str]:
    """Return the texts of the splits in `folder` that models are evaluated on.

    Args:
        folder: With `dev.jsonl`, `test.jsonl`, or both.
        but: A file that is not counted among them.
    """
    files = [folder / f"{split}.jsonl" for split in EVALUATED]
    there = [file for file in files if file.is_file() and file != but]
    return [passage.text for file in there for passage in read_labelled(file)]


def guard_texts(folders: Iterable[Path], sources: Iterable[Source]) -> list[str]:
    """Return the texts that training must not see: of `folders`, and what stands beside `sources`.

    Raises:
        ConfigError: When a folder has no evaluated split.
    """
    texts: list[str] = []
    for folder in folders:
        if not (found := evaluated(folder)):
            raise ConfigError(f"{folder} has no dev.jsonl or test.jsonl: name a labelled set")
        texts += found
    for source in sources:
        folder = source.path if source.path.is_dir() else source.path.parent
        texts += evaluated(folder, but=source.path)
    return texts


def _from_run(path: Path) -> Source:
    run = Extraction.open(path)
    if decisions := run.decisions.standing():
        passages = labelled_from_decisions(run.results, decisions, run.documents)
    else:
        passages = from_results(run.results)
    dataset = Dataset(name=path.resolve().name, schema=run.schema, passages=tuple(passages))
    made = {"model": run.model, "recipe": run.recipe, "decisions": len(decisions)}
    return Source(path, dataset, {"made": made})


def _check(source: Source, without: Sequence[str]) -> None:
    """Raise what keeps a source from being trained on."""
    name = source.name
    if source.redistribution not in (ALLOWED, UNSTATED):
        raise ConfigError(
            f"{name} may not be passed on ({META}: redistribution is {source.redistribution!r}),"
            f" and a training set holds its text: leave {source.path} out"
        )
    for licence in without:
        if licence.casefold() in source.licence.casefold():
            raise ConfigError(
                f"{name} is under {source.licence}: leave {source.path} out of the sources (to"
                " ask about its types without training on it: --held-back), or allow the licence"
            )
    if not source.dataset.schema.types() or not _has_labels(source.dataset):
        raise ConfigError(f"{source.path} labels no types: leave it out")
    if source.dataset.pair_given:
        raise ConfigError(
            f"{name} labels one given pair of each passage, not all that it says: leave"
            f" {source.path} out"
        )


def _has_labels(dataset: Dataset) -> bool:
    return any(passage.claims for passage in dataset.passages)
