"""Telegram: aiogram is the ear, python-telegram-bot the mouth, and no module imports both.

aiogram costs 2.6 s and 165 MB, so it is imported when somebody listens and not before: the command line and a process that only sends do
without. Facts about the platform: https://core.telegram.org/bots/api and https://core.telegram.org/bots/faq (rates).
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module

from aiohttp import web

from bot.channels import Capabilities, Hear, Outcome, Pace, Undecodable
from bot.channels.telegram.guard import TokenRefused, Unreachable
from bot.channels.telegram.limits import MAX_TEXT
from bot.channels.telegram.mouth import Mouth
from bot.channels.telegram.order import Patience
from models.talk import FileRef, Letter

__all__ = ["TelegramChannel", "TokenRefused", "Unreachable"]

CAPABILITIES = Capabilities(
    buttons=True, edits=True, deletes=True, toasts=True, files_out=True, protects=True, max_text=MAX_TEXT, redelivers=True, title="Telegram"
)
# Telegram names about 30 a second, 1 a second to one chat, 20 a minute to one group, and guarantees none of them.
REACHED_WITHIN = 10.0  # seconds
PACE = Pace(per_second=25, per_chat_second=1, per_group_minute=18, reserve=0.2)


class TelegramChannel:
    """One bot. `capabilities.deep_link` is empty until the bot's user name is known (`identity`, or the first poll)."""

    name = "telegram"

    def __init__(
        self,
        token: str,
        base: str = "https://api.telegram.org",
        *,
        patience: Patience | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.capabilities = CAPABILITIES
        self.pace = PACE
        self.listened_until: datetime | None = None  # nothing is missed: Telegram keeps what was not acknowledged for a day
        self._token = token
        self._base = base
        self._patience = patience
        self._clock = clock
        self._mouth = Mouth(token, base)

    async def listen(self, hear: Hear, undecodable: Undecodable) -> None:
        """Raises TokenRefused where Telegram does not know the token; runs until cancelled otherwise."""
        await asyncio.to_thread(import_module, f"{__name__}.ear")  # seconds, in which the other channels go on
        from bot.channels.telegram.ear import Ear

        ear = Ear(self._token, self._base, met=self._met, patience=self._patience, clock=self._clock)
        try:
            await ear.run(hear, undecodable)
        finally:
            await ear.close()

    async def send(self, letter: Letter) -> Outcome:
        return await self._mouth.send(letter)

    async def fetch(self, file: FileRef) -> bytes:
        return await self._mouth.fetch(file)

    async def identity(self) -> str:
        """The bot's user name, as getMe tells. Raises TokenRefused or Unreachable."""
        username = await self._mouth.identity()
        self._met(username)
        return username

    async def reachable(self) -> bool:
        try:
            async with asyncio.timeout(REACHED_WITHIN):
                await self._mouth.identity()
        except (TokenRefused, Unreachable, TimeoutError):
            return False
        return True

    def add_routes(self, app: web.Application, hear: Hear, undecodable: Undecodable) -> None:
        """It polls."""

    async def close(self) -> None:
        await self._mouth.close()

    def _met(self, username: str) -> None:
        self.capabilities = replace(self.capabilities, deep_link=f"https://t.me/{username}?start=%s")
