"""What the morning's reconciliation counts, from the rows. Exercises are no cases: they are left out everywhere.

Received is what was given a number (the counters), and how cases stand is read from their rows: two books, so that a case that is gone is seen.
A fixed number of statements, whatever there is; only the first one reads every case, once a day.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from models.clock import CASE_CLOCK
from models.facts import OverdueLine, Reconciliation, StandingCase
from models.incident import INCIDENT, Status
from models.people import PERSON
from models.service import COUNTER

DAY = timedelta(days=1)
LINES, OVERDUE = 15, 5  # cases and overdue duties by name; the rest is a number

_BY = INCIDENT.c.drill, INCIDENT.c.status, INCIDENT.c.restricted, INCIDENT.c.source, INCIDENT.c.came_by
_TODAY = sa.case((INCIDENT.c.received_at > sa.bindparam("since", type_=INCIDENT.c.received_at.type), 1), else_=0)
_COUNTED = sa.select(*_BY, sa.func.count().label("ever"), sa.func.sum(_TODAY).label("day")).group_by(*_BY)
_NUMBERS = sa.select(sa.func.coalesce(sa.func.sum(COUNTER.c.value), 0)).where(COUNTER.c.name.like("incident-%"))
_LISTED = INCIDENT.c.status.in_((Status.INTAKE, Status.OPEN, Status.TAKEN)), INCIDENT.c.drill.is_(False), INCIDENT.c.restricted.is_(False)
_CODE = INCIDENT.c.year, INCIDENT.c.number
_CASES = (
    sa.select(*_CODE, INCIDENT.c.status, INCIDENT.c.severity, INCIDENT.c.received_at, PERSON.c.name)
    .select_from(INCIDENT.outerjoin(PERSON, PERSON.c.id == INCIDENT.c.taken_by))
    .where(*_LISTED)
)
_NOBODY_FIRST = sa.case((INCIDENT.c.status == Status.OPEN, 0), (INCIDENT.c.status == Status.INTAKE, 1), else_=2)
_OVERDUE = sa.text("case_clock.state = 'running'"), CASE_CLOCK.c.due_at < sa.bindparam("now", type_=CASE_CLOCK.c.due_at.type)
_OVERDUE_OF = CASE_CLOCK.join(INCIDENT, INCIDENT.c.id == CASE_CLOCK.c.incident)
_LIVE = INCIDENT.c.status.in_((Status.OPEN, Status.TAKEN)), INCIDENT.c.drill.is_(False)


def read(db: sa.Connection, now: datetime) -> Reconciliation:
    """How everything stands at `now`."""
    ever, day, sources, sources_today = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    drills = restricted = 0
    for row in db.execute(_COUNTED, {"since": now - DAY}):
        if row.drill:
            drills += row.ever
            continue
        ever[row.status] += row.ever
        day[row.status] += row.day
        source = row.source if row.came_by == "chat" else "officer"
        sources[source] += row.ever
        sources_today[source] += row.day
        restricted += row.ever if row.restricted and row.status != Status.CLOSED else 0
    oldest = db.execute(_CASES.order_by(INCIDENT.c.received_at, INCIDENT.c.id).limit(1)).first()
    lines = db.execute(_CASES.order_by(_NOBODY_FIRST, INCIDENT.c.received_at, INCIDENT.c.id).limit(LINES)).all()
    return Reconciliation(
        received=int(db.execute(_NUMBERS).scalar_one()) - drills,
        ever=dict(ever),
        day={status: number for status, number in day.items() if number},
        sources=dict(sources),
        sources_today=dict(sources_today),
        restricted=restricted,
        cases=tuple(_standing(row) for row in lines),
        oldest=_standing(oldest) if oldest is not None else None,
        overdue=int(db.execute(sa.select(sa.func.count()).select_from(_OVERDUE_OF).where(*_OVERDUE, *_LIVE), {"now": now}).scalar_one()),
        overdue_lines=tuple(_overdue(db, now)),
    )


def _standing(row: Any) -> StandingCase:
    return StandingCase(case_code(row), row.status, row.severity, row.received_at, row.name or "")


def _overdue(db: sa.Connection, now: datetime) -> list[OverdueLine]:
    """The longest overdue first; a restricted case is counted and not named."""
    named = sa.select(*_CODE, CASE_CLOCK.c.kind).select_from(_OVERDUE_OF).where(*_OVERDUE, *_LIVE, INCIDENT.c.restricted.is_(False))
    return [OverdueLine(case_code(row), row.kind) for row in db.execute(named.order_by(CASE_CLOCK.c.due_at).limit(OVERDUE), {"now": now})]


def case_code(row: Any) -> str:
    return f"VV-{row.year}-{row.number:04d}"
