"""The order in which an ear works: how long it waits, who waits for whom. No chat library, no network."""

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
    look: float = 60.0  # between two looks whether the platform still knows where to post
    posts: float = 180.0  # of posts that fail, until they count as not arriving


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


def being_stopped() -> bool:
    """Whether this task itself is being cancelled. False where something within it was cancelled by itself: to end there would leave a chat
    without anybody who hears it."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
