"""Legal clocks of a case that is closed."""

import sqlalchemy as sa

from bot.writing import Writing
from models.clock import CASE_CLOCK, ClockState
from models.timer import cancel_timer


def void_clocks(w: Writing, incident: str) -> None:
    """What still ran is void, and nobody is reminded of it any more; what was done stays done."""
    running = CASE_CLOCK.c.incident == incident, CASE_CLOCK.c.state == ClockState.RUNNING
    for clock in w.db.execute(sa.select(CASE_CLOCK.c.id).where(*running).order_by(CASE_CLOCK.c.id)).scalars().all():
        cancel_timer(w.db, "clock", clock)
    w.db.execute(sa.update(CASE_CLOCK).where(*running).values(state=ClockState.VOID))
