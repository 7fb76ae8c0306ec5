"""Standoff, as the annotation tool brat writes it: `NAME.txt` with `NAME.ann` beside it.

    T1  person 0 7              Ann Lee
    R1  works_for Arg1:T1 Arg2:T2
    E1  appointment:T3 person:T1 firm2:T2
    *   Equiv T1 T4

Policies: a text-bound annotation in pieces is taken from the start of the first to the end of the
last; what is only a trigger is no entity; an argument that is an event stands for its trigger;
the numbers that tell arguments of one role apart are no part of its name. Attributes,
normalizations and notes are left out.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.sets.building import entity, naming, text_of

_LEFT_OUT = "AMN#"


def read_brat(path: Path) -> Iterator[Labelled]:
    """Yield the passages of a folder, in the order of their names, or the one of a file.

    Raises:
        ConfigError: When an annotation is wrong, or has no text; names file and line.
    """
    files = sorted(path.rglob("*.ann")) if path.is_dir() else [path.with_suffix(".ann")]
    for file in files:
        id_ = file.relative_to(path).with_suffix("").as_posix() if path.is_dir() else file.stem
        with naming(str(file)):
            standoff = _Standoff(text_of(file.with_suffix(".txt")))
        for number, line in enumerate(text_of(file).split("\n"), 1):
            with naming(f"{file}:{number}"):
                standoff.take(line.rstrip("\r"))
        with naming(str(file)):
            passage = labelled({"id": id_, "text": standoff.text, **standoff.record()})
        yield passage


class _Standoff:
    """The annotations of a text, as they are read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._bound: dict[str, dict[str, object]] = {}
        self._triggers: dict[str, str] = {}
        self._relations: list[tuple[str, list[str]]] = []
        self._events: list[tuple[str, str, list[tuple[str, str]]]] = []
        self._same: list[list[str]] = []

    def take(self, line: str) -> None:
        """Take in a line.

        Raises:
            ValueError: When it is of another form.
        """
        if not line.strip() or line[0] in _LEFT_OUT:
            return
        name, tab, body = line.partition("\t")
        body = body.partition("\t")[0]
        if not tab or not body.strip():
            raise ValueError("put a tab behind the name of an annotation")
        type_, _, rest = body.strip().partition(" ")
        match name[0]:
            case "T":
                self._bound[name] = entity(self.text, _covered(rest), type_)
            case "R":
                self._relations.append((type_, [target for _, target in _pairs(rest)][:2]))
            case "E":
                (event, trigger), *arguments = _pairs(body)
                self._triggers[name] = trigger
                self._events.append((event, trigger, arguments))
            case "*":
                self._same.append(rest.split())
            case _:
                raise ValueError(f"{name!r} names no annotation: T, R, E or * come first")

    def record(self) -> Mapping[str, object]:
        """Return the annotations as a labelled passage has them.

        Raises:
            ValueError: When an annotation refers to one that is not there.
        """
        joined = {self._target(target) for _, ends in self._relations for target in ends}
        triggers = set(self._triggers.values()) - joined
        kept = [name for name in self._bound if name not in triggers]
        place = {name: i for i, name in enumerate(kept)}
        return {
            "entities": [self._bound[name] for name in kept],
            "relations": [
                {"type": type_, **_ends([place[self._target(end)] for end in ends])}
                for type_, ends in self._relations
            ],
            "events": [
                {
                    "type": type_,
                    "trigger": self._found(trigger),
                    "arguments": [
                        {"role": re.sub(r"\d+$", "", role) or role, **self._found(target)}
                        for role, target in arguments
                    ],
                }
                for type_, trigger, arguments in self._events
            ],
            "clusters": [[place[self._target(name)] for name in same] for same in self._same],
        }

    def _target(self, name: str) -> str:
        """Return the text-bound annotation that `name` stands for."""
        bound = self._triggers.get(name, name)
        if bound not in self._bound:
            raise ValueError(f"there is no annotation {name!r}, which another one refers to")
        return bound

    def _found(self, name: str) -> dict[str, Any]:
        found = self._bound[self._target(name)]
        return {key: found[key] for key in ("text", "start", "end")}


def _covered(pieces: str) -> tuple[int, int]:
    """Return the characters from the first to the last of `0 5;16 23`."""
    numbers = [int(number) for number in re.split(r"[ ;]+", pieces.strip())]
    return min(numbers), max(numbers)


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return what `role:T1 role:T2` joins."""
    pairs = [part.rpartition(":") for part in text.split()]
    if not pairs or not all(name and colon for name, colon, _ in pairs):
        raise ValueError(f"write arguments as role:T1, not {text!r}")
    return [(name, target) for name, _, target in pairs]


def _ends(places: list[int]) -> dict[str, int]:
    if len(places) != 2:
        raise ValueError("a relation has two arguments")
    return {"head": places[0], "tail": places[1]}
