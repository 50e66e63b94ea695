"""Backups: consistent, whole, private, and only as many as help."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from bot.backup import KEPT, BackupFailed, backup
from bot.database import Database
from models.service import COUNTER

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def put(db: Database, name: str) -> None:
    db.run_sync(lambda connection: connection.execute(sa.insert(COUNTER), {"name": name, "value": 1}).close())


def names_in(path: Path) -> list[str]:
    with sqlite3.connect(path) as copy:
        found = [row[0] for row in copy.execute("SELECT name FROM counter ORDER BY name")]
    copy.close()
    return found


@SQLITE
def test_a_backup_has_what_was_committed_while_the_service_runs(db: Database, tmp_path: Path) -> None:
    """The copy is one private file with every committed row, the write-ahead log's included, and later rows do not reach it."""
    put(db, "before")
    made = backup(db.url, tmp_path / "backups")
    put(db, "after")
    assert made is not None
    assert names_in(made) == ["before"]
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [made.name]
    assert made.stat().st_mode & 0o777 == 0o600


@SQLITE
def test_an_open_transaction_is_not_in_the_backup(db: Database, tmp_path: Path) -> None:
    """What is not committed is not copied: the copy is a state that really was."""
    put(db, "kept")

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.insert(COUNTER), {"name": "open", "value": 1})
        made = backup(db.url, tmp_path / "backups")
        assert made is not None
        assert names_in(made) == ["kept"]

    db.run_sync(work)


@SQLITE
def test_the_newest_seven_are_kept(db: Database, tmp_path: Path) -> None:
    """An eighth backup removes the oldest; files that are not backups are left alone."""
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    made = [backup(db.url, folder) for _ in range(KEPT + 2)]
    assert sorted(folder.iterdir()) == sorted([*(path for path in made[2:] if path), folder / "notes.txt"])


@SQLITE
def test_a_folder_that_cannot_be_written_fails_in_words(db: Database, tmp_path: Path) -> None:
    """No backup is an error with a sentence, so that nothing is changed after it."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BackupFailed, match="could not be made"):
        backup(db.url, tmp_path / "file" / "backups")


def test_a_file_that_is_no_database_fails_and_leaves_nothing(tmp_path: Path) -> None:
    """A damaged database is told, and no half copy stays."""
    (tmp_path / "x.sqlite3").write_bytes(b"no database at all" * 1000)
    with pytest.raises(BackupFailed):
        backup(f"sqlite:///{tmp_path}/x.sqlite3", tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_missing_database_is_not_created_by_its_backup(tmp_path: Path) -> None:
    """Backing up a file that is not there fails instead of copying an empty one."""
    with pytest.raises(BackupFailed):
        backup(f"sqlite:///{tmp_path}/none.sqlite3", tmp_path / "backups")
    assert not (tmp_path / "none.sqlite3").exists()


@POSTGRESQL
def test_postgresql_is_dumped_where_pg_dump_is_found(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pg_dump the backup is an archive that pg_restore reads, private like the others."""
    if (pg_dump := shutil.which("pg_dump")) is None or not _dumps(db, pg_dump):
        pytest.skip("no pg_dump that is new enough for the server")
    put(db, "before")
    made = backup(db.url, tmp_path / "backups")
    assert made is not None
    assert made.read_bytes().startswith(b"PGDMP")
    assert made.stat().st_mode & 0o777 == 0o600


def _dumps(db: Database, pg_dump: str) -> bool:
    """pg_dump refuses a server that is newer than itself."""
    said = subprocess.run([pg_dump, "--version"], capture_output=True, text=True, check=True).stdout
    with psycopg.connect(db.url.replace("+psycopg", "")) as server:
        return int(said.split()[2].split(".")[0]) >= server.info.server_version // 10000


@POSTGRESQL
def test_without_pg_dump_the_operator_is_told(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pg_dump a log line says whose backup it is, and nothing fails."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with capture_logs() as logs:
        assert backup(db.url, tmp_path / "backups") is None
    assert [line["event"] for line in logs] == ["backup_is_yours"]


def test_a_failing_pg_dump_shows_no_password(tmp_path: Path) -> None:
    """pg_dump's own reason is told, the password is not."""
    if shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump")
    with pytest.raises(BackupFailed, match="pg_dump") as caught:
        backup("postgresql://user:verysecret@127.0.0.1:1/none", tmp_path / "backups")
    assert "verysecret" not in str(caught.value)
    assert list((tmp_path / "backups").iterdir()) == []
