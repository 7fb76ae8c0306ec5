"""Every error that questgraph raises on purpose.

QuestgraphError
├── ConfigError                 wrong before any model was asked: mend the call
│   ├── UnknownNameError        nobody registered a thing by that name
│   ├── SchemaError             a schema is wrong, with the place and the nearest right name
│   ├── DocumentError           a file cannot be read as a document
│   ├── WeightsError            a model's weights are missing, or not the published ones
│   └── MissingPackageError     an optional package is needed, with the command that brings it
├── ModelError                  the model was asked and gave no usable reply
│   ├── ModelUnavailableError   a later try may succeed
│   ├── ModelRefusedError       no later try will succeed
│   ├── PromptTooLongError      the question does not fit into the model
│   └── OverBudgetError         the call might cost more than is left under a cap
├── NotAskedError               the call was put off: it waits for a batch, or the run stops
├── AnswerError                 the model answered in another form than it was asked for
└── RunError                    a run folder cannot be used as it is
    └── StorageError            nothing more can be written: the disk is full
"""

from collections.abc import Iterable
from difflib import get_close_matches


class QuestgraphError(Exception):
    """Base of all errors raised on purpose: catches failures, lets bugs through."""


class ConfigError(QuestgraphError):
    """The call, a settings file or a schema is wrong; no model was asked."""


class UnknownNameError(ConfigError):
    """Nobody registered a thing of this kind by this name.

    >>> print(UnknownNameError("recipe", "chat-ie", ["oneshot", "chatie"]))
    no recipe 'chat-ie', did you mean 'chatie'? Known: chatie, oneshot
    """

    def __init__(self, kind: str, name: str, known: Iterable[str] = ()) -> None:
        # Hand on the constructor's own arguments: that is what unpickling calls it
        # with, and errors travel back from worker processes.
        super().__init__(kind, name, known := sorted(known))
        self.kind, self.name, self.known = kind, name, known

    def __str__(self) -> str:
        return f"no {self.kind} {self.name!r}{did_you_mean(self.name, self.known)}"


class SchemaError(ConfigError):
    """A schema is wrong. The message names the place, the problem and what to write instead."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(place, problem)
        self.place, self.problem = place, problem

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


class DocumentError(ConfigError):
    """A file cannot be read as a document; the others are."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(source, problem)
        self.source, self.problem = source, problem

    def __str__(self) -> str:
        return f"{self.source}: {self.problem}"


class WeightsError(ConfigError):
    """A model's weights are missing, or not byte for byte the published ones."""


class MissingPackageError(ConfigError):
    """An optional package is not installed.

    >>> print(MissingPackageError("xllamacpp", "the local model", "pip install xllamacpp"))
    the local model needs the package xllamacpp: pip install xllamacpp
    """

    def __init__(self, package: str, purpose: str, command: str) -> None:
        super().__init__(package, purpose, command)
        self.package, self.purpose, self.command = package, purpose, command

    def __str__(self) -> str:
        return f"{self.purpose} needs the package {self.package}: {self.command}"


class ModelError(QuestgraphError):
    """The model was asked and gave no usable reply."""


class ModelUnavailableError(ModelError):
    """The endpoint did not answer, or asked for patience: a later try may succeed."""

    def __init__(
        self, message: str, retry_after: float | None = None, *, billed: bool = False
    ) -> None:
        super().__init__(message, retry_after)
        self.message = message
        self.retry_after = retry_after
        """Seconds that the endpoint asked to wait, when it said so."""

        self.billed = billed
        """Whether it may have worked on the call, and charge for it, all the same."""

    def __reduce__(self) -> tuple[object, ...]:
        return _unavailable, (self.message, self.retry_after, self.billed)

    def __str__(self) -> str:
        return self.message


class ModelRefusedError(ModelError):
    """The endpoint will not answer this call, however often it is asked."""


class PromptTooLongError(ModelRefusedError):
    """The question does not fit into the model: a shorter passage may."""


class OverBudgetError(ModelError):
    """The call was not sent: at worst it would cost more than is left under a cap."""


class NotAskedError(QuestgraphError):
    """The call was put off, and its unit with it: it waits for a batch, or the run stops."""


class AnswerError(QuestgraphError):
    """The model answered in another form than it was asked for.

    The message is a complaint addressed to the model: `converse` sends it back as the
    next question.
    """

    def __init__(self, complaint: str, partial: object = None) -> None:
        super().__init__(complaint, partial)
        self.complaint = complaint
        self.partial = partial
        """What could be read all the same; used when the last try fails too."""

    def __str__(self) -> str:
        return self.complaint


class RunError(QuestgraphError):
    """A run folder cannot be used as it is."""


class StorageError(RunError):
    """What was answered can no longer be kept: free some space and run the same command."""


def _unavailable(message: str, retry_after: float | None, billed: bool) -> ModelUnavailableError:
    return ModelUnavailableError(message, retry_after, billed=billed)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known name, and all of them.

    >>> did_you_mean("persn", ["place", "person"])
    ", did you mean 'person'? Known: person, place"
    >>> did_you_mean("x", ["person"])
    '. Known: person'
    """
    known = sorted(known)
    folded = {other.casefold(): other for other in known}
    close = get_close_matches(name.casefold(), folded, n=1)
    hint = f", did you mean {folded[close[0]]!r}?" if close else "."
    return f"{hint} Known: {', '.join(known)}"
