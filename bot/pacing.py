"""How fast letters may leave: token buckets in memory, for the token as a whole, for each chat and for each group.

    budget        of P letters in a period; in any such period no more than P leave
    capacity C    how many may leave at one moment (a burst), a small part of P
    refill        P - C + 1 letters a period: with the burst that makes P at most
    floor         the part of the capacity that only urgent letters may use: whoever is not urgent leaves it untouched
    extra         one place on top for urgent letters, in a chat's own bucket where the budget is too small to reserve anything of it
                  (Telegram names one letter a second to one chat, and lets short bursts pass). Refilled at the same rate, so that whoever
                  used it is followed by a longer pause: in T seconds at most P T + 1 letters reach the chat, P T of them not urgent

So an urgent letter finds room at once, to any chat, unless other urgent ones have just used it.

In memory only, because one leased sender serves a token. A new sender starts with full buckets, when the lease of the old one is over.
"""

import math
import time
from collections.abc import Callable

from bot.channels import Pace
from models.talk import Lane

_BURST, _GROUP_BURST = 1 / 8, 1 / 3  # of the budget, where it is at least 4: a talk in a group comes in bursts, a broadcast does not
_LATE = 0.001  # seconds added to every wait, so that a rounded one does not end just before the token is there


class _Bucket:
    """`most` letters in any `period` of seconds; `extra`: one more for urgent letters where `most` leaves no room for a reserve."""

    __slots__ = ("_at", "_tokens", "capacity", "floor", "rate")

    def __init__(self, most: float, period: float, burst: float, reserve: float, now: float, *, extra: bool = False) -> None:
        self.capacity = 1 if most < 4 else max(2, int(most * burst))
        self.rate = (most - self.capacity + 1) / period
        if extra and reserve > 0 and self.capacity == 1:
            self.capacity = 2
        self.floor = max(1, math.ceil(self.capacity * reserve)) if self.capacity > 1 and reserve > 0 else 0
        self.floor = min(self.floor, self.capacity - 1)  # or nobody else would ever leave
        self._tokens, self._at = float(self.capacity), now

    def tokens(self, now: float) -> float:
        self._tokens = min(self.capacity, self._tokens + max(0.0, now - self._at) * self.rate)
        self._at = max(self._at, now)
        return self._tokens

    def spend(self, count: int, now: float) -> None:
        self._tokens = self.tokens(now) - count

    def room(self, urgent: bool, now: float) -> float:
        return self.tokens(now) - (0 if urgent else self.floor)

    def wait(self, urgent: bool, now: float) -> float:
        missing = 1 - self.room(urgent, now)
        return missing / self.rate if missing > 0 else 0.0

    def full(self, now: float) -> bool:
        return self.tokens(now) >= self.capacity


class Pacer:
    """The pace of one token. `clock` in seconds, never going back."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace, self._clock = pace, clock
        self._overall = _Bucket(pace.per_second, 1, _BURST, pace.reserve, clock())
        self._chats: dict[str, tuple[_Bucket, ...]] = {}  # those that are not full; all others are
        self._held: dict[str | None, float] = {}  # None: the whole channel

    def wait_seconds(self, chat: str, group: bool, lane: Lane) -> float:
        """0.0 if a letter may leave now. `chat` "" asks for the token alone, as a toast does: it goes to no chat."""
        now, urgent = self._clock(), lane is Lane.URGENT
        buckets = self._overall, *(self._chats.get(chat) or self._buckets(group, now) if chat else ())
        held = [self._held[key] - now for key in {chat, None} if key in self._held]
        wait = max(*(bucket.wait(urgent, now) for bucket in buckets), *held, 0.0)
        return wait + _LATE if wait > 0 else 0.0

    def allows(self, chat: str, group: bool, lane: Lane) -> bool:
        return self.wait_seconds(chat, group, lane) == 0.0

    def room(self, lane: Lane) -> int:
        """How many letters to different chats may leave at this moment."""
        now = self._clock()
        if self._held.get(None, now) > now:
            return 0
        return max(0, math.floor(self._overall.room(lane is Lane.URGENT, now)))

    def closed(self, lane: Lane) -> dict[str, float]:
        """Chats to which no letter of this lane may leave now, whatever the token as a whole allows, and for how many seconds."""
        now, urgent = self._clock(), lane is Lane.URGENT
        self._forget(now)
        waits = {chat: max(bucket.wait(urgent, now) for bucket in buckets) for chat, buckets in self._chats.items()}
        for chat, until in self._held.items():
            if chat is not None:
                waits[chat] = max(waits.get(chat, 0.0), until - now)
        return {chat: wait + _LATE for chat, wait in waits.items() if wait > 0}

    def spend(self, chat: str, group: bool, count: int = 1) -> None:
        """`count` messages leave now (an album of n counts as n). More than there was room for is owed: the next waits longer."""
        now = self._clock()
        self._overall.spend(count, now)
        if not chat:
            return
        if chat not in self._chats:
            self._chats[chat] = self._buckets(group, now)
        for bucket in self._chats[chat]:
            bucket.spend(count, now)

    def hold(self, chat: str | None, seconds: float) -> None:
        """The platform's own word: nothing to this chat (None: to nobody) for so long, urgent or not. A longer hold stays."""
        self._held[chat] = max(self._held.get(chat, 0.0), self._clock() + seconds)

    def _buckets(self, group: bool, now: float) -> tuple[_Bucket, ...]:
        single = _Bucket(self._pace.per_chat_second, 1, _BURST, self._pace.reserve, now, extra=True)
        return (single, _Bucket(self._pace.per_group_minute, 60, _GROUP_BURST, self._pace.reserve, now)) if group else (single,)

    def _forget(self, now: float) -> None:
        """Full buckets are like new ones, and holds that are over are none."""
        self._chats = {chat: buckets for chat, buckets in self._chats.items() if not all(bucket.full(now) for bucket in buckets)}
        self._held = {chat: until for chat, until in self._held.items() if until > now}
