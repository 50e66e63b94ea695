"""An emulator for each test, and an ear that listens to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

import bot.channels.telegram.listening  # noqa: F401  seconds on a busy machine: not within the first test's patience
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.order import Patience
from models.talk import Incoming
from tests.emulators.telegram import TelegramServer

QUICK = Patience(first=0.02, most=0.05, settle=0.02, long_poll=5)


async def _nothing(_incoming: Incoming) -> None:
    return None


@dataclass
class Hearing:
    """What an ear told: `started` when it came, `committed` when it was done. `obstacle` runs in between and may wait or raise."""

    started: list[Incoming] = field(default_factory=list)
    committed: list[Incoming] = field(default_factory=list)
    undecoded: list[tuple[str, str, str]] = field(default_factory=list)
    obstacle: Callable[[Incoming], Awaitable[None]] = _nothing

    async def hear(self, incoming: Incoming) -> None:
        self.started.append(incoming)
        await self.obstacle(incoming)
        self.committed.append(incoming)

    async def undecodable(self, channel: str, external_id: str, reason: str) -> None:
        self.undecoded.append((channel, external_id, reason))

    @property
    def texts(self) -> list[str]:
        return [incoming.text for incoming in self.committed]


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        yield running


@pytest.fixture
def hearing() -> Hearing:
    return Hearing()


@asynccontextmanager
async def listening(server: TelegramServer, hearing: Hearing, patience: Patience = QUICK) -> AsyncIterator[TelegramChannel]:
    """A channel whose ear polls the emulator."""
    channel = TelegramChannel(server.token, server.base_url, patience=patience)
    try:
        async with asyncio.TaskGroup() as tasks:
            ear = tasks.create_task(channel.listen(hearing.hear, hearing.undecodable))
            try:
                await server.wait_for(lambda: ear.done() or server.called("getUpdates"), 15)
                yield channel
            finally:
                ear.cancel()
    finally:
        await channel.close()
