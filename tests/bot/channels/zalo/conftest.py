"""An emulator for each test, and a channel that listens to it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from bot.channels.order import Patience
from bot.channels.zalo import Pauses, ZaloChannel
from tests.bot.channels.hearing import Hearing, listens
from tests.emulators.zalo import ZaloServer

QUICK = Patience(first=0.02, most=0.05, settle=0.02, long_poll=5)
BRISK = Patience(first=0.02, most=0.05, settle=0.02, long_poll=0)  # a poll that is held would not see what a test changes meanwhile
AT_ONCE = Pauses(between=0.01, hold=5, fresh=0.02)


class StorageDown(Exception):  # noqa: N818  as the turn calls it
    pass


@pytest.fixture
async def server() -> AsyncIterator[ZaloServer]:
    async with ZaloServer() as running:
        yield running


def a_channel(server: ZaloServer, **more: Any) -> ZaloChannel:
    return ZaloChannel(server.token, server.base_url, **{"patience": QUICK, "pauses": AT_ONCE, **more})


def listening(server: ZaloServer, hearing: Hearing, **more: Any) -> AbstractAsyncContextManager[ZaloChannel]:
    """A channel whose ear polls the emulator."""
    return listens(a_channel(server, **more), server, hearing)
