"""`questgraph ask` and `questgraph mcp`: the graph of a run answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from questgraph import display as show
from questgraph import flags
from questgraph.exits import errors

if TYPE_CHECKING:
    from questgraph.agents.options import Options
    from questgraph.graphs.lookup import Lookups, Wanted

Question = Annotated[
    str,
    typer.Argument(
        help='A name ("Ann Lee"), two ("Ann Lee -> Acme") or a type ("works_for"); with --words or'
        " --model a question in words.",
        metavar="QUESTION",
    ),
]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", help="Only facts, or things, of this type; repeatable."),
]
From = Annotated[str, typer.Option("--from", help="Only relations from this thing.")]
To = Annotated[str, typer.Option("--to", help="Only relations to this thing.")]
Time = Annotated[
    str, typer.Option(help="Only what was true then: 2019, May 2019, 1999 to 2003, since 2003.")
]
Depth = Annotated[
    int | None, typer.Option(help="Facts to a neighbour, or on a path, at most.", min=1)
]
Limit = Annotated[int, typer.Option(help="Items of a list at most.", min=1)]
Hidden = Annotated[
    bool, typer.Option("--hidden", help="Tell what a conflict policy hides as well.")
]
Words = Annotated[
    bool,
    typer.Option(
        "--words", help="The question is in words: a model looks facts up and cites them."
    ),
]


def ask(
    folder: flags.Folder,
    question: Question = "",
    types: Types = None,
    from_: From = "",
    to: To = "",
    time: Time = "",
    depth: Depth = None,
    limit: Limit = 20,
    hidden: Hidden = False,
    words: Words = False,
    model: flags.Model = None,
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    budget_calls: flags.BudgetCalls = None,
    prices: flags.Prices = None,
    unpriced: flags.Unpriced = False,
    as_json: flags.Json = False,
) -> None:
    """Ask the graph of a run; every answer comes with the words that state it."""
    from questgraph.agents.asking import open_lookups
    from questgraph.graphs.lookup import Wanted

    wanted = Wanted(types=types or (), head=from_, tail=to, time=time, depth=depth, limit=limit)
    with errors():
        lookups = open_lookups(folder, hidden=hidden)
        if words or model:
            options: Options = {
                "model": model,
                "budget": flags.caps(budget_usd, budget_tokens, budget_calls),
                "prices": prices,
                "unpriced": unpriced,
            }
            _in_words(lookups, question, folder, wanted, options, as_json=as_json)
        else:
            _plainly(lookups, question, wanted, as_json=as_json)


def mcp(folder: flags.Folder, hidden: Hidden = False) -> None:
    """Serve the graph of a run to agents: the Model Context Protocol over stdin and stdout."""
    from questgraph.agents.asking import open_lookups
    from questgraph.agents.asking.server import serve

    with errors():
        serve(open_lookups(folder, hidden=hidden))


def _plainly(lookups: "Lookups", question: str, wanted: "Wanted", *, as_json: bool) -> None:
    from questgraph.answers import lines
    from questgraph.graphs.lookup import answer

    found = answer(lookups, question, wanted)
    if as_json:
        show.as_json(found.to_json())
    else:
        for line in lines(found.result):
            show.line(line)


def _in_words(
    lookups: "Lookups",
    question: str,
    folder: Path,
    wanted: "Wanted",
    options: "Options",
    *,
    as_json: bool,
) -> None:
    from questgraph.agents.asking.questions import ask_in_words
    from questgraph.answers import spoken_lines
    from questgraph.tools.errors import ConfigError

    if wanted.types or wanted.narrow or wanted.depth is not None:
        raise ConfigError(
            "a question in words says it all: leave out --type, --from, --to, --time, --depth"
        )
    spoken = ask_in_words(lookups, question, folder, **options)
    if as_json:
        show.as_json(spoken.to_json())
    else:
        for line in spoken_lines(spoken):
            show.line(line)
