"""Telegram's ear: long polling through aiogram, one update decoded at a time, acknowledged only after its turn has committed.

aiogram's own polling confirms updates before their handlers finish and loses a whole batch over one that it cannot decode; so this loop
asks for raw updates and uses aiogram for the wire, for typed errors and for typed updates.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiogram.methods import TelegramMethod

from bot.channels import Hear, Undecodable
from bot.channels.order import being_stopped
from bot.channels.telegram.asking import KINDS, Asking
from bot.channels.telegram.decode import CHANNEL, Me, read
from bot.channels.telegram.order import Backoff, Lanes, Patience, Window
from models.talk import Incoming

log = logging.getLogger(__name__)

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


@dataclass(frozen=True, slots=True)
class _Listening:
    """One run of the ear."""

    lanes: Lanes
    hear: Hear
    undecodable: Undecodable
    window: Window = field(default_factory=Window)


class Ear:
    """`clock` gives a press its time (UTC); Telegram does not tell it."""

    def __init__(self, asking: Asking, me: Me, *, patience: Patience, clock: Callable[[], datetime]) -> None:
        self._asking, self._me, self._patience, self._clock = asking, me, patience, clock

    async def run(self, tasks: asyncio.TaskGroup, hear: Hear, undecodable: Undecodable) -> None:
        """Until cancelled. Raises TokenRefused when Telegram does not know the token; everything else is waited out."""
        await self._poll(_Listening(Lanes(tasks), hear, undecodable))

    async def _poll(self, listening: _Listening) -> None:
        window, held = listening.window, self._patience.long_poll
        while True:
            await window.settle(self._patience.settle)
            while window.unfinished >= MAX_UNFINISHED:
                await window.settle(self._patience.settle)
            # The offset is taken anew for every attempt: what has committed meanwhile is acknowledged by the next one.
            batch = await self._asking.ask(lambda: GetRawUpdates(offset=window.offset(), timeout=held), held + _ON_TOP)
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
        decoded = read(raw, self._asking.bot, self._me, self._clock())
        if decoded is None:
            window.finish(update_id)
        elif isinstance(decoded, Incoming):
            listening.lanes.put(decoded.chat, lambda: self._commit(window, update_id, lambda: listening.hear(decoded)))
        else:
            log.error("telegram: update %s could not be decoded (%s)", update_id, decoded)
            record = listening.undecodable
            listening.lanes.put("", lambda: self._commit(window, update_id, lambda: record(CHANNEL, f"u{update_id}", decoded)))

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
