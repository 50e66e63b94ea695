"""Whether everything that must not fall silent has a next timer (rule 6), restricted cases and exercises like all others.

A check asks for what is *not* there: open cases by the index of their status, running clocks and exercises by theirs, and for each of them the
one pending timer by the unique index of (kind, subject). So its cost follows what is open now and not what was ever kept. It mends by the same
rows that a turn would have written; firing them is the sweep's work.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot import left_behind
from bot.auditor.found import MOST, Found, Pass
from bot.clocks import seen
from bot.gather import digest as gather_digest
from bot.gather.people import read_service
from handlers import clock_reminders, digest, duty_watch, progress, reconcile, reminding
from handlers.ladder import URGENT
from models.clock import CASE_CLOCK, ClockState
from models.drill import DRILL
from models.expected import EXPECTED
from models.ids import new_id
from models.incident import INCIDENT, INCIDENT_EVENT, Status
from models.plan import Plan
from models.timer import TIMER, set_timers

LATE = timedelta(minutes=10)  # a timer that is due for so long is fired by nobody, or fails each time
_RUNNING = sa.text("case_clock.state = 'running'")  # literal, or its partial index is not used


def _pending(subject: sa.ColumnElement[Any], *kinds: str) -> sa.Exists:
    """A timer that is set. Asked for by equality of kind and subject, the columns of a partial unique index."""
    return sa.exists().where(TIMER.c.subject == subject, TIMER.c.kind.in_(kinds), TIMER.c.fired_at.is_(None))


def _soon(subject: sa.ColumnElement[Any], kind: str) -> sa.Exists:
    return sa.exists().where(
        TIMER.c.subject == subject,
        TIMER.c.kind == kind,
        TIMER.c.fired_at.is_(None),
        TIMER.c.due_at <= sa.bindparam("far", type_=TIMER.c.due_at.type),
    )


def _cases(status: Status, *has_none: sa.ColumnElement[bool]) -> sa.Select[Any]:
    columns = INCIDENT.c.id, INCIDENT.c.submission, INCIDENT.c.severity
    return sa.select(*columns).where(INCIDENT.c.status == status, *has_none).limit(MOST)


_CLOCK = CASE_CLOCK.alias("other")
_HAS_CLOCK = sa.exists().where(_CLOCK.c.incident == INCIDENT.c.id, _CLOCK.c.state == ClockState.RUNNING, _pending(_CLOCK.c.id, "clock"))
_INTAKE = _cases(Status.INTAKE, sa.not_(_soon(INCIDENT.c.submission, "idle")))
_OPEN = _cases(Status.OPEN, sa.not_(_soon(INCIDENT.c.id, "ladder")))
_TAKEN = _cases(Status.TAKEN, sa.not_(_pending(INCIDENT.c.id, "follow_up", "promise")), sa.not_(_HAS_CLOCK))
_REMIND = (
    sa.update(EXPECTED).where(EXPECTED.c.id == sa.bindparam("this"), EXPECTED.c.remind_at.is_(None)).values(remind_at=sa.bindparam("next"))
)
_CALLS = (
    sa.select(INCIDENT_EVENT.c.incident, sa.func.count().label("calls"))
    .where(INCIDENT_EVENT.c.incident.in_(sa.bindparam("cases", expanding=True)), INCIDENT_EVENT.c.kind == "called_again")
    .group_by(INCIDENT_EVENT.c.incident)
)


def far(now: datetime, plan: Plan) -> datetime:
    """Behind that no call of any ladder lies: the plan's longest distance, and a day for its quiet hours."""
    gaps = (level.gap(step) for level in plan.ladder.levels for step in range(1, len(level.steps) + len(level.again)))
    return now + timedelta(minutes=max(gaps, default=0)) + timedelta(days=1)


def _set(work: Pass, kind: str, rows: Iterable[tuple[str, bool, dict[str, Any]]], due_at: datetime | None = None) -> int:
    """Timers of (subject, urgent, data), due now if not told otherwise."""
    given = [
        {"id": new_id(), "kind": kind, "subject": subject, "due_at": due_at or work.now, "urgent": urgent, "data": data, "set_at": work.now}
        for subject, urgent, data in rows
    ]
    set_timers(work.db, given)
    return len(given)


# --- cases ------------------------------------------------------------------------------------------------------------


def intake(work: Pass) -> Found:
    """A report that is being written has its idle clock. Lost, the room is told at once: for how long it was lost nobody knows."""
    rows = work.db.execute(_INTAKE, {"far": far(work.now, work.engine.plan)}).all()
    mended = _set(work, "idle", ((row.submission, row.severity == URGENT, {"nudged": True}) for row in rows))
    return Found("intake", tuple(row.id for row in rows), mended)


def ladder(work: Pass) -> Found:
    """A case that nobody has taken is called again. It goes on with the call that its history has come to."""
    rows = work.db.execute(_OPEN, {"far": far(work.now, work.engine.plan)}).all()
    calls: dict[str, int] = {}
    if rows:
        calls = {row.incident: row.calls for row in work.db.execute(_CALLS, {"cases": [row.id for row in rows]})}
    mended = _set(work, "ladder", ((row.id, row.severity == URGENT, {"step": calls.get(row.id, 0) + 1}) for row in rows))
    return Found("ladder", tuple(row.id for row in rows), mended)


def taken(work: Pass) -> Found:
    """A case that somebody holds has a promise, a legal clock or the morning's look."""
    rows = work.db.execute(_TAKEN).all()
    return Found("taken", tuple(row.id for row in rows), _set(work, "follow_up", ((row.id, False, {}) for row in rows)))


def clocks(work: Pass) -> Found:
    """A running legal clock of a live case reminds; one of a closed case is owed no more. Kinds that the plan does not know cannot remind."""
    known = CASE_CLOCK.c.kind.in_([clock.id for clock in work.engine.plan.clocks])
    of = sa.select(CASE_CLOCK, INCIDENT.c.status.label("case_status")).join(INCIDENT, INCIDENT.c.id == CASE_CLOCK.c.incident)
    rows = work.db.execute(of.where(_RUNNING, known, sa.not_(_pending(CASE_CLOCK.c.id, "clock"))).limit(MOST)).all()
    over = [row.id for row in rows if row.case_status == Status.CLOSED]
    if over:
        mine = CASE_CLOCK.c.id.in_(over), CASE_CLOCK.c.state == ClockState.RUNNING
        work.db.execute(sa.update(CASE_CLOCK).where(*mine).values(state=ClockState.VOID))
    plan, wound = work.engine.plan, [row for row in rows if row.case_status != Status.CLOSED]
    timers = []
    for row in wound:
        due = max(work.now, clock_reminders.next_reminder(seen(row, plan, work.now), work.now, plan))
        timers.append({
            "id": new_id(), "kind": "clock", "subject": row.id, "due_at": due, "urgent": plan.clock(row.kind).urgent, "data": {},
            "set_at": work.now,
        })  # fmt: skip
    set_timers(work.db, timers)
    return Found("clock", tuple(row.id for row in rows), len(rows))


# --- what stands beside the cases ---------------------------------------------------------------------------------------


def standing(work: Pass) -> Found:
    """A service on duty looks at its roster, sends its morning reconciliation and reminds of reports. One row each, by the division's id."""
    division = work.engine.plan.division
    if not read_service(work.db).ready:
        return Found("standing")
    plan = work.engine.plan
    wanted = {
        duty_watch.TIMER: work.now, reconcile.TIMER: reconcile.next_morning(work.now, plan), digest.TICK: reminding.next_morning(work.now, plan),
        progress.TIMER: progress.next_look(work.now, plan),
    }  # fmt: skip
    there = sa.select(TIMER.c.kind).where(TIMER.c.subject == division, TIMER.c.kind.in_(wanted), TIMER.c.fired_at.is_(None))
    missing = sorted(set(wanted) - set(work.db.execute(there).scalars()))
    data = {progress.TIMER: {"since": work.now.isoformat()}}  # what has passed before was told
    mended = sum(_set(work, kind, ((division, False, data.get(kind, {})),), wanted[kind]) for kind in missing)
    return Found("standing", tuple(missing), mended)


def left(work: Pass) -> Found:
    """Whoever and whatever stands at units that the plan lacks is told to administrators each working morning."""
    return Found("left_behind", ("left_behind",), 1) if left_behind.watch(work.db, work.engine) else Found("left_behind")


def reports(work: Pass) -> Found:
    """A report that is owed and not locked reminds somebody of itself."""
    live = sa.or_(EXPECTED.c.expires_at > work.now, EXPECTED.c.unlocked_until > work.now)
    recent = (
        EXPECTED.c.due_at > work.now - gather_digest.LIVES
    )  # what is locked and was never handed in stays for good, and is not read each minute
    lost = sa.select(EXPECTED).where(EXPECTED.c.remind_at.is_(None), sa.text("state IN ('owed','returned')"), recent, live).limit(MOST)
    moves = []
    for row in work.db.execute(lost).all():
        last = reminding.last_day(row.due_day, row.rule)
        locked = max(row.expires_at, row.unlocked_until) if row.unlocked_until is not None else row.expires_at
        at = reminding.next_reminder(last, locked, max(work.now, row.opens_at), work.engine.plan)
        if at is not None:  # else its last morning is over: it will be locked before another one
            moves.append({"this": row.id, "next": at})
    if moves:
        work.db.execute(_REMIND, moves)
    return Found("reports", tuple(move["this"] for move in moves), len(moves))


def drills(work: Pass) -> Found:
    """A running exercise has the timer that ends it. The table has a row for each exercise that ever was: a handful."""
    lost = sa.select(DRILL.c.id).where(DRILL.c.ended_at.is_(None), sa.not_(_pending(DRILL.c.id, "drill"))).limit(MOST)
    rows = work.db.execute(lost).scalars().all()
    return Found("drill", tuple(rows), _set(work, "drill", ((row, False, {"why": "time"}) for row in rows)))


def late(work: Pass) -> Found:
    """Timers that were due long ago. Nothing here can mend that: either nobody fires them, or their turn fails each time."""
    overdue = TIMER.c.fired_at.is_(None), TIMER.c.due_at < work.now - LATE
    return Found("late", tuple(work.db.execute(sa.select(TIMER.c.id).where(*overdue).order_by(TIMER.c.due_at).limit(MOST)).scalars()))
