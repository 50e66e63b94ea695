"""The clock as the page moves it: one move at a time, told while it runs, stopped when somebody asks, and no absurd dates."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.web.contract import TrainingRoom
from bot.channels.web.guard import Refused

YEARS = range(2020, 2036)  # the law and the calendar of the plans are known for these
FURTHEST = timedelta(days=366)  # one move
_TELL_EVERY = 0.25  # seconds: a move that is over sooner shows no progress at all


class Moving:
    """`tell` is called whenever pages should hear of the clock."""

    def __init__(self, room: TrainingRoom, zone: ZoneInfo, tell: Callable[[], None]) -> None:
        self._room, self._zone, self._tell = room, zone, tell
        self._one = asyncio.Lock()
        self._done: deque[str] = deque(maxlen=100)  # the ids of moves that were made
        self._way: dict[str, str | None] | None = None  # from where to where, while it moves
        self._halt = False
        self._told = 0.0

    def state(self) -> dict[str, Any]:
        """{"now"}, and while it moves "moving": {"from", "to"}, with None as `to` where the end is not known. All ISO 8601."""
        return {"now": self._room.now().isoformat()} | ({"moving": self._way} if self._way else {})

    def stop(self) -> None:
        """What runs just now is finished, and the clock stays there."""
        self._halt = True

    async def move(self, move_id: str, target: Callable[[datetime], datetime]) -> None:
        """Forward to `target(now)`. The same id twice is one move; moves never overlap."""
        async with self._one:
            if move_id in self._done:
                return
            now = self._room.now()
            to = target(now)
            self._check(now, to)
            await self._run(now, to, self._room.move(to, self._onward))
            self._done.append(move_id)

    async def move_on(self, move_id: str) -> None:
        """To the next thing that is due and says something."""
        async with self._one:
            if move_id in self._done:
                return
            now = self._room.now()
            if not await self._run(now, None, self._room.move_on(now + FURTHEST, self._onward)):
                raise Refused(409, "nothing_due")
            self._done.append(move_id)

    async def start_again(self, move_id: str, at: datetime | None, again: Callable[[], Awaitable[None]]) -> None:
        """`again` empties the room; a move that runs is stopped for it."""
        if at is not None and not self._sane(at):
            raise Refused(409, "absurd")
        self.stop()
        async with self._one:
            if move_id not in self._done:
                await again()
                self._done.append(move_id)

    # --- underneath ---------------------------------------------------------------------------------------------------

    def _check(self, now: datetime, to: datetime) -> None:
        if not self._sane(to):
            raise Refused(409, "absurd")
        if to <= now:
            raise Refused(409, "backward")
        if to > now + FURTHEST:
            raise Refused(409, "too_far")

    def _sane(self, moment: datetime) -> bool:
        near = YEARS.start - 1 <= moment.year <= YEARS.stop  # the first and the last year that a date can have know no other zone
        return near and moment.astimezone(self._zone).year in YEARS

    async def _run(self, now: datetime, to: datetime | None, move: Awaitable[Any]) -> Any:
        self._halt, self._told = False, time.monotonic()
        self._way = {"from": now.isoformat(), "to": to.isoformat() if to else None}
        try:
            return await move
        finally:
            self._way = None
            self._tell()

    def _onward(self) -> bool:
        if time.monotonic() - self._told >= _TELL_EVERY:
            self._told = time.monotonic()
            self._tell()
        return not self._halt
