"""What an ear told, and a channel whose ear listens to an emulator."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from bot.channels import Channel
from models.talk import Incoming
from tests.emulators.telegram import TelegramServer
from tests.emulators.zalo import ZaloServer

C = TypeVar("C", bound=Channel)


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


@asynccontextmanager
async def listens(channel: C, server: TelegramServer | ZaloServer, hearing: Hearing) -> AsyncIterator[C]:
    """From its first poll until the block ends."""
    try:
        async with asyncio.TaskGroup() as tasks:
            ear = tasks.create_task(channel.listen(hearing.hear, hearing.undecodable))
            try:
                await server.wait_for(lambda: ear.done() or server.called("getUpdates"))
                yield channel
            finally:
                ear.cancel()
    finally:
        await channel.close()
