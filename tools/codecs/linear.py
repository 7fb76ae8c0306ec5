"""Triplets on one line, as closed information extraction writes them.

Josifoski et al. 2022, "GenIE: Generative Information Extraction", in the marks of Josifoski et
al. 2023, "Exploiting Asymmetry for Synthetic Training Data Generation" (SynthIE); Geng et al. 2023
constrain decoding to them. Fully expanded, or with the subject said once:

    [s] Ann Lee [r] works_for [o] Acme [e] [s] Ann Lee [r] knows [o] Bo Ek [e]
    [s] Ann Lee [r] works_for [o] Acme [r] knows [o] Bo Ek [e]

Either is read, in the marks of GenIE (`<sub> <rel> <obj> <et>`) too, and so is an answer that
lacks an end mark. A mark inside of a wording is written with a backslash before it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from questgraph.tools.codecs.parsing import by_folded, fold, is_nothing
from questgraph.tools.codecs.supervised import is_null
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import HEAD, TAIL, Frame
from questgraph.tools.schema import AnyType, RelationType

_MARK = r"(?:\[[sroe]\]|<(?:sub|rel|obj|et)>)"
_PART = re.compile(rf"(?<!\\)({_MARK})")
_FORM = {"<sub>": "[s]", "<rel>": "[r]", "<obj>": "[o]", "<et>": "[e]"}


class Linear:
    """Relation frames as triplets.

    Args:
        collapsed: Whether triplets that share a subject, one after the other, say it once.
    """

    def __init__(self, *, collapsed: bool = False) -> None:
        self.collapsed = collapsed

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        more = " [r] relation [o] object" if self.collapsed else ""
        return (
            f"Answer with [s] subject [r] relation [o] object{more} [e], one after the other, "
            "or with none."
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is free text."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the relations in their order."""
        names = {type_.name for type_ in types}
        triplets = [_triplet(frame) for frame in value if frame.type in names]
        subject = _subject if self.collapsed else id
        groups = [list(group) for _, group in groupby(triplets, subject)]
        return " ".join(map(_spelled, groups)) or "none"

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the relations, each once, in the order said.

        Raises:
            AnswerError: When there are no triplets, a triplet is not whole, or its relation was
                not asked for; what could be read is in `partial`.
        """
        triplets = list(_triplets(answer))
        if not triplets and not any(is_nothing(line) for line in (answer, *answer.splitlines())):
            raise AnswerError(self.instruct(types))
        known = by_folded(t.name for t in types if isinstance(t, RelationType))
        good = [(s, known[fold(r)], o) for s, r, o in triplets if fold(r) in known and s and o]
        frames = list(
            dict.fromkeys(
                Frame("relation", name, ((HEAD, subject), (TAIL, object_)))
                for subject, name, object_ in good
                if not is_null(subject) and not is_null(object_)
            )
        )
        if len(good) < len(triplets):
            complaint = f"Use these relations only: {', '.join(known.values())}."
            raise AnswerError(f"{complaint} {self.instruct(types)}", frames)
        return frames


Triplet = tuple[str, str, str]


def _triplet(frame: Frame) -> Triplet:
    (_, head), (_, tail), *_ = frame.fillers
    return head, frame.type, tail


def _subject(triplet: Triplet) -> str:
    return triplet[0]


def _spelled(group: Sequence[Triplet]) -> str:
    pairs = (f"[r] {_escaped(name)} [o] {_escaped(tail)}" for _, name, tail in group)
    return f"[s] {_escaped(group[0][0])} {' '.join(pairs)} [e]"


def _triplets(answer: str) -> Iterator[Triplet]:
    """Yield (subject, relation, object) of each object that is announced; parts may be empty."""
    subject = relation = ""
    _, *parts = _PART.split(answer)
    for mark, text in zip(parts[::2], parts[1::2], strict=True):
        words = _read(text)
        match _FORM.get(mark, mark):
            case "[s]":
                subject, relation = words, ""
            case "[r]":
                relation = words
            case "[o]":
                yield subject, relation, words
                relation = ""


def _escaped(wording: str) -> str:
    return re.sub(rf"(?={_MARK})", r"\\", " ".join(wording.split()))


def _read(text: str) -> str:
    return re.sub(rf"\\(?={_MARK})", "", " ".join(text.split()))
