"""One process an SQLite file."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.lockfile import AlreadyRunning, locked

HOLD = "import sys; from pathlib import Path; from bot.lockfile import locked\nwith locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
ROOT = Path(__file__).parents[2]


def test_a_second_process_is_told_who_holds_the_file(tmp_path: Path) -> None:
    """While one process holds the lock another gets a sentence with its number; however the first ends, the lock is free again."""
    database = tmp_path / "new" / "x.sqlite3"
    first = subprocess.Popen([sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert first.stdout is not None
    assert first.stdout.readline() == b"held\n"
    with pytest.raises(AlreadyRunning, match=f"process {first.pid}"), locked(database):
        pass
    first.kill()
    first.communicate()
    with locked(database):
        pass


def test_the_lock_ends_with_its_block(tmp_path: Path) -> None:
    """Leaving the block lets the next one in, and inside it nobody, not even the same process."""
    with locked(tmp_path / "x"), pytest.raises(AlreadyRunning), locked(tmp_path / "x"):
        pass
    with locked(tmp_path / "x"), locked(tmp_path / "y"):
        pass
