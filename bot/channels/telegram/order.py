"""The order of updates: what is under way and what may be acknowledged. No chat library, no network."""

import asyncio

from bot.channels.order import Backoff, Lanes, Patience

__all__ = ["Backoff", "Lanes", "Patience", "Window"]


class Window:
    """The updates between the last acknowledged one and the newest.

    Asking from `offset` acknowledges everything below it for good, so it is the lowest unfinished id; what lies above comes again with the
    next poll, and `take` says so.
    """

    def __init__(self) -> None:
        self._done: dict[int, bool] = {}
        self._after_newest: int | None = None
        self._changed = asyncio.Event()

    @property
    def unfinished(self) -> int:
        return sum(not done for done in self._done.values())

    def take(self, update_id: int) -> bool:
        """True: new to us. False: already under way or committed, only not acknowledged yet."""
        if update_id in self._done:
            return False
        self._done[update_id] = False
        return True

    def saw(self, newest: int) -> None:
        """The newest id of a batch. Ids may start lower again after a quiet week, so the last batch counts and not the highest id."""
        self._after_newest = newest + 1

    def finish(self, update_id: int) -> None:
        self._done[update_id] = True
        self._changed.set()

    def offset(self) -> int | None:
        """What to ask for next (None: nothing seen yet). Forgets what this acknowledges."""
        waiting = [update_id for update_id, done in self._done.items() if not done]
        offset = min(waiting) if waiting else self._after_newest
        self._done = {update_id: done for update_id, done in self._done.items() if not done or (offset is not None and update_id >= offset)}
        return offset

    async def settle(self, most: float) -> None:
        """Return when everything is finished, or after `most` seconds."""
        try:
            async with asyncio.timeout(most):
                while self.unfinished:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return
