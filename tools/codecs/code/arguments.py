"""The rest of an instance whose class and trigger are known (Code4Struct).

    person=["Bo Ek"],
    firm="Acme",
)
"""

from collections.abc import Sequence

from questgraph.tools.codecs.code.frames import frames_said
from questgraph.tools.codecs.code.instances import Reader, spelled_parts
from questgraph.tools.codecs.code.names import class_names
from questgraph.tools.codecs.code.reading import read_calls, says_nothing, unfenced
from questgraph.tools.errors import AnswerError
from questgraph.tools.models.base import AnswerFormat
from questgraph.tools.records import TRIGGER, Frame
from questgraph.tools.schema import AnyType


class Arguments:
    """The roles of one event of one type; no frame when none is filled."""

    def instruct(self, types: Sequence[AnyType]) -> str:
        """Say in words how to answer."""
        return (
            'Complete it with a line for each role that the text fills, and end with ")".'
            " Copy words exactly."
        )

    def format(self, types: Sequence[AnyType]) -> AnswerFormat | None:
        """Return `None`: the published form is code."""
        return None

    def write(self, value: Sequence[Frame], types: Sequence[AnyType]) -> str:
        """Spell the roles of the first frame, its trigger left out."""
        fillers = [filler for frame in value[:1] for filler in frame.fillers]
        rest = [filler for filler in fillers if filler[0] != TRIGGER]
        return "\n".join([*(f"    {part}," for part in spelled_parts(rest, types[0])), ")"])

    def read(self, answer: str, types: Sequence[AnyType]) -> list[Frame]:
        """Return the event without its trigger.

        Raises:
            AnswerError: When there is no role, or an unknown one; what could be read is in
                `partial`.
        """
        if says_nothing(answer):
            return []
        class_ = class_names(type_.name for type_ in types)[types[0].name]
        reader = Reader({types[0].name: class_}, types[:1])
        # Some write the whole instance again, and some leave its last bracket out.
        code = unfenced(answer).strip()
        tries = (code, f"{class_}({code}", f"{class_}({code}\n)")
        found = [read_calls(each, reader.known) for each in tries]
        best = next((each for each in found if each.calls and not each.broken), found[1])
        known = [call for call in best.calls if call.name in reader.known][:1]
        try:
            said = frames_said(answer, best._replace(calls=known), reader.frames, "")
        except AnswerError as error:
            partial = error.partial if isinstance(error.partial, list) else []
            complaint = f"{error.complaint}{self.instruct(types)}"
            raise AnswerError(complaint, partial=_without_trigger(partial)) from error
        return _without_trigger(said)


def _without_trigger(frames: Sequence[Frame]) -> list[Frame]:
    events = [frame for frame in frames if frame.kind == "event"]
    rests = [tuple(filler for filler in e.fillers if filler[0] != TRIGGER) for e in events]
    return [
        Frame("event", event.type, rest) for event, rest in zip(events, rests, strict=True) if rest
    ]
