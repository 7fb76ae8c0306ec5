"""The file that one thread writes: nothing is lost, and a full disk is told."""

import asyncio
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from questgraph.tools.database import Database, Write, open_database
from questgraph.tools.errors import RunError, StorageError

pytestmark = pytest.mark.anyio

TABLE = "create table if not exists words (word text primary key)"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "run.db", ballast=1 << 20)) as database:
        database.create(TABLE)
        yield database


def add(word: str) -> Write[int]:
    def write(db: sqlite3.Connection) -> int:
        return db.execute("insert into words values (?)", (word,)).rowcount

    return write


def no_more_room(db: sqlite3.Connection) -> None:
    (pages,) = db.execute("pragma page_count").fetchone()
    db.execute(f"pragma max_page_count = {pages}")


def words(database: Database) -> list[str]:
    rows = database.reader().execute("select word from words order by rowid")
    return [word for (word,) in rows]


def ballast(database: Database) -> Path:
    return Path(f"{database.path}-ballast")


async def test_a_write_is_seen_by_everybody_once_it_returns(database: Database) -> None:
    changed = await database.write(add("Ann"))

    assert changed == 1
    assert words(database) == ["Ann"]


def test_writes_are_done_in_the_order_they_were_asked_for(database: Database) -> None:
    many = [f"{number:04}" for number in range(1000)]

    for word in many:
        database.post(add(word))
    database.flush()

    assert words(database) == many


async def test_a_write_that_cannot_be_done_disturbs_no_other(database: Database) -> None:
    names = ("Ann", "Bo", "Ann", "Cy")
    ended = await asyncio.gather(
        *(database.write(add(name)) for name in names), return_exceptions=True
    )

    assert [type(each) for each in ended] == [int, int, StorageError, int]
    assert words(database) == ["Ann", "Bo", "Cy"]


async def test_a_write_is_done_although_whoever_asked_for_it_goes_away(database: Database) -> None:
    asking = asyncio.create_task(database.write(add("Ann")))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)

    database.flush()

    assert words(database) == ["Ann"]


def test_flush_tells_of_a_posted_write_that_was_not_done_and_only_once(database: Database) -> None:
    database.post(lambda db: db.execute("insert into nowhere values (1)"))

    with pytest.raises(StorageError, match="no such table"):
        database.flush()
    database.flush()


def test_what_waits_is_written_before_the_file_closes(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "run.db")) as database:
        database.create(TABLE)
        for number in range(100):
            database.post(add(str(number)))

    with closing(Database(tmp_path / "run.db")) as database:
        assert len(words(database)) == 100


def test_nothing_is_asked_of_a_closed_file(database: Database) -> None:
    database.post(add("Ann"))
    database.close()

    with pytest.raises(StorageError, match="closed"):
        database.post(add("Bo"))
    assert not ballast(database).exists()


def test_threads_that_write_while_the_file_closes_are_told_and_never_left_waiting(
    tmp_path: Path,
) -> None:
    database = Database(tmp_path / "run.db")
    database.create(TABLE)
    begun = threading.Barrier(5)

    def write_until_it_closes(name: str) -> int:
        begun.wait()
        for number in range(100_000):
            try:
                database.do(add(f"{name} {number}"))
            except StorageError:
                return number
        return -1

    with ThreadPoolExecutor() as threads:
        writing = [threads.submit(write_until_it_closes, name) for name in "abcd"]
        begun.wait()
        database.close()

    with closing(Database(tmp_path / "run.db")) as database:
        assert len(words(database)) == sum(thread.result() for thread in writing)


def test_a_database_in_memory_keeps_what_it_is_told() -> None:
    with closing(Database(":memory:")) as database:
        database.create(TABLE)
        database.do(add("Ann"))

        assert words(database) == ["Ann"]


def test_a_text_with_half_a_character_comes_back_as_it_was(database: Database) -> None:
    half = "\ud83d".encode("utf-8", "surrogatepass")

    database.do(lambda db: db.execute("insert into words values (cast(? as text))", (half,)))

    assert words(database) == ["\ud83d"]


def test_room_for_a_full_disk_is_taken_with_the_first_write_and_given_back_at_the_end(
    database: Database,
) -> None:
    before = ballast(database).exists()
    database.do(add("Ann"))
    during = ballast(database).stat().st_size
    database.close()

    assert not before
    assert during == 1 << 20
    assert not ballast(database).exists()


def test_what_comes_when_the_disk_is_full_goes_into_the_room_that_was_kept(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    database.do(no_more_room)

    def write(db: sqlite3.Connection) -> None:
        if not ballast(database).exists():
            db.execute("pragma max_page_count = 1000")
        db.execute("insert into words values (?)", ("x" * 20_000,))

    database.do(write)

    assert len(words(database)) == 1
    assert database.full
    assert "the disk is full; finishing what is under way" in caplog.text


def test_a_file_at_rest_holds_everything_and_keeps_no_room_until_there_is_more(
    database: Database, tmp_path: Path
) -> None:
    database.do(add("Ann"))
    database.rest()
    copy = Path(shutil.copy(database.path, tmp_path / "copy.db"))
    at_rest = ballast(database).exists()
    database.do(add("Bo"))

    with closing(Database(copy)) as other:
        assert words(other) == ["Ann"]
    assert not at_rest
    assert ballast(database).exists()
    assert words(database) == ["Ann", "Bo"]


async def test_a_write_for_which_there_is_no_room_at_all_says_what_to_do(
    database: Database,
) -> None:
    database.do(no_more_room)

    with pytest.raises(StorageError, match="Free some space; then the same command continues"):
        await database.write(add("x" * 20_000))

    assert database.full
    assert database.do(lambda db: db.execute("select 1").fetchone()) == (1,)


@pytest.mark.parametrize("wrong", ["insert into nowhere values (1)", "insert into words oops"])
def test_a_wrong_write_is_not_taken_for_a_full_disk(database: Database, wrong: str) -> None:
    with pytest.raises(StorageError, match="could not be written") as raised:
        database.do(lambda db: db.execute(wrong))

    assert "Free some space" not in str(raised.value)
    assert not database.full
    assert ballast(database).exists()


def test_a_disk_without_room_for_the_reserve_counts_as_full(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "run.db", ballast=1 << 60)) as database:
        database.create(TABLE)
        database.do(add("Ann"))

        assert database.full
        assert words(database) == ["Ann"]


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "run.db").write_bytes(b"no database at all, but long enough to look like one" * 9)

    with pytest.raises(RunError, match="cannot be used"):
        Database(tmp_path / "run.db")
    with pytest.raises(RunError, match="cannot be used"):
        Database(tmp_path / "no such folder" / "run.db")


def test_a_database_is_closed_when_its_block_fails_and_rests_otherwise(tmp_path: Path) -> None:
    with open_database(tmp_path / "a.db") as kept:
        kept.create(TABLE)
        kept.do(add("Ann"))
    assert not ballast(kept).exists()
    assert words(kept) == ["Ann"]

    with pytest.raises(ZeroDivisionError), open_database(tmp_path / "b.db") as database:
        raise ZeroDivisionError

    with pytest.raises(StorageError, match="closed"):
        database.do(add("Ann"))
    kept.close()
