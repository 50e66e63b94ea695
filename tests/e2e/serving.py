"""The training room as a newcomer starts it: `python -m bot run`, a process of its own on a free port, with a folder of its own.

async with served(folder) as room:
    room.url                     # http://127.0.0.1:…/
    await room.stop()            # SIGTERM, as a machine that shuts down says it
    await room.start()           # again, at the same address
"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0  # seconds for a start or a stop; a start takes one and a half where nothing else runs


class Served:
    """`url` stays the same over a restart, as an address does that somebody has open."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, ""
        self._port = self._starts = 0
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when it serves. Raises AssertionError with what it printed if it does not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._starts += 1
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"), cwd=self.folder, env=self._environment(), stdout=log, stderr=log
            )
        try:
            async with asyncio.timeout(_PATIENCE):
                while not (url := self._announced()):
                    assert self._process.returncode is None, f"it ended: {self.said()}"
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"it never served: {self.said()}") from None
        self.url, self._port = url, int(url.rstrip("/").rpartition(":")[2])

    async def stop(self) -> int:
        """Ask it to end and wait; its exit code."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_PATIENCE):
                return await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise AssertionError(f"it did not stop: {self.said()}") from None

    @property
    def log(self) -> Path:
        """One a start: the address that an earlier one printed must not be taken for that of a new one."""
        return self.folder / f"start-{self._starts}.log"

    def said(self) -> str:
        """Everything that it has printed since its newest start."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _environment(self) -> dict[str, str]:
        """Nothing of the tester's own settings: with a token it would be no training room."""
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("BAONGAY_")}
        ours = {
            "BAONGAY_DATA_DIR": str(self.folder),
            "BAONGAY_HTTP_PORT": str(self._port),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        return kept | ours

    def _announced(self) -> str:
        found = re.search(r"http://\S+/$", self.said(), flags=re.MULTILINE)
        return found[0] if found else ""


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Served]:
    room = Served(folder)
    try:
        await room.start()
        yield room
    finally:
        await room.stop()
