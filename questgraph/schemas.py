"""`questgraph schema`: schemas from documents and ontologies, and graphs checked against them."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from questgraph import display as show
from questgraph import flags
from questgraph.exits import INCOMPLETE, errors

if TYPE_CHECKING:
    from questgraph.tools.schema import Schema

app = typer.Typer(
    no_args_is_help=True,
    help="Schemas: drafted from documents, read from ontologies, and checked against graphs.",
)

BROKEN = 1
"""Exit code when a graph breaks its schema."""


@app.command()
def infer(
    inputs: flags.Inputs,
    out: Annotated[Path, typer.Option(help="YAML file for the draft; one that was edited stays.")],
    model: flags.Model = None,
    limit: Annotated[int | None, typer.Option(help="Passages to read at most.", min=1)] = None,
    budget_usd: flags.BudgetUsd = None,
    budget_tokens: flags.BudgetTokens = None,
    budget_calls: flags.BudgetCalls = None,
    prices: flags.Prices = None,
    unpriced: flags.Unpriced = False,
    concurrency: flags.Concurrency = None,
    rpm: flags.Rpm = None,
    tpm: flags.Tpm = None,
    as_json: flags.Json = False,
) -> None:
    """Draft a schema from documents: what kinds of things and relations they tell of."""
    from questgraph.agents.inference.inference import infer as run

    with errors():
        made = run(
            inputs,
            out,
            limit=limit,
            model=model,
            budget=flags.caps(budget_usd, budget_tokens, budget_calls),
            prices=prices,
            unpriced=unpriced,
            limits=flags.limits(concurrency, rpm, tpm),
        )
    if as_json:
        show.as_json({"file": str(out), **made})
    elif made["statements"]:
        show.line(
            f"{made['entities']} entity types and {made['relations']} relations, of"
            f" {made['statements']} statements in {made['passages']} passages: {out}"
        )
        show.line(f"Edit it, then: questgraph extract … --schema {out}")
    else:
        show.line(f"No statement was found in {made['passages']} passages; nothing was written.")
    if not as_json and not made["complete"]:
        show.line("Incomplete: the same command continues, if need be with a higher cap.")
        for problem in made["problems"][:1]:
            show.line(f"{len(made['problems'])} problems: {problem}")
    raise typer.Exit(0 if made["complete"] else INCOMPLETE)


@app.command("show")
def show_schema(
    source: Annotated[
        Path | None,
        typer.Argument(
            help="YAML, JSON, Turtle, RDF/XML, JSON-LD or meta.json; the built-in one when left"
            " out.",
            metavar="SCHEMA",
        ),
    ] = None,
    shacl: Annotated[
        bool, typer.Option("--shacl", help="Print SHACL shapes, as Turtle, in place of YAML.")
    ] = False,
) -> None:
    """Print any schema as YAML; what an ontology says besides stands above it as comments."""
    from questgraph.tools.schema_sources import comment, schema_to_yaml

    with errors():
        schema, notes = _read(source)
    if shacl:
        from questgraph.tools.ontologies.writing import to_shacl

        typer.echo(to_shacl(schema).serialize(format="turtle"))
    else:
        typer.echo("".join(map(comment, notes)) + schema_to_yaml(schema), nl=False)


@app.command()
def check(
    folder: flags.Folder,
    schema: Annotated[
        Path | None,
        typer.Option(help="Schema to check against, in any form; that of the run when left out."),
    ] = None,
    as_json: flags.Json = False,
) -> None:
    """Check the graph of a run against its schema (SHACL); exits with 1 when it breaks it."""
    from questgraph.agents.extraction import Extraction
    from questgraph.graphs.validation import violations

    with errors():
        extraction = Extraction.open(folder)
        wanted = _read(schema)[0] if schema else extraction.schema
        found = violations(extraction.graph, wanted)
    if as_json:
        show.as_json({"conforms": not found, "violations": [asdict(each) for each in found]})
    else:
        for violation in found:
            show.line(violation.sentence)
        show.line(f"{len(found)} violations of the schema {wanted.name!r}.")
    raise typer.Exit(BROKEN if found else 0)


def _read(source: Path | None) -> "tuple[Schema, tuple[str, ...]]":
    """Return a schema, and what its source says that it does not."""
    from questgraph.tools.schema_sources import general, is_ontology, load_ontology, load_schema

    if source is None:
        return general(), ()
    if is_ontology(source):
        imported = load_ontology(source)
        return imported.schema, imported.notes
    return load_schema(source), ()
