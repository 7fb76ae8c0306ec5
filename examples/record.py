"""Question the examples with the embedded model and keep its answers for the tests.

    make record

Answers that are kept in the run folder already are not asked for again. The recording holds each
call's key, answer and token counts; `replay:examples/calls.jsonl` answers from it.
"""

from pathlib import Path

import questgraph
from questgraph.tools.gateway.sqlite_ledger import SqliteLedger

HERE = Path(__file__).parent
RUN = HERE.parent / "runs" / "demo"


def main() -> None:
    """Run, and write the recording."""
    found = questgraph.extract(HERE / "documents", model="local", out=RUN)
    ledger = SqliteLedger(RUN / "run.db")
    asked = {turn.call for turns in found.turns.values() for turn in turns}
    ledger.dump(HERE / "calls.jsonl", only=asked)
    ledger.close()


if __name__ == "__main__":
    main()
