"""The order of updates: what is under way, what may be acknowledged, who waits for whom. No chat library, no network."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an ear waits, in seconds."""

    first: float = 0.5  # the first back-off; doubles from there
    most: float = 30.0  # the longest back-off
    settle: float = 0.25  # between two polls while something is unfinished: such a poll is answered at once with the same updates
    long_poll: int = 25  # how long the platform holds a poll without news


class Backoff:
    """Doubling waits with jitter (half to whole), so that many processes do not come back in the same instant."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._next = patience.first

    def wait(self) -> float:
        ceiling = self._next
        self._next = min(self._patience.most, ceiling * 2)
        return ceiling * random.uniform(0.5, 1)

    def reset(self) -> None:
        self._next = self._patience.first


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


Job = Callable[[], Awaitable[None]]


class Lanes:
    """One queue a chat: different chats at the same time, one chat in order, also across batches. A job must not raise."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._queues: dict[str, deque[Job]] = {}

    def put(self, chat: str, job: Job) -> None:
        if chat in self._queues:
            self._queues[chat].append(job)
            return
        self._queues[chat] = deque([job])
        self._tasks.create_task(self._run(chat))

    async def _run(self, chat: str) -> None:
        queue = self._queues[chat]
        while queue:
            await queue.popleft()()
        del self._queues[chat]  # nothing was awaited since the check, so no job can have slipped in
