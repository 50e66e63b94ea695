"""An emulator for each test, and a channel that listens to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.channels.order import Patience
from bot.channels.zalo import Pauses, ZaloChannel
from models.talk import Incoming
from tests.emulators.zalo import ZaloServer

QUICK = Patience(first=0.02, most=0.05, settle=0.02, long_poll=5)
BRISK = Patience(first=0.02, most=0.05, settle=0.02, long_poll=0)  # a poll that is held would not see what a test changes meanwhile
AT_ONCE = Pauses(between=0.01, hold=5, fresh=0.02)


class StorageDown(Exception):  # noqa: N818  as the turn calls it
    pass


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
async def server() -> AsyncIterator[ZaloServer]:
    async with ZaloServer() as running:
        yield running


@pytest.fixture
def hearing() -> Hearing:
    return Hearing()


def a_channel(server: ZaloServer, **more: Any) -> ZaloChannel:
    return ZaloChannel(server.token, server.base_url, **{"patience": QUICK, "pauses": AT_ONCE, **more})


@asynccontextmanager
async def listening(server: ZaloServer, hearing: Hearing, **more: Any) -> AsyncIterator[ZaloChannel]:
    """A channel whose ear polls the emulator."""
    channel = a_channel(server, **more)
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
