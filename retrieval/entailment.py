"""Does one statement follow from another? The seam to models of natural language inference."""

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from questgraph.tools.errors import ConfigError, MissingPackageError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_DIGITS = 3
"""Of a probability: processors differ in the digits behind, and a run must not."""


class Entailment(Protocol):
    """Something that says what follows from a statement."""

    @property
    def name(self) -> str:
        """Name of the model: a run notes it, since it decides what is found."""
        ...

    def judge(self, premise: str, hypotheses: Sequence[str]) -> list[float]:
        """Return the probability that each hypothesis follows from `premise`."""
        ...


class CrossEncoderEntailment:
    """A cross-encoder of sentence-transformers that was trained on inference.

    A model with several labels must call one of them `entailment`; one with a single output is
    taken to give the probability itself.

    Args:
        name: A name or path that sentence-transformers knows.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def judge(self, premise: str, hypotheses: Sequence[str]) -> list[float]:
        """Return the probability that each hypothesis follows from `premise`.

        Raises:
            ConfigError: When the model cannot be loaded, or is not one of inference.
            MissingPackageError: When sentence-transformers is not installed.
        """
        if not hypotheses:
            return []
        pairs = [(premise, hypothesis) for hypothesis in hypotheses]
        labels = self._labels
        scores = self._model.predict(
            pairs, apply_softmax=len(labels) > 1, show_progress_bar=False, convert_to_numpy=True
        )
        column = scores if len(labels) == 1 else scores[:, _entailing(labels, self.name)]
        return [round(float(score), _DIGITS) for score in column]

    @property
    def _labels(self) -> list[str]:
        config: Any = self._model.config  # its type has every model there is
        named: Mapping[int, str] = config.id2label
        return [str(named[number]) for number in sorted(named)]

    @cached_property
    def _model(self) -> "CrossEncoder":
        # Takes seconds to import: a run that asks nothing of it goes without.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            from sentence_transformers import CrossEncoder
        except ImportError as error:
            raise MissingPackageError(
                "sentence-transformers", "inference", "pip install sentence-transformers"
            ) from error
        try:
            model: CrossEncoder = CrossEncoder(self.name, device="cpu")
        except (OSError, ValueError) as error:
            raise ConfigError(f"the model {self.name!r} cannot be loaded: {error}") from error
        return model


def _entailing(labels: Sequence[str], name: str) -> int:
    """Return the number of the label that says that something follows.

    >>> _entailing(["CONTRADICTION", "Entailment", "neutral"], "nli")
    1
    """
    for number, label in enumerate(labels):
        if label.casefold().startswith("entail"):
            return number
    raise ConfigError(f"{name!r} is no model of inference: its labels are {', '.join(labels)}")
