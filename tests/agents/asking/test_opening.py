from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from questgraph.agents.asking import open_lookups, opening
from questgraph.tools.errors import RunError
from questgraph.tools.schema import EntityType, Schema

from .graphs import graph


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no run in"):
        open_lookups(tmp_path)


def test_lookups_know_the_schema_of_the_run_whichever_machines_it_ran_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = EntityType(name="person", is_a="agent")
    schema = Schema(name="wider", entities=(EntityType(name="agent"), person))

    @contextmanager
    def opened(folder: Path) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(graph=graph(), schema=schema)

    monkeypatch.setattr(opening, "opened", opened)

    found = open_lookups(tmp_path).find(types=["agent"])

    assert {each.thing.name for each in found.items} == {"Ann Lee", "Bo Ek"}
