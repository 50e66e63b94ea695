"""A life of the service in a process of its own, begun fast enough to be killed two hundred times: a fork server imports everything once."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

PRELOAD = [
    "bot.cli", "bot.compose", "bot.channels.telegram.listening", "bot.channels.telegram.mouth", "bot.plan_files", "bot.form_files", "alembic.command",
    "apscheduler.schedulers.asyncio",
]  # fmt: skip


def _live(environment: Mapping[str, str], log: str) -> None:
    """What `python -m bot run` does, in this process."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    for name in [name for name in os.environ if name.startswith("BAONGAY_")]:
        del os.environ[name]
    os.environ.update(environment)
    from bot import logs
    from bot.channels import Pace, telegram
    from bot.cli import serve
    from bot.settings import load_settings

    telegram.PACE = Pace(
        per_second=500, per_chat_second=50, per_group_minute=6000, reserve=0.2
    )  # scaled: the proof is about kills, not about waiting
    settings = load_settings(None)
    logs.configure(settings.log_level, settings.log_format)
    asyncio.run(serve(settings))


class Lives:
    """Starts, kills (SIGKILL) and stops (SIGTERM) one service."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log = dict(environment), log
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOAD)
        self._process: ForkServerProcess | None = None
        self.kills = 0

    def start(self) -> None:
        self._process = self._context.Process(target=_live, args=(self._environment, str(self._log)), daemon=True)
        self._process.start()

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)
        self.kills += 1

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, with_signal: signal.Signals) -> None:
        assert self._process is not None
        assert self._process.pid is not None
        assert self._process.is_alive(), f"the service ended by itself: {self._log.read_text()[-2000:]}"
        os.kill(self._process.pid, with_signal)
        await asyncio.to_thread(self._process.join, 30)
        assert self._process.exitcode is not None
