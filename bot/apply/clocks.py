"""Legal clocks: rows that follow the case, and the timers that remind of them."""

import sqlalchemy as sa

from bot.clocks import clocks_of
from bot.writing import Writing
from models.clock import CASE_CLOCK, ClockState
from models.timer import cancel_timer

__all__ = ["clocks_of", "void_clocks"]


def void_clocks(w: Writing, incident: str) -> None:
    """The case was closed: what is still running is owed no more and reminds nobody. What was stated stays as it is. Idempotent."""
    running = CASE_CLOCK.c.incident == incident, CASE_CLOCK.c.state == ClockState.RUNNING
    for clock in w.db.execute(sa.select(CASE_CLOCK.c.id).where(*running)).scalars().all():
        cancel_timer(w.db, "clock", clock)
    w.db.execute(sa.update(CASE_CLOCK).where(*running).values(state=ClockState.VOID))
