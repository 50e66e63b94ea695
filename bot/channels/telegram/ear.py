"""Telegram's ear: long polling through aiogram, one update decoded at a time, acknowledged only after its turn has committed.

aiogram's own polling confirms updates before their handlers finish and loses a whole batch over one that it cannot decode; so this loop
asks for raw updates and uses aiogram for the wire, for typed errors and for typed updates.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError, TelegramConflictError, TelegramNotFound, TelegramRetryAfter, TelegramUnauthorizedError
from aiogram.methods import DeleteWebhook, GetMe, TelegramMethod
from aiogram.utils.token import TokenValidationError

from bot.channels import Hear, Undecodable
from bot.channels.order import being_stopped
from bot.channels.telegram.decode import CHANNEL, Me, decode, typed
from bot.channels.telegram.guard import TokenRefused, hush
from bot.channels.telegram.order import Backoff, Lanes, Patience, Window
from models.talk import Incoming

log = logging.getLogger(__name__)

KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]
MAX_UNFINISHED = 200  # updates in memory; Telegram itself shows at most 100 from the first unacknowledged one
_ON_TOP = 15  # seconds that a poll may take beyond the time for which the server holds it


class GetRawUpdates(TelegramMethod[list[Any]]):
    """getUpdates without types: aiogram's own refuses the whole batch for one update of an unknown shape."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = 100
    timeout: int = 0
    allowed_updates: list[str] = KINDS


class _Session(AiohttpSession):
    async def close(self) -> None:
        """Without aiogram's pause of 250 ms: aiohttp waits for its connections to close by itself since 3.12."""
        if self._session is not None:
            await self._session.close()


@dataclass(frozen=True, slots=True)
class _Listening:
    """One run of the ear."""

    me: Me
    lanes: Lanes
    hear: Hear
    undecodable: Undecodable
    window: Window = field(default_factory=Window)


class Ear:
    """`met` is told the bot's user name once it is known. `clock` gives a press its time (UTC); Telegram does not tell it."""

    def __init__(
        self,
        token: str,
        base: str,
        *,
        met: Callable[[str], None] = lambda _username: None,
        patience: Patience | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        hush("aiogram", "aiohttp.client")
        self._patience = patience or Patience()
        self._session = _Session(api=TelegramAPIServer.from_base(base))
        self._met = met
        self._clock = clock
        try:
            self._bot = Bot(token, session=self._session)
        except TokenValidationError:
            raise TokenRefused("this is not a Telegram bot token: check BAONGAY_TELEGRAM_TOKEN") from None

    async def run(self, hear: Hear, undecodable: Undecodable) -> None:
        """Until cancelled. Raises TokenRefused when Telegram does not know the token; everything else is waited out."""
        user = await self._ask(GetMe)
        me = Me(user.id, user.username or "")
        self._met(me.username)
        log.info("telegram: listening as @%s", me.username)
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._poll(_Listening(me, Lanes(tasks), hear, undecodable))
        except ExceptionGroup as errors:
            refused, others = errors.split(TokenRefused)
            if refused is not None and others is None:
                raise refused.exceptions[0] from None
            raise

    async def close(self) -> None:
        await self._session.close()

    async def _poll(self, listening: _Listening) -> None:
        window, held = listening.window, self._patience.long_poll
        while True:
            await window.settle(self._patience.settle)
            while window.unfinished >= MAX_UNFINISHED:
                await window.settle(self._patience.settle)
            # The offset is taken anew for every attempt: what has committed meanwhile is acknowledged by the next one.
            batch = await self._ask(lambda: GetRawUpdates(offset=window.offset(), timeout=held), held + _ON_TOP)
            for raw in batch:
                self._route(raw, listening)

    def _route(self, raw: Any, listening: _Listening) -> None:
        update_id = raw.get("update_id") if isinstance(raw, dict) else None
        if not isinstance(update_id, int):
            log.error("telegram: an update without a number was skipped")
            return
        window = listening.window
        window.saw(update_id)
        if not window.take(update_id):
            return
        decoded = self._decode(raw, listening.me)
        if decoded is None:
            window.finish(update_id)
        elif isinstance(decoded, Incoming):
            listening.lanes.put(decoded.chat, lambda: self._commit(window, update_id, lambda: listening.hear(decoded)))
        else:
            log.error("telegram: update %s could not be decoded (%s)", update_id, decoded)
            record = listening.undecodable
            listening.lanes.put("", lambda: self._commit(window, update_id, lambda: record(CHANNEL, f"u{update_id}", decoded)))

    def _decode(self, raw: dict[str, Any], me: Me) -> Incoming | str | None:
        """The Incoming, None for what nobody wants, or the class of the error: its text would quote what somebody wrote."""
        try:
            return decode(typed(raw, self._bot), me, self._clock())
        except Exception as error:  # noqa: BLE001  whatever is wrong with one update, it is recorded and the batch goes on
            return type(error).__name__

    async def _commit(self, window: Window, update_id: int, attempt: Callable[[], Awaitable[None]]) -> None:
        """Until it has committed: meanwhile this chat waits behind it, and Telegram is not told past it."""
        backoff = Backoff(self._patience)
        while True:
            try:
                await attempt()
            except (Exception, asyncio.CancelledError) as error:  # whatever a turn raises means "not committed"
                if isinstance(error, asyncio.CancelledError) and being_stopped():
                    raise
                wait = backoff.wait()
                log.warning("telegram: update %s has not committed (%s); again in %.1f s", update_id, type(error).__name__, wait)
                await asyncio.sleep(wait)
            else:
                window.finish(update_id)
                return

    async def _ask(self, method: Callable[[], TelegramMethod[Any]], timeout: int = 20) -> Any:  # noqa: ASYNC109  aiogram counts it
        """Telegram's answer, however long it takes to get one."""
        backoff = Backoff(self._patience)
        while True:
            try:
                return await self._bot(method(), request_timeout=timeout)
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise TokenRefused("Telegram refused the token (401): check BAONGAY_TELEGRAM_TOKEN") from None
            except TelegramConflictError as conflict:
                wait = backoff.wait()
                await self._conflict(conflict, wait)
            except TelegramRetryAfter as flood:
                wait = flood.retry_after + backoff.wait()
                log.warning("telegram: asked to wait for %s s", flood.retry_after)
            except (AiogramError, OSError, ValueError) as error:
                wait = backoff.wait()
                log.warning("telegram: cannot be reached (%s); again in %.1f s", type(error).__name__, wait)
            await asyncio.sleep(wait)

    async def _conflict(self, conflict: TelegramConflictError, wait: float) -> None:
        if "webhook" not in conflict.message.lower():
            log.error("telegram: another program polls with this bot's token (409): stop it, only one may. Again in %.1f s", wait)
            return
        log.warning("telegram: a webhook is set for this bot (409); taking it away, because this installation polls")
        try:
            await self._bot(DeleteWebhook(), request_timeout=20)
        except (AiogramError, OSError, ValueError) as error:
            log.warning("telegram: the webhook could not be taken away (%s)", type(error).__name__)
