"""Telegram's ear by webhook: Telegram posts each update to the public address, and again until it is answered with 200.

The route is our own and not aiogram's SimpleRequestHandler (docs/decisions/0011-our-own-webhook.md): one update that cannot be decoded
is recorded and skipped alone. Telegram keeps the updates of one chat in order: it posts the next one when the last was answered.
"""

import asyncio
import hashlib
import logging
import weakref
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from aiogram import Bot
from aiogram.methods import GetWebhookInfo, SetWebhook
from aiogram.types import WebhookInfo
from aiohttp import web

from bot.channels import Hear, Undecodable
from bot.channels.hook import Webhook, as_json, hook_path, hook_secret, is_from_platform, limited
from bot.channels.order import Patience
from bot.channels.telegram.asking import KINDS, Asking
from bot.channels.telegram.decode import CHANNEL, Me, read
from bot.channels.telegram.guard import scrub
from models.talk import Incoming

log = logging.getLogger(__name__)

HEADER = "X-Telegram-Bot-Api-Secret-Token"
RECENT = timedelta(minutes=5)  # a failed post, beside updates that wait: Telegram tries again within it
MAX_BODY = 1 << 20  # bytes: an update holds a message of 4096 characters and what it replies to


class Posts:
    """What Telegram posts. `username` tells the bot's own, and raises while that cannot be known. Any process may be posted to, whether or not
    it holds the ear's lease: several may stand behind one address."""

    def __init__(self, token: str, webhook: Webhook, username: Callable[[], Awaitable[str]], clock: Callable[[], datetime]) -> None:
        self._secret, self._username, self._clock = webhook.secret, username, clock
        self._bot = Bot(token)  # aiogram's types want to know theirs; nothing is asked through it
        self._chats: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def take(self, request: web.Request, hear: Hear, undecodable: Undecodable) -> web.Response:
        """200 once it has committed (or was recorded, or is nothing for us), 503 where it could not: then Telegram posts it again."""
        if not is_from_platform(request.headers.get(HEADER), self._secret, CHANNEL):
            return web.Response(status=403)
        body = await limited(request, MAX_BODY)
        if body is None:
            return web.Response(status=413)
        try:
            await self._heard(body, hear, undecodable)
        except Exception as error:  # noqa: BLE001  whatever is raised means "not committed"
            log.warning("telegram: a posted update has not committed (%s)", type(error).__name__)
            return web.Response(status=503)
        return web.Response()

    async def _heard(self, body: bytes, hear: Hear, undecodable: Undecodable) -> None:
        raw = as_json(body)
        number = raw.get("update_id") if isinstance(raw, dict) else None
        if not isinstance(number, int):
            await undecodable(CHANNEL, f"x{hashlib.sha256(body).hexdigest()[:32]}", "NoUpdate")
            return
        found = read(raw, self._bot, Me(self._bot.id, await self._username()), self._clock())
        if isinstance(found, Incoming):
            async with self._chats.setdefault(found.chat, asyncio.Lock()):
                await hear(found)
        elif found is not None:
            log.error("telegram: update %s could not be decoded (%s)", number, found)
            await undecodable(CHANNEL, f"u{number}", found)


class Arrivals:
    """Whether what Telegram posts arrives, by its own record: updates wait and the last try has failed, look after look. `patience` in seconds."""

    def __init__(self, patience: float) -> None:
        self._patience, self._told = timedelta(seconds=patience), False
        self._since: datetime | None = None

    def failing_since(self, info: WebhookInfo, now: datetime) -> datetime | None:
        """Since when posts fail, once that has lasted; says so in the log once. `now`: real time. An old error beside updates that wait is
        no failure: the record keeps the last error for good."""
        failed = info.last_error_date
        if not info.pending_update_count or failed is None or now - failed > RECENT:
            self._since, self._told = None, False
            return None
        self._since = self._since or now
        if now - self._since < self._patience:
            return None
        if not self._told:
            self._told = True
            log.error(
                "telegram: posts do not arrive (%s): check the web server in front of /hook/", scrub(info.last_error_message or "")[:200]
            )
        return self._since


async def be_posted_to(asking: Asking, webhook: Webhook, patience: Patience, deaf: Callable[[datetime | None], None]) -> None:
    """Until cancelled: tell Telegram where to post, and look now and then whether it still knows, and whether posts arrive (`deaf` is told since
    when they do not, None when they do). Raises TokenRefused."""
    arrivals = Arrivals(patience.posts)
    deaf(None)
    url, secret = webhook.url.rstrip("/") + hook_path(CHANNEL), hook_secret(webhook.secret, CHANNEL)
    while True:
        await asking.ask(lambda: SetWebhook(url=url, secret_token=secret, allowed_updates=KINDS, drop_pending_updates=False))
        log.info("telegram: posted to")
        while (info := await asking.ask(GetWebhookInfo)).url == url:
            deaf(arrivals.failing_since(info, datetime.now(UTC)))
            await asyncio.sleep(patience.look)
        log.warning("telegram: the webhook was taken away or changed; setting it again")
