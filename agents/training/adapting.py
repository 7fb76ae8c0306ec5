"""An adapter for a local model, taught with the judged passages of a run."""

from collections.abc import Callable
from pathlib import Path

from questgraph.agents.training.bases import check_packages, open_base
from questgraph.agents.training.data import Making, make
from questgraph.agents.training.tuning import Tuning, tune
from questgraph.tools.errors import ConfigError
from questgraph.tools.models.adapters import ABOUT, read_about
from questgraph.tools.models.base import ChatModel
from questgraph.tools.models.weights import published
from questgraph.tools.settings import Settings

Teach = Callable[[Path, Path], str | ChatModel]
"""Takes a labelled folder and a folder for the adapter, and returns the taught model."""

VARIANTS, EPOCHS = 4, 2.0
"""Judged passages are few: each is asked about in several ways, and read more than once."""

DATA = "data"


def local_teacher(model: str | ChatModel, settings: Settings, *, recipe: str, seed: int) -> Teach:
    """Return what teaches a local model the dialogues of a recipe.

    Args:
        model: As options name it; one with an adapter is taught anew from its base.
        settings: Where weights are.
        recipe: Whose dialogues.
        seed: Of the variation and of the training.

    Raises:
        ConfigError: When the model is not a local one.
        MissingPackageError: When a package that training needs is not there.
    """
    name = model if isinstance(model, str) else model.name
    provider, _, spec = name.partition(":")
    if provider != "local" or not isinstance(model, str):
        raise ConfigError(
            f"an adapter is for a local model, and {name} is to answer: leave --adapter out, or"
            " pass --model local:NAME"
        )
    check_packages()
    base = open_base(_base_of(spec, settings), settings)

    def teach(labelled: Path, out: Path) -> str:
        making = Making(seed=seed, dev_share=0.0, variants=VARIANTS)
        make([labelled], out / DATA, recipe=recipe, making=making)
        tune(out / DATA, out, base, Tuning(epochs=EPOCHS, seed=seed))
        return f"local:{out}"

    return teach


def _base_of(spec: str, settings: Settings) -> str:
    """Return the name or path of the weights that a local model has."""
    if spec and (Path(spec).expanduser() / ABOUT).is_file():
        return read_about(Path(spec).expanduser()).base
    return spec or settings.weights or published("").name
