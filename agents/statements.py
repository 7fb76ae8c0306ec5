"""Claims in words, as questions about them say it."""

from questgraph.tools.records import MENTION, TRIGGER, Claim
from questgraph.tools.schema import AnyType


def statement(claim: Claim, type_: AnyType) -> str:
    """Put a claim into words.

    >>> from questgraph.tools.records import Argument, Mention
    >>> from questgraph.tools.schema import EntityType
    >>> claim = Claim("entity", "person", (Argument("mention", Mention("Ann")),),
    ...               document_id="d", unit_id="u")
    >>> statement(claim, EntityType(name="person"))
    '"Ann" is: person'
    """
    match claim.kind:
        case "entity":
            return f'"{claim.fillers(MENTION)[0].text}" is: {type_.words}'
        case "relation":
            head, tail = (argument.mention.text for argument in claim.arguments[:2])
            return f'"{head}" {type_.words} "{tail}"'
        case "event":
            roles = ", ".join(
                f'{role} "{mention.text}"' for role, mention in claim.arguments if role != TRIGGER
            )
            trigger = "".join(f' ("{mention.text}")' for mention in claim.fillers(TRIGGER))
            return f"{type_.words}{trigger}: {roles}"
