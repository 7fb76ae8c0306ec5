"""A decision counts at once, the graph follows, and everything can be taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from questgraph.agents.extraction import Extraction
from questgraph.agents.review import editing
from questgraph.agents.review.desk import Desk
from questgraph.agents.review.queue import key_of, pair_key
from questgraph.graphs.exports import node_link
from questgraph.tools.errors import UnknownNameError
from questgraph.tools.records import Span

from .world import ACME, DOCUMENTS, KNOWS, LOST, TEXT, WORKS, make_run

A = DOCUMENTS["a.txt"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_run(tmp_path / "run")


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    desk = Desk(Extraction.open(folder), by="Kim")
    yield desk
    desk.close()


def node(desk: Desk, name: str) -> str:
    return next(id_ for id_, d in desk.now.graph.nodes(data=True) if d["name"] == name)


def edges(desk: Desk) -> int:
    desk.settle(60)
    return desk.now.graph.number_of_edges()


def test_a_decision_is_in_the_run_at_once_with_who_and_when(desk: Desk, folder: Path) -> None:
    desk.decide([editing.rejected(WORKS)], "he left")

    (kept,) = Extraction.open(folder).decisions.standing()
    assert (kept.by, kept.reason) == ("Kim", "he left")
    assert kept.at


def test_a_decided_item_leaves_the_queue_before_the_graph_has_followed(desk: Desk) -> None:
    before = desk.open_count
    desk.decide([editing.rejected(WORKS)])

    assert desk.open_count == before - 1
    assert key_of(WORKS) not in [item.id for item in desk.open()]


def test_the_graph_follows_decisions_and_undoing_them_gives_the_same_bytes(desk: Desk) -> None:
    before = node_link(desk.now.graph)
    desk.decide([editing.accepted(KNOWS, A)])
    assert edges(desk) == 3

    desk.undo()

    assert edges(desk) == 2
    assert node_link(desk.now.graph) == before
    assert desk.behind == 0


def test_what_was_done_in_one_go_is_undone_and_done_again_in_one_go(desk: Desk) -> None:
    decision = editing.retyped(ACME, "person", A, desk.schema)
    desk.decide([decision, *editing.following(decision, desk.by_document["a.txt"], A)])

    undone = desk.undo()
    assert len(undone) == 2
    assert all(entry.undone for entry in desk.entries)

    desk.redo(undone[0].id)
    assert not any(entry.undone for entry in desk.entries)


def test_undo_takes_back_what_was_done_last_or_what_is_named(desk: Desk) -> None:
    desk.decide([editing.rejected(WORKS)])
    desk.decide([editing.rejected(KNOWS)])

    desk.undo(desk.entries[0].id)

    assert [entry.undone for entry in desk.entries] == [True, False]
    assert desk.undo() != []
    assert desk.undo() == []


def test_next_goes_on_from_where_one_is_and_begins_again_at_the_end(desk: Desk) -> None:
    items = desk.now.items

    assert desk.next(items[0].id) == items[1]
    assert desk.next(items[-1].id) == items[0]
    assert desk.previous(items[1].id) == items[0]
    assert desk.previous(items[0].id) is None


def test_decisions_outlast_the_desk(desk: Desk, folder: Path) -> None:
    at = TEXT.index("grew")
    desk.decide([editing.respanned(LOST, 0, Span(at, at + 4), A)])

    again = Desk(Extraction.open(folder))

    assert "grew" in [data["name"] for _, data in again.now.graph.nodes(data=True)]
    assert key_of(LOST) not in [item.id for item in again.open()]
    again.close()


def test_a_merge_that_only_a_person_thought_of_can_be_looked_at(desk: Desk) -> None:
    things = (node(desk, "Bo Ek"), node(desk, "Ann Lee"))
    desk.decide([editing.merged(*things)])
    desk.settle(60)

    item = desk.item(pair_key(things))

    assert item.pair is not None
    assert item.pair.joined
    assert set(item.pair.names) == {"Bo Ek", "Ann Lee"}


def test_an_item_that_is_not_there_is_an_error(desk: Desk) -> None:
    with pytest.raises(UnknownNameError):
        desk.item("c0")
