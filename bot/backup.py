"""A copy of the database before something changes it, consistent while the service goes on writing.

The copy holds ciphertext where the database does; without the master keys (BAONGAY_SECRET_KEYS) it restores nothing private.
"""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
import structlog

from bot.engines import plain_url

log = structlog.get_logger()

KEPT = 7  # newest backups; older ones are removed after a new one is safe
_NAME = re.compile(r"baongay-\d{8}T\d{12}Z\.(sqlite3|dump)")


class BackupFailed(Exception):  # noqa: N818  the name says what happened
    """No backup was made. Nothing may be changed."""


def backup(url: str, folder: Path) -> Path | None:
    """Copy the database of `url` into `folder`; the copy's path, or None where that is the operator's (PostgreSQL without pg_dump, which is
    logged). A file appears under its name only when it is whole and on the disk. Raises BackupFailed."""
    where = plain_url(url)
    postgresql = where.drivername != "sqlite"
    if postgresql and shutil.which("pg_dump") is None:
        log.warning("backup_is_yours", reason="pg_dump was not found: back up the PostgreSQL database yourself before going on")
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    made = folder / f"baongay-{stamp}Z.{'dump' if postgresql else 'sqlite3'}"
    aside = made.with_name(made.name + ".part")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        (_dump if postgresql else _copy)(where, aside)
        _sync(aside)
        aside.replace(made)
        _sync(folder)
        _forget_old(folder)
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise BackupFailed(f"the backup in {folder} could not be made: {type(error).__name__}: {error}") from None
    log.info("backed_up", file=made.name, bytes=made.stat().st_size)
    return made


def _copy(where: sa.URL, to: Path) -> None:
    """SQLite's own backup: a consistent state, whoever writes meanwhile. Checked, because a broken copy is worse than none."""
    path = Path(str(where.database)).absolute()
    with (
        contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)) as source,
        contextlib.closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        found = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError("the copy is damaged")


def _dump(where: sa.URL, to: Path) -> None:
    """pg_dump in its own format (pg_restore reads it). The password goes by the environment: arguments can be read by everybody."""
    password = {"PGPASSWORD": where.password} if where.password else {}
    bare = where.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    command = ["pg_dump", "--format=custom", "--no-password", f"--file={to}", f"--dbname={bare}"]
    done = subprocess.run(command, env=os.environ | password, capture_output=True, text=True, check=False)  # noqa: S603  no shell, our own words
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise OSError(f"pg_dump: {reason}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _forget_old(folder: Path) -> None:
    """Keep the newest KEPT of our own files, whatever else lies there."""
    for old in sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))[:-KEPT]:
        old.unlink(missing_ok=True)
