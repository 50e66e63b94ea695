"""What fails in the database: outages are told from bugs and pass, deadlocks are run again, and no error tells a value."""

import asyncio
import sqlite3
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.database import Database, StorageDown
from models.service import COUNTER
from tests.bot.test_database import POSTGRESQL, SQLITE, hold, names, put

SECRET = "Nguyễn Thị Bí Mật"


@pytest.mark.parametrize("wrong", ["unique", "null", "type"])
async def test_statement_errors_carry_no_values(db: Database, wrong: str) -> None:
    """Neither the message nor the traceback of a failing statement shows a parameter or the row that PostgreSQL quotes."""
    await db.run(put(SECRET))
    values = {"name": "x" if wrong == "type" else SECRET, "value": {"unique": 1, "null": None, "type": SECRET}[wrong]}
    with pytest.raises(sa.exc.DBAPIError) as caught:
        await db.run(lambda connection: connection.exec_driver_sql(_insert(db), values))
    assert "Bí Mật" not in "".join(traceback.format_exception(caught.value))


def _insert(db: Database) -> str:
    places = "%(name)s, %(value)s::text::integer" if db.is_postgresql else ":name, json(:value)"
    return f"INSERT INTO counter (name, value) VALUES ({places})"


@POSTGRESQL
async def test_postgresql_names_the_broken_constraint(db: Database) -> None:
    """What is left of PostgreSQL's error still says which constraint was broken."""
    await db.run(put("taken"))
    with pytest.raises(sa.exc.IntegrityError, match="counter_pkey"):
        await db.run(put("taken"))


async def test_a_programming_error_is_not_an_outage(db: Database) -> None:
    """A missing table is our bug, not the storage's: the caller sees it, so that it is counted and parked, not waited out."""
    with pytest.raises(sa.exc.DBAPIError):
        await db.run(lambda connection: connection.exec_driver_sql("SELECT * FROM no_such_table").all())
    assert await db.run(names) == []


@SQLITE
async def test_a_locked_file_is_an_outage_that_passes(db: Database) -> None:
    """While another process holds the file the storage is down; when it lets go the same work succeeds."""
    sa.event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50"))
    other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageDown, match="locked"):
        await db.run(put("later"))
    other.execute("ROLLBACK")
    other.close()
    assert await db.run(put("later")) == "later"


@SQLITE
async def test_a_full_disk_is_an_outage_for_the_whole_group_and_passes(db: Database) -> None:
    """When the disk is full nothing of the group is kept and everyone is told so; with room again the same works succeed."""
    pages = await db.run(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    await db.run(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").close())
    gate = await hold(db)
    works = [asyncio.ensure_future(db.run(work)) for work in (put("small"), _fill_the_disk, put("neighbour"))]
    await asyncio.sleep(0)
    gate.held.clear()
    await gate.open()
    results = await asyncio.gather(*works, return_exceptions=True)
    assert [type(result) for result in results[:2]] == [StorageDown, StorageDown]
    await db.run(put("small"))
    assert "small" in await db.run(names)


def _fill_the_disk(db: sa.Connection) -> None:
    db.execute(sa.insert(COUNTER), [{"name": f"{n:060}", "value": n} for n in range(5000)])


@SQLITE
async def test_a_folder_that_cannot_be_made_is_an_outage(db: Database, tmp_path: Path) -> None:
    """A database file that cannot be opened is told as an outage, and the thread lives on to try again."""
    (tmp_path / "file").write_text("in the way")
    database = Database(f"sqlite:///{tmp_path}/file/test.sqlite3")
    with pytest.raises(StorageDown, match="cannot be opened"):
        await database.run(names)
    (tmp_path / "file").unlink()
    assert await database.run(lambda connection: connection.exec_driver_sql("SELECT 1").scalar()) == 1
    await asyncio.to_thread(database.close)


@SQLITE
async def test_a_work_that_ends_the_transaction_is_blamed_alone(db: Database) -> None:
    """A work that commits by itself gets the error; for its neighbours the storage was down, so that nothing is counted against them."""
    gate = await hold(db)
    works = [asyncio.ensure_future(db.run(work)) for work in (put("neighbour"), lambda connection: connection.rollback())]
    await asyncio.sleep(0)
    gate.held.clear()
    await gate.open()
    neighbour, culprit = await asyncio.gather(*works, return_exceptions=True)
    assert isinstance(neighbour, StorageDown)
    assert isinstance(culprit, Exception)
    assert not isinstance(culprit, StorageDown)
    assert await db.run(names) == []


@POSTGRESQL
async def test_a_deadlock_is_run_again(db: Database) -> None:
    """Two works that lock the same rows in opposite order both succeed: the one that PostgreSQL rolled back is run again."""
    await asyncio.gather(db.run(put("a")), db.run(put("b")))
    meet, met = threading.Barrier(2, timeout=30), threading.Event()

    def raise_both(first: str, second: str) -> Callable[[sa.Connection], None]:
        def work(connection: sa.Connection) -> None:
            for name in (first, second):
                connection.execute(sa.update(COUNTER).where(COUNTER.c.name == name).values(value=COUNTER.c.value + 1))
                if not met.is_set():
                    meet.wait()
                    met.set()

        return work

    await asyncio.gather(db.run(raise_both("a", "b")), db.run(raise_both("b", "a")))
    assert await db.run(lambda connection: list(connection.scalars(sa.select(COUNTER.c.value)))) == [2, 2]


@POSTGRESQL
async def test_a_lost_connection_is_replaced_before_the_commit(db: Database) -> None:
    """A connection that the server cut off inside a work costs nothing: the work runs again on a new one."""
    calls: list[int] = []

    def work(connection: sa.Connection) -> None:
        calls.append(1)
        if len(calls) == 1:
            connection.execute(sa.select(sa.func.pg_terminate_backend(sa.func.pg_backend_pid())))
        put("once")(connection)

    await db.run(work)
    assert (len(calls), await db.run(names)) == (2, ["once"])


async def test_an_unreachable_server_is_an_outage() -> None:
    """Nobody listening is told as an outage, without the password."""
    database = Database("postgresql://user:verysecret@127.0.0.1:1/none", threads=1)
    with pytest.raises(StorageDown) as caught:
        await database.run(names)
    assert "verysecret" not in "".join(traceback.format_exception(caught.value))
    await asyncio.to_thread(database.close)
