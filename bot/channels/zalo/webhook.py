"""Zalo's ear by webhook: the platform posts each event to the public address. It neither promises to post again nor that it waits, so an event
that could not be stored is answered 503 and kept here as well, until it has been heard: in whatever process it was posted to, because of
several behind one address only one runs the ear."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.channels import Hear, Undecodable
from bot.channels.hook import Webhook, as_json, hook_path, hook_secret, is_from_platform, limited
from bot.channels.zalo.asking import Asker
from bot.channels.zalo.decode import Unread, read, unwrap
from bot.channels.zalo.limits import MAX_BODY
from models.talk import Incoming

log = logging.getLogger(__name__)

HEADER = "X-Bot-Api-Secret-Token"
MAX_KEPT = 200  # events
STANDS = timedelta(minutes=5)  # after an event was not even kept: longer than what counts as a gap in listening, so that it is told
_WATCHED = 60  # notes of having listened, between two looks at the platform's own record of the webhook


class NotInOrder(Exception):  # noqa: N818  the name says what happened
    """An earlier message of the same chat is not stored yet."""


class Posts:
    """What the platform posts for one channel."""

    def __init__(self, channel: str, webhook: Webhook, *, fresh: float, clock: Callable[[], datetime]) -> None:
        self._channel, self._webhook, self._fresh, self._clock = channel, webhook, fresh, clock
        self._url = webhook.url.rstrip("/") + hook_path(channel)
        self._kept: deque[Incoming] = deque()
        self._missed_at: datetime | None = None  # real time: the last event that was not even kept

    def add_route(self, app: web.Application, hear: Hear, undecodable: Undecodable) -> None:
        async def post(request: web.Request) -> web.Response:
            return await self._take(request, hear, undecodable)

        async def looking_after(_app: web.Application) -> AsyncIterator[None]:
            again = asyncio.ensure_future(self._look_after(hear))
            yield
            again.cancel()
            with suppress(asyncio.CancelledError):
                await again

        app.router.add_post(hook_path(self._channel), post)
        app.cleanup_ctx.append(looking_after)

    async def _take(self, request: web.Request, hear: Hear, undecodable: Undecodable) -> web.Response:
        if not is_from_platform(request.headers.get(HEADER), self._webhook.secret, self._channel):
            return web.Response(status=403)
        body = await limited(request, MAX_BODY)
        if body is None:
            return web.Response(status=413)
        found = read(unwrap(as_json(body)), self._channel, self._clock())
        try:
            await self._heard(found, hear, undecodable)
        except Exception as error:  # noqa: BLE001  whatever is raised means "not committed"
            log.warning("%s: a posted event is not stored yet (%s)", self._channel, type(error).__name__)
            return web.Response(status=503)
        return web.Response()

    async def _heard(self, found: Incoming | Unread | None, hear: Hear, undecodable: Undecodable) -> None:
        """Raises whatever kept it from being stored."""
        if isinstance(found, Unread):
            log.error("%s: an event could not be decoded (%s)", self._channel, found.reason)
            await undecodable(self._channel, found.external_id, found.reason)
        elif isinstance(found, Incoming):
            if any(earlier.chat == found.chat for earlier in self._kept):
                self._keep(found)
                raise NotInOrder
            try:
                await hear(found)
            except BaseException:
                self._keep(found)
                raise

    def _keep(self, incoming: Incoming) -> None:
        if any(earlier.external_id == incoming.external_id for earlier in self._kept):
            return
        if len(self._kept) < MAX_KEPT:
            self._kept.append(incoming)
            return
        self._missed_at = datetime.now(UTC)
        log.error("%s: an event could be neither stored nor kept: it is lost unless it is posted again", self._channel)

    async def _look_after(self, hear: Hear) -> None:
        """As long as the port is open, whether or not this process runs the ear."""
        try:
            while True:
                await asyncio.sleep(self._fresh)
                await self._again(hear)
        finally:
            if self._kept:
                log.error("%s: %s events were posted and never stored", self._channel, len(self._kept))

    async def _again(self, hear: Hear) -> None:
        """Hear what is kept, the oldest first, until one cannot be stored: the next round begins with another chat."""
        for incoming in list(self._kept):
            try:
                await hear(incoming)
            except Exception as error:  # noqa: BLE001  kept on
                log.warning("%s: a kept event is not stored yet (%s)", self._channel, type(error).__name__)
                self._to_the_back(incoming.chat)
                return
            self._kept = deque(other for other in self._kept if other is not incoming)

    def _to_the_back(self, chat: str) -> None:
        """Everything of this chat, in its order."""
        mine = [incoming for incoming in self._kept if incoming.chat == chat]
        self._kept = deque([*(incoming for incoming in self._kept if incoming.chat != chat), *mine])

    # --- telling the platform -----------------------------------------------------------------------------------------

    async def run(self, asker: Asker, listened: Callable[[datetime], None]) -> None:
        """Until cancelled: set the webhook and look after it. Raises TokenRefused."""
        await self._set(asker)
        while True:
            for _ in range(_WATCHED):
                if self._misses_nothing(datetime.now(UTC)):
                    listened(datetime.now(UTC))
                await asyncio.sleep(self._fresh)
            if await asker.hooked() not in {self._url, "?"}:
                log.warning("%s: the webhook was taken away or changed; setting it again", self._channel)
                await self._set(asker)

    def _misses_nothing(self, now: datetime) -> bool:
        """What is only kept would be lost with this process. What was not even kept is told: listening stands still until that is a gap."""
        return not self._kept and (self._missed_at is None or now - self._missed_at > STANDS)

    async def _set(self, asker: Asker) -> None:
        """It is saved even where the platform could not verify it just then: so a refusal is no reason to go on asking, if it is set."""

        async def is_set() -> bool:
            return await asker.hooked() == self._url

        body = {"url": self._url, "secret_token": hook_secret(self._webhook.secret, self._channel)}
        await asker.ask("setWebhook", body, settled=is_set)
        log.info("%s: posted to", self._channel)
