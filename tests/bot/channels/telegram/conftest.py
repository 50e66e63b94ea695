"""An emulator for each test, and an ear that listens to it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import pytest

import bot.channels.telegram.listening  # noqa: F401  seconds on a busy machine: not within the first test's patience
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.order import Patience
from tests.bot.channels.hearing import Hearing, listens
from tests.emulators.telegram import TelegramServer

QUICK = Patience(first=0.02, most=0.05, settle=0.02, long_poll=5)


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        yield running


def listening(server: TelegramServer, hearing: Hearing, patience: Patience = QUICK) -> AbstractAsyncContextManager[TelegramChannel]:
    """A channel whose ear polls the emulator."""
    return listens(TelegramChannel(server.token, server.base_url, patience=patience), server, hearing)
