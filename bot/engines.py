"""SQLAlchemy engines for both databases, and what their errors mean.

No error that leaves here carries a value: SQLAlchemy hides statement parameters, and PostgreSQL's own messages lose what quotes
rows ("Failing row contains (…)") before anything can log them (DESIGN rule 8).
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

_SQLITE_OUTAGES = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}  # not SQLITE_ERROR: sqlite3 calls "no such table" an OperationalError too, and that is a bug of ours
_POSTGRES_OUTAGES = ("25006", "25P03", "XX001", "XX002")  # besides every OperationalError: became a replica, was idle too long, damaged
_POSTGRES_AGAIN = ("40001", "40P01")  # serialization failure, deadlock: rolled back by the server, surely


class StorageDown(Exception):  # noqa: N818  the name says what happened
    """The database cannot be reached or written (connection, lock, disk). Never the caller's fault: wait, and do the same again. What
    was being committed at that moment may have been kept, so the work must be safe to repeat."""


def plain_url(url: str) -> sa.URL:
    """The URL with the one driver that we use. Raises ValueError in one sentence, without the URL: it may carry a password."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ValueError("the database URL must look like sqlite:///file or postgresql://user:password@host/name") from None
    if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed
    raise ValueError("the database URL must name an SQLite file (sqlite:///…) or PostgreSQL (postgresql://…)")


def make_engine(url: str, connections: int) -> sa.Engine:
    """An engine that shows no parameters. SQLite: one connection, held by the writer thread. Nothing is opened yet."""
    parsed = plain_url(url)
    if parsed.drivername == "sqlite":
        engine = sa.create_engine(parsed, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": 5})
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_immediate)
        return engine
    options = {
        "connect_timeout": "5",
        "application_name": "baongay",
        "options": "-c lock_timeout=15s -c idle_in_transaction_session_timeout=60s",  # a process that hangs must not hold a case for ever
    }
    connect_args = {name: value for name, value in options.items() if name not in parsed.query}
    engine = sa.create_engine(parsed, pool_size=connections, max_overflow=0, hide_parameters=True, connect_args=connect_args)
    sa.event.listen(engine, "handle_error", _take_values_out)
    return engine


@contextlib.contextmanager
def connected(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection to SQLite whose file, made here if need be, only its owner may read (the WAL takes the same mode)."""
    path = Path(str(engine.url.database))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageDown(f"the database file cannot be opened: {error.strerror}") from None
    with engine.connect() as db:
        yield db


@contextlib.contextmanager
def looking(url: str) -> Iterator[sa.Connection]:
    """A connection that can only read, beside a running service: it takes no lock file, makes no file and holds up no writer."""
    parsed = plain_url(url)
    if parsed.drivername == "sqlite":
        path = Path(str(parsed.database))
        if not path.exists():
            raise StorageDown("there is no database yet: `python -m bot run` makes it")
        where = f"file:{quote(str(path))}?mode=ro"
        engine = sa.create_engine(
            "sqlite://", poolclass=NullPool, hide_parameters=True, creator=lambda: sqlite3.connect(where, uri=True, timeout=5)
        )
    else:
        engine = make_engine(url, 1).execution_options(postgresql_readonly=True)
    try:
        with engine.connect() as db:
            yield db
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        raise for_caller(error) from None
    finally:
        engine.dispose()


def for_caller(error: BaseException) -> BaseException:
    """StorageDown for what is the storage's fault, else the error itself."""
    statement = error if isinstance(error, sa.exc.DBAPIError) else None
    driver = error if statement is None else statement.orig
    if isinstance(driver, sqlite3.Error):
        down = getattr(driver, "sqlite_errorcode", 0) & 0xFF in _SQLITE_OUTAGES
    else:
        down = isinstance(error, sa.exc.OperationalError) or getattr(driver, "sqlstate", None) in _POSTGRES_OUTAGES
        down = down or (statement is not None and statement.connection_invalidated)
    if not down:
        return error
    text = str(driver).splitlines() or ["the connection was lost"]
    return StorageDown(f"{type(driver).__name__}: {text[0]}")


def retryable(error: sa.exc.DBAPIError, committing: bool) -> bool:
    """True if nothing was kept for sure, so that the work may run again at once. A connection lost during COMMIT leaves that open."""
    return getattr(error.orig, "sqlstate", None) in _POSTGRES_AGAIN or (error.connection_invalidated and not committing)


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # transactions are ours: the driver's own begin too late and break savepoints
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a committed turn has been acknowledged: it must survive a power cut
        "busy_timeout=5000",  # a backup or a check from the command line
        "secure_delete=ON",  # an erased data key must not stay readable in a free page
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(db: sa.Connection) -> None:
    driver: Any = db.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE")  # a lock that is asked for late, after a read, fails at once instead of waiting


def _take_values_out(context: sa.engine.ExceptionContext) -> None:
    """Keep of PostgreSQL's error what names things; DETAIL, HINT and CONTEXT quote rows, and data exceptions (class 22) quote values."""
    diagnostics: Any = getattr(context.original_exception, "diag", None)
    if diagnostics is None or not diagnostics.sqlstate:
        return
    state = diagnostics.sqlstate
    text = f"{state} {'(a value was refused)' if state.startswith('22') else diagnostics.message_primary}"
    context.original_exception.args = (text,)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(context.original_exception).__name__}) {text}",)
