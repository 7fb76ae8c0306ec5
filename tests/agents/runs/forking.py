"""The command line in real processes that begin at once: forked from one that has imported it all.

It reads commands as lines of JSON and answers each with a line: `{"start": [...], "env": {...},
"log": "..."}` with the process id, `{"wait": id}` with the exit code, negative for a signal.
"""

import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from questgraph.agents import extractor
from questgraph.cli import app
from questgraph.tools.models import openai

LOADED = (extractor, openai)
"""What the command line would import by itself, later."""


def start(words: Sequence[str], environment: Mapping[str, str], log: str) -> int:
    """Return the id of a process that does `words`; what it prints goes into the file `log`."""
    if process := os.fork():
        return process
    code = 1
    try:
        os.environ.update(environment)
        with Path(log).open("ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        app(list(words))
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # as the interpreter would
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Do what standard input says, until it ends."""
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        match json.loads(line):
            case {"start": words, "env": environment, "log": log}:
                answer = start(words, environment, log)
            case {"wait": process}:
                answer = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        print(answer, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
