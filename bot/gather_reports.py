"""Facts about expected reports: what the sender's units owe, and what the service knows besides the form."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot import expected_rows
from handlers.rights import receiving_units, submitting_units
from models.expected import EXPECTED, OWING, ExpectedState
from models.incident import INCIDENT, Status
from models.report_facts import Expected, Known
from models.talk import Json

if TYPE_CHECKING:
    from bot.gather import Reading

_OWED = (
    expected_rows.ROWS.where(EXPECTED.c.unit.in_(sa.bindparam("units", expanding=True)), EXPECTED.c.state.in_(OWING))
    .where(EXPECTED.c.opens_at <= sa.bindparam("now"))
    .where(sa.or_(EXPECTED.c.expires_at > sa.bindparam("now"), EXPECTED.c.unlocked_until > sa.bindparam("now")))
    .order_by(EXPECTED.c.due_at, EXPECTED.c.number)
)


def owed(reading: "Reading") -> tuple[Expected, ...]:
    """What the sender's units owe and can hand in now, the most urgent first."""
    units = submitting_units(reading.talk.who)
    rows = reading.db.execute(_OWED, {"units": units, "now": reading.engine.now()}).all() if units else []
    return tuple(expected_rows.as_expected(reading.db, reading.engine, row) for row in rows)


def handed_in(reading: "Reading") -> tuple[Expected, ...]:
    """What waits for the sender's answer, the oldest first."""
    units = receiving_units(reading.talk.who)
    waiting = expected_rows.ROWS.where(EXPECTED.c.recipient.in_(units), EXPECTED.c.state == ExpectedState.HANDED_IN)
    rows = reading.db.execute(waiting.order_by(EXPECTED.c.handed_at, EXPECTED.c.number)).all() if units else []
    return tuple(expected_rows.as_expected(reading.db, reading.engine, row) for row in rows)


def known(reading: "Reading") -> Known:
    """Of the named report: figures of the period before, and cases of its own period."""
    expected: Expected | None = reading.found.get("expected")
    if expected is None or expected.request:
        return Known()
    try:
        report = reading.engine.plan.report(expected.report)
        period = report.period(expected.period)
    except KeyError:
        return Known()
    before = report.before(expected.period)
    last = _figures(reading, expected, before.id) if before is not None else {}
    start, end = period.start, period.end
    cases = _cases(reading, expected.unit, start, end) if start is not None else {}
    return Known(last, before.name if before is not None and last else None, cases)


def _figures(reading: "Reading", expected: Expected, period: str) -> dict[str, Json]:
    from bot.gather import read_draft

    same = EXPECTED.c.report == expected.report, EXPECTED.c.unit == expected.unit, EXPECTED.c.period == period
    handed = reading.db.execute(sa.select(EXPECTED.c.submission).where(*same, EXPECTED.c.first_at.is_not(None))).scalar()
    draft = read_draft(reading.db, reading.engine, handed, filed=True) if handed else None
    values = draft.values() if draft is not None else {}
    return {name: value for name, value in values.items() if isinstance(value, int | float) and not isinstance(value, bool)}


def _cases(reading: "Reading", unit: str, start: date, end: date | None) -> dict[str, int]:
    """Cases of the ward received in the period until now, by kind and by type; exercises and slips are none. Restricted ones are not
    counted: somebody of the ward may be involved, and a count alone would tell them (rule 7)."""
    zone = reading.engine.zone
    since = datetime.combine(start, time(), zone)
    until = min(datetime.combine(end + timedelta(days=1), time(), zone), reading.engine.now()) if end is not None else reading.engine.now()
    columns = INCIDENT.c.kind, INCIDENT.c.type
    statement = (
        sa.select(*columns, sa.func.count())
        .where(INCIDENT.c.ward == unit, INCIDENT.c.received_at >= since, INCIDENT.c.received_at < until)
        .where(
            INCIDENT.c.drill.is_(False), INCIDENT.c.misdial.is_(False), INCIDENT.c.restricted.is_(False), INCIDENT.c.status != Status.INTAKE
        )
        .group_by(*columns)
    )
    counts: dict[str, int] = {}
    for kind, type_, count in reading.db.execute(statement):
        for name in (kind, f"{kind}:{type_}"):
            counts[name] = counts.get(name, 0) + count
    return counts
