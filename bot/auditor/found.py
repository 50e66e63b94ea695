"""What a check of the auditor is given and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.engine import Engine

MOST = 100  # rows that one check mends in one pass: its transaction stays short, and the next pass is a minute away


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that break one invariant, at most MOST; `mended`: how many of them were put right (the others are only told)."""

    kind: str
    ids: tuple[str, ...] = ()
    mended: int = 0


@dataclass(frozen=True, slots=True)
class Pass:
    """One check's transaction. `now` is domain time; `real` is the machine's, for leases and deliveries."""

    db: sa.Connection
    engine: Engine
    now: datetime
    real: datetime

    @property
    def channels(self) -> tuple[str, ...]:
        """The messengers that run here; what waits for one that was switched off waits on purpose."""
        return tuple(self.engine.channels)


Check = Callable[[Pass], Found]
