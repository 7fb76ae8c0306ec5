"""Is one mention called several things? Then its type is open again; asks no model."""

from collections.abc import Iterable, Sequence

from questgraph.agents.stages.base import Recipe, Stage
from questgraph.agents.state import Candidate, Context, State, Update
from questgraph.tools.records import Claim, Span
from questgraph.tools.schema import Schema


def dispute(*, name: str = "dispute") -> Stage:
    """Return a stage that makes a candidate of each mention that is claimed as of several types.

    Its claims go, and a stage like `choose` decides between their types. Types of which one
    includes the other go together.
    """

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        groups: dict[Span | None, list[Claim]] = {}
        for claim in state["claims"]:
            if claim.kind == "entity" and claim.admitted:
                groups.setdefault(claim.arguments[0].mention.span, []).append(claim)
        open_ = [group for group in groups.values() if _rivals(_types(group), context.schema)]
        gone = {id(claim) for group in open_ for claim in group}
        return {
            "claims": tuple(claim for claim in state["claims"] if id(claim) not in gone),
            "candidates": (*state["candidates"], *map(_candidate, open_)),
        }

    return Stage(name=name, summary="opens the type of mentions that got several", run=run)


def _candidate(group: Sequence[Claim]) -> Candidate:
    turns = sorted({turn for claim in group for turn in claim.turns})
    return Candidate("entity", group[0].arguments, tuple(_types(group)), turns=tuple(turns))


def _types(group: Iterable[Claim]) -> list[str]:
    return list(dict.fromkeys(claim.type for claim in group))


def _rivals(types: Sequence[str], schema: Schema) -> bool:
    """Say whether two of `types` exclude each other."""
    return any(
        one not in schema.lineage(other) and other not in schema.lineage(one)
        for i, one in enumerate(types)
        for other in types[:i]
    )
