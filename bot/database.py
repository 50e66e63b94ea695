"""The one way to the database: short synchronous works, each whole or not at all, called from asyncio or from the command line.

    SQLite        one writer thread, one connection; the works that wait share one COMMIT, each in a savepoint of its own
    PostgreSQL    a few threads, one transaction a work; deadlocks and serialization failures are run again

Waiting works leave by priority (a lower number first), first come first served within it. A result is given out only after its
COMMIT has returned.
"""

import asyncio
import contextlib
import heapq
import itertools
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.engines import StorageDown, connected, for_caller, make_engine, retryable

__all__ = ["BULK", "NORMAL", "URGENT", "Database", "StorageDown", "Unit", "Work", "current_unit"]

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

URGENT, NORMAL, BULK = 0, 1, 2

_GROUP = 64  # works that may share one COMMIT
_GROUP_SECONDS = 0.02  # and for how long it may stay open: what is done waits for the slowest
_TRIES = 5


class Unit:
    """One work's part of a transaction: what was read or written under it holds for others only once it is `committed`."""

    __slots__ = ("committed",)

    def __init__(self) -> None:
        self.committed = False


def current_unit(db: sa.Connection) -> Unit | None:
    """The unit of the work that is running on this connection; None on a connection that did not come from `Database`."""
    return db.info.get("unit")


class _Job:
    """A work in the queue. `outcome` is kept until the commit."""

    __slots__ = ("error", "future", "result", "unit", "work")

    def __init__(self, work: Work[Any]) -> None:
        self.work, self.future, self.unit = work, Future[Any](), Unit()
        self.result: Any = None
        self.error: BaseException | None = None

    def call(self, db: sa.Connection) -> None:
        """Run the work as a unit of the open transaction; raises what it raises."""
        info = db.info  # kept: an invalidated connection no longer gives it
        info["unit"] = self.unit
        try:
            self.result = self.work(db)
            self.unit = info["unit"]  # a rolled back inner savepoint has put another one there
        finally:
            del info["unit"]  # a stale unit would vouch for whatever somebody else does on this connection

    def settle(self) -> None:
        """After the COMMIT (or instead of it): give the outcome to whoever waits."""
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.unit.committed = True
            self.future.set_result(self.result)


class _Queue:
    """Jobs waiting for a thread."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, _Job]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, priority: int, job: _Job) -> None:
        with self._changed:
            if self._closed:
                raise StorageDown("the database has been closed")
            heapq.heappush(self._heap, (priority, next(self._count), job))
            self._changed.notify()

    def get(self) -> _Job | None:
        """The next job, waiting for one; None when the queue is closed and empty."""
        with self._changed:
            while (job := self._pop()) is None and not self._closed:
                self._changed.wait()
            return job

    def get_nowait(self) -> _Job | None:
        with self._changed:
            return self._pop()

    def _pop(self) -> _Job | None:
        """The first job whose caller still waits: one that was cancelled in the queue is never begun."""
        while self._heap:
            job = heapq.heappop(self._heap)[2]
            if job.future.set_running_or_notify_cancel():
                return job
        return None

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Database:
    """`url` as SQLAlchemy takes it ("sqlite:///var/x.sqlite3"); "postgres://" and "postgresql://" mean psycopg 3. Nothing is opened
    before the first work. `threads` is for PostgreSQL; SQLite always has one."""

    def __init__(self, url: str, threads: int = 6) -> None:
        self.url = url  # may carry a password: for opening, never for showing
        self.engine = make_engine(url, threads)
        self.is_postgresql = self.engine.dialect.name == "postgresql"
        sa.event.listen(self.engine, "rollback_savepoint", _new_unit)
        self._queue = _Queue()
        serve, count = (self._serve_singly, threads) if self.is_postgresql else (self._serve_grouped, 1)
        self._threads = [threading.Thread(target=serve, name=f"database-{n}", daemon=True) for n in range(count)]
        for thread in self._threads:
            thread.start()

    async def run(self, work: Callable[[sa.Connection], T], priority: int = NORMAL) -> T:
        """One transaction: committed when `work` returns, rolled back when it raises. `work` may be called again after a deadlock, so it
        changes nothing but the database. Raises StorageDown; whatever else `work` raises passes through. A caller that is cancelled
        does not take back a work that has begun."""
        return await asyncio.wrap_future(self._submit(work, priority))

    def run_sync(self, work: Callable[[sa.Connection], T], priority: int = NORMAL) -> T:
        """`run` for the command line, migrations and other threads: waits where it is called."""
        return self._submit(work, priority).result()

    def close(self) -> None:
        """Finish what is queued, refuse what comes later, close the connections. Waits; may be called twice."""
        self._queue.close()
        for thread in self._threads:
            thread.join()
        self.engine.dispose()

    def _submit(self, work: Callable[[sa.Connection], T], priority: int) -> "Future[T]":
        if threading.current_thread() in self._threads:
            raise RuntimeError("a work must not wait for another work: it would wait for itself")
        job = _Job(work)
        self._queue.put(priority, job)
        return job.future

    # --- SQLite -------------------------------------------------------------------------------------------------------

    def _serve_grouped(self) -> None:
        with contextlib.ExitStack() as opened:
            db: sa.Connection | None = None
            while (job := self._queue.get()) is not None:
                group: list[_Job] = [job]
                try:
                    db = db or opened.enter_context(connected(self.engine))
                    with db.begin():
                        self._fill(db, group)
                except Exception as error:  # noqa: BLE001  not swallowed: every waiting caller gets it, and this thread must live on
                    _fail(group, error)
                    db = None
                    with contextlib.suppress(Exception):  # a connection that failed may fail to close as well
                        opened.close()
                for done in group:
                    done.settle()

    def _fill(self, db: sa.Connection, group: list[_Job]) -> None:
        """Run the first job of `group`, then those that wait, until the group is full, its time is over or nobody waits."""
        until = time.monotonic() + _GROUP_SECONDS
        _run_in_savepoint(db, group[0])
        while len(group) < _GROUP and time.monotonic() < until and (job := self._queue.get_nowait()):
            group.append(job)
            _run_in_savepoint(db, job)

    # --- PostgreSQL ---------------------------------------------------------------------------------------------------

    def _serve_singly(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                self._run_alone(job)
            except BaseException as error:  # noqa: BLE001  not swallowed: the waiting caller gets it
                job.error = for_caller(error)
            job.settle()

    def _run_alone(self, job: _Job) -> None:
        for tries_left in reversed(range(_TRIES)):
            job.unit, committing = Unit(), False
            try:
                with self.engine.begin() as db:
                    job.call(db)
                    committing = True
                return
            except sa.exc.DBAPIError as error:
                if not tries_left or not retryable(error, committing):
                    raise
            time.sleep(random.uniform(0.002, 0.02) * (_TRIES - tries_left))


def _run_in_savepoint(db: sa.Connection, job: _Job) -> None:
    """Run one job of a group: its failure undoes its own savepoint only. Raises when the transaction itself is lost."""
    sqlite: Any = db.connection.driver_connection  # bare: SQLAlchemy's savepoints cost as much as a small work
    sqlite.execute("SAVEPOINT work")
    try:
        job.call(db)
    except BaseException as error:  # noqa: BLE001  not swallowed: the waiting caller gets it
        job.error = for_caller(error)
        if isinstance(job.error, StorageDown):
            raise job.error from None
        sqlite.execute("ROLLBACK TO work")
    sqlite.execute("RELEASE work")


def _fail(group: list[_Job], error: Exception) -> None:
    """The transaction is lost and nothing of the group was kept. Who broke it gets the error; for the others the storage was down, so that
    no neighbour's bug is counted against their messages."""
    cause = for_caller(error)
    others = cause if isinstance(cause, StorageDown) else StorageDown("the shared transaction was lost")
    for job in group[:-1]:
        job.error = job.error or others
    group[-1].error = group[-1].error or cause


def _new_unit(db: sa.Connection, name: str, context: None) -> None:
    """What was read or written so far in this work may be undone: it vouches for nothing any more."""
    if not db.invalidated and "unit" in db.info:
        db.info["unit"] = Unit()
