"""`questgraph review`: look at what a run found, and mend it, in a browser on this machine."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from questgraph import display as show
from questgraph import flags
from questgraph.exits import errors

By = Annotated[str, typer.Option(help="Your name, kept with each decision.")]
Port = Annotated[
    int, typer.Option(help="Of this machine; any that is free when left out.", min=0, max=65535)
]
Browser = Annotated[bool, typer.Option(help="Open the page in your browser.")]
Export = Annotated[
    Path | None,
    typer.Option(
        help="Serve nothing: write the passages that were reviewed into this folder, as a labelled"
        " set that `questgraph eval` reads."
    ),
]


def review(
    folder: flags.Folder,
    by: By = "",
    catalogue: flags.Known = None,
    port: Port = 0,
    browser: Browser = True,
    export: Export = None,
) -> None:
    """Look at what a run found, worth most first, and mend it in a local page."""
    from questgraph.agents.extraction import Extraction
    from questgraph.agents.review.labelling import reviewed, write_gold

    with errors():
        extraction = Extraction.open(folder, catalogue=catalogue)
        if export:
            decisions = extraction.decisions.standing()
            passages = reviewed(extraction.results, decisions, extraction.documents)
            count = write_gold(export, passages, extraction.schema)
            show.line(f"{count} reviewed passages in {export}: questgraph eval {export}")
            return
        from questgraph.agents.review.desk import Desk
        from questgraph.agents.review.server import serve

        show.line("Reading the run.")
        desk = Desk(extraction, by=by)

        with TemporaryDirectory() as private:

            def ready(link: str) -> None:
                show.line(f"Open {link}")
                show.line("The link is for you only. Ctrl-C ends the review; decisions are kept.")
                if browser:
                    _open(link, Path(private))

            try:
                serve(desk, port=port, ready=ready)
            finally:
                desk.close()


def _open(link: str, private: Path) -> None:
    """Open a link in the browser by way of a file that nobody else can read.

    Everybody on a machine sees with which words a browser was started, and the link has the token.
    """
    page = private / "review.html"
    page.write_text(f'<meta http-equiv="refresh" content="0; url={link}">', encoding="utf-8")
    typer.launch(page.as_uri())
