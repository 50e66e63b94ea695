"""One process an SQLite file: a lock beside it says so. (PostgreSQL takes any number of processes.)"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class AlreadyRunning(Exception):  # noqa: N818  the name says what happened
    """Another process works on this database file."""


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold `<database>.lock` for the block. The system lets go of it however the process ends, so a lock is never left over; the file
    stays, because removing it would let two processes lock two files of one name. Raises AlreadyRunning."""
    database.parent.mkdir(parents=True, exist_ok=True)
    path = database.with_name(database.name + ".lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode(errors="replace").strip() or "unknown"
            raise AlreadyRunning(
                f"another Báo Ngay (process {holder}) is using {database}: stop it first, or set BAONGAY_DATABASE_URL to PostgreSQL for several"
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)
