"""Zalo's ear by polling. `getUpdates` gives one event or none, knows no offset and takes no acknowledgement. It is reported to replay what was
consumed, for ever, and to lose what came while nobody polled; this survives both:

1. What was taken is kept here until it has been heard, and tried again; meanwhile nothing is polled past it, within bounds (below).
2. What was heard is remembered, so that a replay costs nothing here; whether it is one is decided for good by the inbox.
3. `listened` is told after every poll that the platform answered and whose event has been heard: a gap can be seen by it.

The bounds: at most MAX_UNFINISHED events at once; and where one has not been heard for `hold` seconds, one more poll, and so on. For what
nobody polls may be lost as well, and one event that can never be stored must not make the bot deaf for everybody else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.channels import Hear, TokenRefused, Undecodable
from bot.channels.order import Backoff, Lanes, Patience, being_stopped
from bot.channels.zalo.asking import NOT_FOUND, Asker
from bot.channels.zalo.decode import Unread, read, unwrap
from models.talk import Incoming

log = logging.getLogger(__name__)

MAX_UNFINISHED = 50  # events
MAX_REMEMBERED = 20_000  # ids of events: at one a poll more than five hours of replays
_ON_TOP = 15  # seconds that a poll may take beyond the time for which the platform holds it
_IDLE = 408


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds. `between`: from the beginning of one poll to that of the next, at least; `hold`: how long nothing is polled past an event that
    could not be heard; `fresh`: where events are posted, between two looks at those that could not be heard."""

    between: float = 1.0
    hold: float = 60.0
    fresh: float = 5.0


class Kept:
    """The events that were taken and are not heard yet: this process is the only place where they are."""

    def __init__(self) -> None:
        self._waiting: dict[str, bool] = {}  # external id: whether a try has failed
        self._heard: dict[str, None] = {}
        self._changed = asyncio.Event()

    def take(self, external_id: str) -> bool:
        """False: under way already, or heard."""
        if external_id in self._waiting or external_id in self._heard:
            return False
        self._waiting[external_id] = False
        return True

    def failed(self, external_id: str) -> None:
        self._waiting[external_id] = True
        self._changed.set()

    def heard(self, external_id: str) -> None:
        del self._waiting[external_id]
        self._heard[external_id] = None
        if len(self._heard) > MAX_REMEMBERED:
            del self._heard[next(iter(self._heard))]
        self._changed.set()

    @property
    def unfinished(self) -> int:
        return len(self._waiting)

    @property
    def failing(self) -> bool:
        return any(self._waiting.values())

    async def until(self, holds: Callable[[], bool], most: float) -> None:
        """Return as soon as it holds, or after `most` seconds."""
        try:
            async with asyncio.timeout(most):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return


@dataclass(frozen=True, slots=True)
class _Listening:
    """One run of the ear."""

    lanes: Lanes
    hear: Hear
    undecodable: Undecodable
    kept: Kept = field(default_factory=Kept)


class Ear:
    """`listened` is told (real time) that the bot was listening until then; `clock` gives its time to an event that brings none."""

    def __init__(
        self,
        asker: Asker,
        channel: str,
        *,
        listened: Callable[[datetime], None],
        patience: Patience | None = None,
        pauses: Pauses | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._asker, self._channel, self._listened, self._clock = asker, channel, listened, clock
        self._patience, self._pauses = patience or Patience(), pauses or Pauses()

    async def run(self, hear: Hear, undecodable: Undecodable) -> None:
        """Until cancelled. Raises TokenRefused when the platform does not know the token; everything else is waited out."""
        log.info("%s: polling", self._channel)
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._poll(_Listening(Lanes(tasks), hear, undecodable))
        except ExceptionGroup as errors:
            refused, others = errors.split(TokenRefused)
            if refused is not None and others is None:
                raise refused.exceptions[0] from None
            raise

    async def _poll(self, listening: _Listening) -> None:
        kept, now = listening.kept, asyncio.get_running_loop().time
        await self._without_webhook()
        while True:
            await kept.until(lambda: not kept.failing, self._pauses.hold)
            while kept.unfinished >= MAX_UNFINISHED:
                await kept.until(lambda: kept.unfinished < MAX_UNFINISHED, self._pauses.hold)
            began = now()
            events = await self._next()
            answered = datetime.now(UTC)
            for event in events:
                self._route(event, listening)
            await kept.until(lambda: not kept.unfinished, max(self._pauses.between, self._patience.settle))
            if not kept.failing:
                self._listened(answered)
            await asyncio.sleep(began + self._pauses.between - now())

    async def _next(self) -> list[Any]:
        """What one poll gives: an event, or none."""
        held = self._patience.long_poll
        poll = self._asker.ask("getUpdates", {"timeout": held}, held + _ON_TOP, nothing=_IDLE, settled=self._without_webhook)
        found = unwrap(await poll)
        return found if isinstance(found, list) else [found] if found else []  # a list: not promised, and not to be lost if it comes

    def _route(self, event: Any, listening: _Listening) -> None:
        found = read(event, self._channel, self._clock())
        if found is None or not listening.kept.take(found.external_id):
            return
        if isinstance(found, Incoming):
            listening.lanes.put(found.chat, lambda: self._hear(listening.kept, found.external_id, lambda: listening.hear(found)))
        else:
            log.error("%s: an event could not be decoded (%s)", self._channel, found.reason)
            listening.lanes.put("", lambda: self._hear(listening.kept, found.external_id, lambda: self._record(listening, found)))

    async def _record(self, listening: _Listening, unread: Unread) -> None:
        await listening.undecodable(self._channel, unread.external_id, unread.reason)

    async def _hear(self, kept: Kept, external_id: str, attempt: Callable[[], Awaitable[None]]) -> None:
        """Until it has committed: meanwhile this chat waits behind it."""
        backoff = Backoff(self._patience)
        while True:
            try:
                await attempt()
            except (Exception, asyncio.CancelledError) as error:  # whatever is raised means "not committed"
                if isinstance(error, asyncio.CancelledError) and being_stopped():
                    raise
                wait = backoff.wait()
                kept.failed(external_id)
                log.warning("%s: an event is not stored yet (%s); again in %.1f s", self._channel, type(error).__name__, wait)
                await asyncio.sleep(wait)
            else:
                kept.heard(external_id)
                return

    async def _without_webhook(self) -> bool:
        """A bot that has a webhook gets nothing by polling. False: there is still something to ask."""
        if await self._asker.hooked():
            log.warning("%s: a webhook is set; taking it away, because this installation polls", self._channel)
            await self._asker.ask("deleteWebhook", nothing=NOT_FOUND)
        return False
