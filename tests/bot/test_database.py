"""The database: works are whole or not at all, urgent ones first, results only after the commit. (What fails: test_database_errors.)"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.database import BULK, NORMAL, URGENT, Database, StorageDown, Unit, current_unit
from models.columns import insert_once
from models.service import COUNTER

SECRET = "Nguyễn Thị Bí Mật"
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def put(name: str, value: int = 0) -> Callable[[sa.Connection], str]:
    def work(db: sa.Connection) -> str:
        db.execute(sa.insert(COUNTER), {"name": name, "value": value})
        return name

    return work


def names(db: sa.Connection) -> list[str]:
    return list(db.scalars(sa.select(COUNTER.c.name).order_by(COUNTER.c.name)))


def put_and_fail(name: str) -> Callable[[sa.Connection], None]:
    def work(db: sa.Connection) -> None:
        put(name)(db)
        raise LookupError(name)

    return work


def note(order: list[str], name: str) -> Callable[[sa.Connection], None]:
    return lambda _: order.append(name)


class Gate:
    """Holds every thread of a database inside a work, so that what is queued meanwhile waits."""

    def __init__(self, db: Database, threads: int) -> None:
        self._open, self._entered = threading.Event(), threading.Semaphore(0)
        self.held = [asyncio.ensure_future(db.run(self._hold, URGENT)) for _ in range(threads)]
        self._threads = threads

    def _hold(self, db: sa.Connection) -> None:
        self._entered.release()
        assert self._open.wait(10)

    async def shut(self) -> None:
        for _ in range(self._threads):
            await asyncio.to_thread(self._entered.acquire)

    async def open(self) -> None:
        self._open.set()
        await asyncio.gather(*self.held)


async def hold(db: Database) -> Gate:
    gate = Gate(db, 6 if db.is_postgresql else 1)
    await gate.shut()
    return gate


async def test_a_work_is_committed_and_its_result_returned(db: Database) -> None:
    """What a work returns reaches its caller, and what it wrote is there for the next one."""
    assert await db.run(put("one")) == "one"
    assert await db.run(names) == ["one"]


async def test_a_failing_work_leaves_nothing(db: Database) -> None:
    """A work that raises is rolled back, and its own exception reaches the caller."""
    with pytest.raises(LookupError, match="broken"):
        await db.run(put_and_fail("broken"))
    assert await db.run(names) == []


async def test_a_failing_work_takes_no_neighbour_with_it(db: Database) -> None:
    """Of many works at once, those that fail leave nothing and the others are all kept."""
    works = [put_and_fail(f"bad{n}") if n % 3 == 0 else put(f"good{n:02}") for n in range(60)]
    results = await asyncio.gather(*(db.run(work) for work in works), return_exceptions=True)
    assert [isinstance(result, LookupError) for result in results] == [n % 3 == 0 for n in range(60)]
    assert await db.run(names) == [f"good{n:02}" for n in range(60) if n % 3]


async def test_a_statement_error_inside_a_group_undoes_only_its_own_work(db: Database) -> None:
    """A broken constraint undoes the work that broke it, on both engines, and the caller sees IntegrityError."""
    await db.run(put("taken"))
    results = await asyncio.gather(db.run(put("a")), db.run(put("taken")), db.run(put("b")), return_exceptions=True)
    assert [type(result) for result in results] == [str, sa.exc.IntegrityError, str]
    assert await db.run(names) == ["a", "b", "taken"]


async def test_urgent_works_overtake_and_equals_keep_their_order(db: Database) -> None:
    """Whatever waits leaves by priority, and first come first served within one priority."""
    database = Database(str(db.engine.url.render_as_string(hide_password=False)), threads=1)
    gate = Gate(database, 1)
    await gate.shut()
    order: list[str] = []
    waiting = []
    for priority, name in ((BULK, "bulk"), (NORMAL, "first"), (NORMAL, "second"), (URGENT, "urgent"), (NORMAL, "third")):
        waiting.append(asyncio.ensure_future(database.run(note(order, name), priority)))
        await asyncio.sleep(0)
    await gate.open()
    await asyncio.gather(*waiting)
    assert order == ["urgent", "first", "second", "third", "bulk"]
    await asyncio.to_thread(database.close)


@SQLITE
async def test_a_result_is_given_out_only_after_its_commit(db: Database, database_url: str) -> None:
    """Whoever gets a result can read the row through another connection: the commit was before it."""
    path = str(db.engine.url.database)

    async def put_then_look(name: str) -> int:
        await db.run(put(name))
        with sqlite3.connect(path) as other:
            found: int = other.execute("SELECT count(*) FROM counter WHERE name = ?", [name]).fetchone()[0]
        other.close()
        return found

    assert set(await asyncio.gather(*(put_then_look(f"n{n}") for n in range(40)))) == {1}


@SQLITE
async def test_waiting_works_share_a_commit(db: Database) -> None:
    """Works that waited together are committed by one COMMIT."""
    commits: list[int] = []
    sa.event.listen(db.engine, "commit", lambda _: commits.append(1))
    gate = await hold(db)
    waiting = [asyncio.ensure_future(db.run(put(f"n{n}"))) for n in range(30)]
    await asyncio.sleep(0)
    await gate.open()
    await asyncio.gather(*waiting)
    assert len(commits) <= 2


async def test_closing_finishes_what_is_queued_and_refuses_what_comes_later(db: Database) -> None:
    """A graceful stop loses no work that was accepted; afterwards the storage is down, which no message is blamed for."""
    gate = await hold(db)
    waiting = [asyncio.ensure_future(db.run(put(f"n{n}"))) for n in range(10)]
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(asyncio.to_thread(db.close))
    await gate.open()
    assert await asyncio.gather(*waiting) == [f"n{n}" for n in range(10)]
    await closing
    with pytest.raises(StorageDown, match="closed"):
        await db.run(names)


async def test_a_work_cancelled_while_it_waits_is_never_begun(db: Database) -> None:
    """Cancelling a caller whose work still waits drops that work and no other."""
    gate = await hold(db)
    dropped, kept = asyncio.ensure_future(db.run(put("dropped"))), asyncio.ensure_future(db.run(put("kept")))
    await asyncio.sleep(0)
    dropped.cancel()
    await asyncio.sleep(0)
    await gate.open()
    await kept
    assert await db.run(names) == ["kept"]


def test_run_sync_is_the_same_from_other_threads(db: Database) -> None:
    """The command line and other threads wait for their works without asyncio, errors included."""
    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(lambda n: db.run_sync(put(n)), ["a", "b", "c"])) == ["a", "b", "c"]
    with pytest.raises(LookupError):
        db.run_sync(put_and_fail("x"))
    assert db.run_sync(names) == ["a", "b", "c"]


def test_a_work_that_waits_for_a_work_is_refused(db: Database) -> None:
    """A work inside a work would wait for itself for ever: it is an error at once."""
    with pytest.raises(RuntimeError, match="must not wait"):
        db.run_sync(lambda _: db.run_sync(names))


@SQLITE
async def test_the_file_is_for_its_owner_only(db: Database, tmp_path: Path) -> None:
    """The database and its write-ahead log are readable by nobody else."""
    database = Database(f"sqlite:///{tmp_path}/new/test.sqlite3")
    await database.run(lambda connection: connection.exec_driver_sql("CREATE TABLE x (y)").close())
    assert {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()}.items() >= {
        "test.sqlite3": 0o600,
        "test.sqlite3-wal": 0o600,
    }.items()
    await asyncio.to_thread(database.close)


@SQLITE
async def test_sqlite_is_durable(database_url: str) -> None:
    """The write-ahead log is on, each commit is synced, and what is erased is overwritten."""
    pragmas = ("journal_mode", "synchronous", "secure_delete")
    database = Database(database_url)  # the fixture's own syncs nothing
    assert await database.run(lambda c: [c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]) == ["wal", 2, 1]
    await asyncio.to_thread(database.close)


@pytest.mark.parametrize("url", ["mysql://user:verysecret@host/x", "sqlite://", "nonsense verysecret", "sqlite:///:memory:"])
def test_other_urls_are_refused_in_one_sentence(url: str) -> None:
    """A URL that is no SQLite file and no PostgreSQL is refused without being repeated."""
    with pytest.raises(ValueError, match="the database URL must") as caught:
        Database(url)
    assert "verysecret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
async def test_every_spelling_of_postgresql_means_psycopg(scheme: str) -> None:
    """Hosting services hand out postgres://: it is taken as it is."""
    database = Database(f"{scheme}://host/name", threads=1)
    assert database.engine.url.drivername == "postgresql+psycopg"
    await asyncio.to_thread(database.close)


async def test_a_unit_is_committed_only_with_its_work(db: Database) -> None:
    """What a work read vouches for others after its commit, never after a rollback, and not past a rolled back inner savepoint."""
    seen: list[Unit | None] = []

    def look(connection: sa.Connection) -> None:
        seen.append(current_unit(connection))

    def fail(connection: sa.Connection) -> None:
        look(connection)
        raise LookupError

    def undo_inside(connection: sa.Connection) -> None:
        inner = connection.begin_nested()
        look(connection)
        inner.rollback()
        look(connection)

    await db.run(look)
    with pytest.raises(LookupError):
        await db.run(fail)
    await db.run(undo_inside)
    assert [unit is not None and unit.committed for unit in seen] == [True, False, False, True]


async def test_outside_of_a_work_there_is_no_unit(db: Database) -> None:
    """A connection taken by hand has no unit, even where a work has used it before."""
    await db.run(names)
    with db.engine.connect() as connection:
        assert current_unit(connection) is None


async def test_insert_once_works_inside_works(db: Database) -> None:
    """A second insert of the same key does nothing and says so, on both engines."""
    once = {"name": "x", "value": 1}
    assert [await db.run(lambda c: insert_once(c, COUNTER, once)) for _ in range(2)] == [True, False]
