"""Legal clocks of a case as they stand in the database."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from models.clock import CASE_CLOCK, ClockState
from models.facts import RunningClock
from models.plan import Plan

_OF = sa.select(CASE_CLOCK).where(CASE_CLOCK.c.incident == sa.bindparam("incident"), CASE_CLOCK.c.state != ClockState.VOID)


def clocks_of(db: sa.Connection, incident: str, plan: Plan, now: datetime) -> tuple[RunningClock, ...]:
    """Running and done clocks, in the plan's order. A kind that the plan does not know (any more) cannot be named and is left out."""
    rows = {row.kind: row for row in db.execute(_OF, {"incident": incident}).all()}
    return tuple(seen(rows[clock.id], plan, now) for clock in plan.clocks if clock.id in rows)


def seen(row: Any, plan: Plan, now: datetime) -> RunningClock:
    """A row of case_clock whose kind the plan knows."""
    clock = plan.clock(row.kind)
    return RunningClock(
        row.id, row.kind, clock.name, row.basis, row.starts_at, row.due_at, row.strict_at, row.state,
        overdue=row.state == ClockState.RUNNING and now > row.due_at, law=clock.law or "", raised=row.raised, reminders=row.reminders,
        stated_at=row.stated_at,
    )  # fmt: skip
