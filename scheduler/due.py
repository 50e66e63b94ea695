"""Due timers become internal messages, each with the transaction of its own turn."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from models.talk import Incoming, Kind
from models.timer import due

T = TypeVar("T")


class Runs(Protocol):
    """The database, as much of it as is needed here."""

    async def run(self, work: Callable[[sa.Connection], T], priority: int = 1) -> T: ...


class Sweep:
    """`tick` fires everything that is due at `now()`, urgent first. Any number of sweeps may run at once: a timer is marked fired by its own turn."""

    def __init__(self, db: Runs, hear: Callable[[Incoming], Awaitable[None]], now: Callable[[], datetime]) -> None:
        self._db, self._hear, self._now = db, hear, now
        self._one = asyncio.Lock()

    async def tick(self) -> int:
        """How many timers were tried, each at most once a tick."""
        async with self._one:  # whoever comes second finds nothing half done
            tried: set[str] = set()
            while rows := [row for row in await self._db.run(lambda db: due(db, self._now(), 100 + len(tried))) if row.id not in tried]:
                for row in rows:
                    tried.add(row.id)
                    await self._hear(as_incoming(row))
            return len(tried)


def as_incoming(row: Any) -> Incoming:
    """A timer row as a message: kind and subject in `data`, its own id as external id, so that it is one turn however often it is seen."""
    data = dict(row.data) | {"timer": row.kind, "subject": row.subject, "id": row.id}
    return Incoming("internal", f"timer:{row.id}", row.subject, "", Kind.TIMER, row.due_at, data=data)
