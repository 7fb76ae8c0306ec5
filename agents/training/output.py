"""What a training set leaves in its folder: dialogues, `data.json`, and a card for people."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from questgraph.agents.training.examples import Line, tokens
from questgraph.tools.errors import StorageError

DATA, CARD = "data.json", "card.md"

ESCAPED = "backslashreplace"
"""What becomes of half a character, which UTF-8 cannot say: the escape that JSON has for it."""


class Told(TypedDict):
    """How a training set was made."""

    recipe: str
    seed: int
    options: dict[str, object]
    sources: dict[str, dict[str, object]]
    """By name: licence, paper, redistribution, passages trained on and held back."""

    held_back: dict[str, dict[str, object]]
    """Whole sets that are asked about in `unseen.jsonl` alone; `trained_elsewhere` are their types
    that training has under the same name, and that are not asked about."""

    unseen: dict[str, list[str]]
    """Types that are held back, by source."""

    left_out: dict[str, dict[str, int]]
    """How many passages or dialogues were left out of which file, and why."""


class File(TypedDict):
    """One file of dialogues."""

    dialogues: int
    empty: int
    tokens: int
    """About, questions and answers together."""

    sources: dict[str, int]
    sha256: str


class Summary(Told):
    """What is in a training set, as `data.json` has it."""

    files: dict[str, File]
    types: dict[str, dict[str, tuple[int, int]]]
    """For each source and type, how many dialogues of `train.jsonl` ask about it and answer it."""


def write(folder: Path, lines: Mapping[str, Sequence[Line]], told: Told) -> Summary:
    """Write dialogues, `data.json` and the card into `folder`; return what `data.json` says.

    Raises:
        StorageError: When the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = {name: _write(folder / f"{name}.jsonl", some) for name, some in lines.items()}
        summary = Summary(
            **told,
            files={f"{name}.jsonl": file for name, file in written.items()},
            types=_types(lines["train"]),
        )
        text = json.dumps(summary, ensure_ascii=False, indent=1) + "\n"
        (folder / DATA).write_text(text, encoding="utf-8", errors=ESCAPED, newline="\n")
        (folder / CARD).write_text(_card(summary), encoding="utf-8", errors=ESCAPED, newline="\n")
    except OSError as error:
        raise StorageError(
            f"{folder}: the training set could not be written: {error.strerror or error}. Free some"
            " space, or name another folder, and give the same command again"
        ) from error
    return summary


def _write(path: Path, lines: Sequence[Line]) -> File:
    data = "".join(line.to_json() for line in lines).encode("utf-8", ESCAPED)
    path.write_bytes(data)
    return File(
        dialogues=len(lines),
        empty=sum(not line.answered for line in lines),
        tokens=sum(tokens(line.messages) for line in lines),
        sources=dict(sorted(Counter(line.source for line in lines).items())),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _types(lines: Iterable[Line]) -> dict[str, dict[str, tuple[int, int]]]:
    asked: Counter[tuple[str, str]] = Counter()
    answered: Counter[tuple[str, str]] = Counter()
    for line in lines:
        asked.update((line.source, type_) for type_ in line.types)
        answered.update((line.source, type_) for type_ in line.answered)
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for source, type_ in sorted(asked):
        found.setdefault(source, {})[type_] = asked[source, type_], answered[source, type_]
    return found


def _card(summary: Summary) -> str:
    """Return what a person reads about a training set, in Markdown."""
    files = [
        (name, f["dialogues"], f["empty"], f["tokens"], f["sha256"][:16])
        for name, f in summary["files"].items()
    ]
    blocks = [
        "# Training set",
        _INTRODUCTION.format(**summary),
        _table(("file", "dialogues", "empty answer", "tokens, about", "SHA-256"), files),
        "## Sources",
        *_described(summary["sources"], summary),
        *_asked_only(summary),
        "## Types held back",
        "\n".join(_listing(name, types) for name, types in summary["unseen"].items() if types),
        _BY_NAME,
        "## Left out",
        "\n".join(_reasons(name, reasons) for name, reasons in summary["left_out"].items()),
        "## How it is varied",
        _VARIED,
        f"Options: `{json.dumps(summary['options'], ensure_ascii=False)}`",
        "## Types asked about in train.jsonl",
        *(
            f"### {source}\n\n"
            + _table(("type", "asked", "answered"), [(t, *n) for t, n in types.items()])
            for source, types in summary["types"].items()
        ),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


_INTRODUCTION = """\
Dialogues of the recipe `{recipe}` about labelled passages, with the right answers; made by
`questgraph train data`, seed {seed}. `train.jsonl` asks about seen types; `dev.jsonl` asks about
the same types in texts that were held back; `unseen.jsonl` asks about types that no training
dialogue has."""

_BY_NAME = """\
A type that is held back is held back by its name, of all sources. Much the same may have been
trained on under another name."""

_VARIED = """\
After GoLLIE (Sainz et al. 2024). Each training dialogue asks about most types that its passage has
and some of its set's other types, in an order of its own; a dropped type's answers vanish with it.
Guidelines are left out or stand in other words, and some types with a guideline go under a name
that says nothing (`T1`). Only types of the set that a passage is from are asked about: no other was
looked for in it. `dev.jsonl` and `unseen.jsonl` are asked in the set's own words."""


def _described(sources: Mapping[str, Mapping[str, object]], summary: Summary) -> list[str]:
    blocks = []
    for name, facts in sources.items():
        lines = [f"- {key.replace('_', ' ')}: {_words(value)}" for key, value in facts.items()]
        counts = [f"{f['sources'].get(name, 0)} in {file}" for file, f in summary["files"].items()]
        blocks.append("\n".join([f"### {name}\n", *lines, f"- dialogues: {', '.join(counts)}"]))
    return blocks


def _asked_only(summary: Summary) -> list[str]:
    if not (sets := summary["held_back"]):
        return []
    return ["## Sets that are only asked about", *_described(sets, summary)]


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_words, value)) or "none"
    return " ".join(str(value).split())


def _listing(name: str, types: Sequence[str]) -> str:
    return f"- {name}: {_words(list(types))}"


def _reasons(name: str, reasons: Mapping[str, int]) -> str:
    said = "; ".join(f"{count} {reason}" for reason, count in reasons.items()) or "nothing"
    return f"- {name}: {said}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = [columns, ["---"] * len(columns), *rows]
    return "\n".join(
        "| " + " | ".join(_words(cell).replace("|", "\\|") for cell in row) + " |" for row in cells
    )
