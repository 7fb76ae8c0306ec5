"""`python -m questgraph` is the command line."""

from questgraph.cli import app

app()
