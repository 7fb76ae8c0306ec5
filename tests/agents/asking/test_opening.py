from pathlib import Path

import pytest

from questgraph.agents.asking import open_lookups
from questgraph.agents.distributed import run as distributed
from questgraph.agents.extraction import DISTRIBUTED
from questgraph.tools.errors import RunError

from .graphs import graph


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no run in"):
        open_lookups(tmp_path)


def test_a_distributed_run_is_asked_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / DISTRIBUTED).write_text("{}")
    monkeypatch.setattr(distributed, "load_graph", lambda folder: graph())

    lookups = open_lookups(tmp_path)

    assert lookups.card("acme").into.items
