"""Zalo, by the Zalo Bot Platform (https://bot-api.zaloplatforms.com): text both ways, photos and voice notes in. No buttons, no edits, no
deletes, no files out, no acknowledgement, and a month's quota: what that costs is in the capabilities, and nobody asks for the channel's name.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.channels import Capabilities, Hear, Outcome, TokenRefused, Undecodable, Unreachable
from bot.channels.hook import Webhook
from bot.channels.order import Patience
from bot.channels.zalo.asking import Asker, token_refused
from bot.channels.zalo.client import Client, NoAnswer, NotSent, Refused
from bot.channels.zalo.ear import Ear, Pauses
from bot.channels.zalo.files import Files
from bot.channels.zalo.limits import MAX_TEXT, PACE, QUOTA
from bot.channels.zalo.mouth import Mouth
from bot.channels.zalo.webhook import Posts
from models.talk import FileRef, Letter

__all__ = ["Pauses", "TokenRefused", "Unreachable", "ZaloChannel", "channel_name"]

BASE = "https://bot-api.zaloplatforms.com"
REACHED_WITHIN = 10.0  # seconds
CAPABILITIES = Capabilities(
    buttons=False,
    edits=False,
    deletes=False,
    toasts=False,
    files_out=False,
    protects=False,
    max_text=MAX_TEXT,
    redelivers=False,
    title="Zalo",
    mention="@Bot",
    menus=False,
    quota=QUOTA,
)


def channel_name(token: str) -> str:
    """ "zalo-<bot id>", the same for good, because rows refer to it: a token begins with its bot's id and a colon, and a renewed one with the
    same id. Of a token of another shape a digest is taken; renewed, it would be another channel."""
    bot, colon, _secret = token.partition(":")
    if colon and bot.isascii() and bot.isdecimal():
        return f"zalo-{bot}"
    return f"zalo-{hashlib.sha256(token.encode()).hexdigest()[:12]}"


class ZaloChannel:
    """One bot. It polls, or is posted to where `webhook` is given. `capabilities.mention` is "@Bot" until its name is known."""

    def __init__(
        self,
        token: str,
        base: str = BASE,
        *,
        webhook: Webhook | None = None,
        patience: Patience | None = None,
        pauses: Pauses | None = None,
        read: float = 20,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`read`: seconds to wait for an answer."""
        self.name = channel_name(token)
        self.capabilities = CAPABILITIES
        self.pace = PACE
        self.listened_until: datetime | None = None
        self.deaf_since: datetime | None = None  # the platform does not tell what becomes of its posts
        self._patience, self._pauses, self._clock = patience or Patience(), pauses or Pauses(), clock
        self._client = Client(token, base, read=read)
        self._asker = Asker(self._client, self._patience, self.name)
        self._mouth = Mouth(self._client, self.name)
        self._files = Files(base)
        self._posts = Posts(self.name, webhook, fresh=self._pauses.fresh, clock=clock) if webhook is not None else None

    async def listen(self, hear: Hear, undecodable: Undecodable) -> None:
        """Raises TokenRefused where Zalo does not know the token; runs until cancelled otherwise."""
        self._met(await self._asker.ask("getMe"))
        if self._posts is not None:
            await self._posts.run(self._asker, self._listened)
            return
        ear = Ear(
            self._asker, self.name, listened=self._listened, patience=self._patience, pauses=self._pauses, clock=self._clock
        )  # fmt: skip
        await ear.run(hear, undecodable)

    async def send(self, letter: Letter) -> Outcome:
        return await self._mouth.send(letter)

    async def fetch(self, file: FileRef) -> bytes:
        return await self._files.fetch(file)

    async def identity(self) -> str:
        """The bot's account name, as getMe tells. Raises TokenRefused or Unreachable."""
        try:
            return self._met(await self._client.call("getMe"))
        except Refused as refused:
            if refused.code == 401:
                raise token_refused(self.name) from None
            raise Unreachable(f"Zalo cannot be asked: {refused}") from None
        except (NotSent, NoAnswer) as error:
            raise Unreachable(f"Zalo cannot be asked: {error}") from None

    async def reachable(self) -> bool:
        try:
            async with asyncio.timeout(REACHED_WITHIN):
                await self.identity()
        except (TokenRefused, Unreachable, TimeoutError):
            return False
        return True

    def add_routes(self, app: web.Application, hear: Hear, undecodable: Undecodable) -> None:
        if self._posts is not None:
            self._posts.add_route(app, hear, undecodable)

    async def close(self) -> None:
        await self._client.close()
        await self._files.close()

    def _listened(self, until: datetime) -> None:
        self.listened_until = until

    def _met(self, me: Any) -> str:
        name = me.get("account_name") if isinstance(me, dict) else None
        if not (isinstance(name, str) and name.strip()):
            return ""
        self.capabilities = replace(self.capabilities, mention=f"@{name.strip()}")
        return name.strip()
