"""`questgraph resolve`: doubtful pairs of names, put to a model."""

from dataclasses import asdict
from typing import Annotated

import typer

from questgraph import display as show
from questgraph import flags
from questgraph.exits import INCOMPLETE, errors


def resolve(
    folder: flags.Folder,
    model: flags.Model = None,
    limit: Annotated[
        int | None, typer.Option(help="Pairs to ask about at most, the likeliest first.", min=0)
    ] = None,
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    budget_calls: flags.BudgetCalls = None,
    as_json: flags.Json = False,
) -> None:
    """Ask a model which names of a run that are alike mean the same; merges can be taken back."""
    from questgraph.agents.options import Options
    from questgraph.agents.resolving import resolve as run

    changes: Options = {"budget": flags.caps(budget_usd, budget_tokens, budget_calls)}
    if model:
        changes["model"] = model
    with errors():
        found = run(folder, limit=limit, **changes)
    if as_json:
        show.as_json(
            {
                "links": [link._asdict() for link in found.links],
                "problems": [asdict(problem) for problem in found.problems],
                "left": found.left,
            }
        )
    else:
        rows = [("yes" if link.same else "no", link.reason) for link in found.links]
        if rows:
            show.table("Doubts", ["same", "why it was asked"], rows)
        show.line(f"{len(found.links)} answered, {found.left} left")
        for problem in found.problems[:1]:
            show.line(f"{len(found.problems)} questions have no usable answer: {problem.reason}")
    raise typer.Exit(INCOMPLETE if found.problems else 0)
