"""Fixtures of the whole suite.

Whoever touches the database takes `db` and runs twice, on SQLite and on PostgreSQL ("[sqlite]", "[postgresql]"):

    async def test_something(db: Database, vault: Vault) -> None:
        await db.run(lambda connection: ...)

* `db`                  an open `Database` with every table, all empty; closed after the test
* `database_url`        its URL, for a process or a second `Database` of the test's own
* `empty_database_url`  a database without tables, on both engines: for migrations
* `vault`               a `Vault` with one fresh master key

One engine only: `@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)`. Set-up takes a few milliseconds; the
PostgreSQL server starts once a test process, with the first test that needs it (about a second). `db` does not wait for the disk, and
takes the SQL of a statement that an earlier test has compiled; a `Database` of the test's own does neither.
"""

import functools
import gc
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.database import Database
from bot.vault import Vault, make_key
from tests.databases import PostgresDatabases, SqliteFiles, hurry, postgresql_server

# The gate must say the same of the same code twice; whoever runs the tests by hand goes on looking for new examples. How fast a machine is says
# nothing of the code.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", parent=settings.get_profile("here"), derandomize=True)
settings.load_profile("gate" if os.environ.get("CI") or os.environ.get("BAONGAY_TEST_NO_SKIP") else "here")


@pytest.fixture(scope="session", autouse=True)
def _certificates() -> Iterator[None]:
    """Nothing here speaks TLS: the machine's certificates are read once, not once a client."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
        yield


def pytest_collection_finish() -> None:
    """Modules, plans and collected tests stay until the end: no search for garbage need look at them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _garbage_is_found() -> Iterator[None]:
    """A service freezes what its start-up made. Here many start in one process, and what they leave behind must not stay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "freeze", lambda: None)
        yield


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[PostgresDatabases]:
    with postgresql_server() as server:
        databases = PostgresDatabases(server)
        yield databases
        databases.close()


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with every table, all empty."""
    if request.param == "sqlite":
        yield request.getfixturevalue("_sqlite").lease(tmp_path)
        return
    with request.getfixturevalue("_postgresql").lease() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    with request.getfixturevalue("_postgresql").lease_without_tables() as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An open `Database` with every table, all empty."""
    database = Database(database_url)
    hurry(database)
    yield database
    database.close()


@pytest.fixture
def vault() -> Vault:
    """A `Vault` with one fresh master key."""
    return Vault([make_key()])
