"""Telegram: aiogram is the ear, python-telegram-bot the mouth, and no module imports both.

aiogram costs 2.6 s and 165 MB, so it is imported when somebody listens and not before: the command line and a process that only sends do
without. Facts about the platform: https://core.telegram.org/bots/api and https://core.telegram.org/bots/faq (rates).

Privacy mode stays at its default, on, and there is nothing to set for it: in a group the bot is shown commands, replies to it and mentions of
it, and never what people say among themselves.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from aiohttp import web

from bot.channels import Capabilities, Hear, Menu, Outcome, Pace, Undecodable
from bot.channels.hook import Webhook, hook_path
from bot.channels.telegram.guard import TokenRefused, Unreachable
from bot.channels.telegram.limits import MAX_TEXT
from bot.channels.telegram.mouth import Mouth
from bot.channels.telegram.order import Patience
from models.talk import FileRef, Letter

if TYPE_CHECKING:
    from bot.channels.telegram.webhook import Posts

__all__ = ["TelegramChannel", "TokenRefused", "Unreachable"]

CAPABILITIES = Capabilities(
    buttons=True,
    edits=True,
    deletes=True,
    toasts=True,
    files_out=True,
    protects=True,
    max_text=MAX_TEXT,
    redelivers=True,
    title="Telegram",
    menus=True,
)
# Telegram names about 30 a second, 1 a second to one chat, 20 a minute to one group, and guarantees none of them.
REACHED_WITHIN = 10.0  # seconds
PACE = Pace(per_second=25, per_chat_second=1, per_group_minute=18, reserve=0.2)


class TelegramChannel:
    """One bot. It polls, or is posted to where `webhook` is given. `menus`: what everybody is offered while typing "/", set when it begins to
    listen. `capabilities.deep_link` is empty until the bot's user name is known (`identity`, or when it begins to listen)."""

    name = "telegram"

    def __init__(
        self,
        token: str,
        base: str = "https://api.telegram.org",
        *,
        webhook: Webhook | None = None,
        menus: tuple[Menu, ...] = (),
        patience: Patience | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.capabilities = CAPABILITIES
        self.pace = PACE
        self.listened_until: datetime | None = None  # nothing is missed: Telegram keeps what was not acknowledged for a day
        self.deaf_since: datetime | None = None
        self._token, self._base, self._webhook, self._menus = token, base, webhook, menus
        self._patience, self._clock = patience or Patience(), clock
        self._mouth = Mouth(token, base)
        self._username = ""

    async def listen(self, hear: Hear, undecodable: Undecodable) -> None:
        """Raises TokenRefused where Telegram does not know the token; runs until cancelled otherwise."""
        await asyncio.to_thread(import_module, f"{__name__}.listening")  # seconds, in which the other channels go on
        from bot.channels.telegram.listening import Listening

        listening = Listening(self._webhook, self._menus, self._patience, self._clock, self._met, self._deaf)
        await listening.run(self._token, self._base, hear, undecodable)

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
        """What Telegram posts to. aiogram is imported while the application starts: off the event loop, before the port is open, and before
        what start-up made is frozen (bot.app), so that no full collection goes over it in the middle of a post."""
        if (webhook := self._webhook) is None:
            return
        posts: list[Posts] = []

        async def prepare(_app: web.Application) -> None:
            await asyncio.to_thread(import_module, f"{__name__}.webhook")
            from bot.channels.telegram.webhook import Posts

            posts.append(Posts(self._token, webhook, self._user, self._clock))

        async def post(request: web.Request) -> web.Response:
            return await posts[0].take(request, hear, undecodable)

        app.on_startup.append(prepare)
        app.router.add_post(hook_path(self.name), post)

    async def close(self) -> None:
        await self._mouth.close()

    async def _user(self) -> str:
        """The bot's user name. Raises TokenRefused or Unreachable."""
        return self._username or await self.identity()

    def _deaf(self, since: datetime | None) -> None:
        self.deaf_since = since

    def _met(self, username: str) -> None:
        self._username = username
        self.capabilities = replace(self.capabilities, deep_link=f"https://t.me/{username}?start=%s")
