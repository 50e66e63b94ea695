"""The fuse: how many letters that nobody asked for one chat gets in an hour. The rest is gathered into summaries (bot.summaries).

    singles     24 leave one by one
    summaries   after that what waits goes as one letter, at most every ten minutes, so 6

That makes 30 in any hour, strictly. Urgent letters, answers and what names many cases (models.held.CODES)
are neither counted nor held.

In memory only, like the pace: one leased sender serves a channel, so nobody else would read it, and an hour is soon over. What that costs: a
new sender begins with a whole fuse, and a chat may get up to 30 more in the hour in which the old one ended.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

PERIOD = 3600.0  # seconds
SINGLES = 24
SUMMARIES = 6
BETWEEN_SUMMARIES = PERIOD / SUMMARIES


@dataclass(frozen=True, slots=True)
class _Spent:
    at: float
    letter: str
    summary: bool


class Fuse:
    """Of one channel. `clock` in seconds; the service's is domain time, so that an hour of the training room's clock is an hour here."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._chats: dict[str, list[_Spent]] = {}

    def spend(self, chat: str, letter: str, *, summary: bool) -> None:
        """A letter leaves now; in a chat that is full only as a summary."""
        self._chats.setdefault(chat, []).append(_Spent(self._clock(), letter, summary))

    def give_back(self, chat: str, letter: str) -> None:
        """It did not arrive, surely: its last attempt was none."""
        spent = self._chats.get(chat, [])
        last = next((one for one in reversed(spent) if one.letter == letter), None)
        if last is not None:
            spent.remove(last)

    def full(self) -> frozenset[str]:
        """Chats that get nothing more one by one just now."""
        self._forget()
        return frozenset(chat for chat, spent in self._chats.items() if sum(not one.summary for one in spent) >= SINGLES)

    def due(self) -> frozenset[str]:
        """Those of the full chats that may get a summary now."""
        return frozenset(chat for chat in self.full() if self._may_sum_up([one.at for one in self._chats[chat] if one.summary]))

    def _may_sum_up(self, summaries: list[float]) -> bool:
        return len(summaries) < SUMMARIES and (not summaries or self._clock() - max(summaries) >= BETWEEN_SUMMARIES)

    def _forget(self) -> None:
        """What is older than an hour counts no more, nor does what is still to come: the training room was started again in the past."""
        now = self._clock()
        kept = {chat: [one for one in spent if now - PERIOD <= one.at <= now] for chat, spent in self._chats.items()}
        self._chats = {chat: spent for chat, spent in kept.items() if spent}
