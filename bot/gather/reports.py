"""Facts about expected reports: what the sender's units owe, and what the service knows besides the form."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from bot import expected_rows
from bot.engine import Engine
from bot.gather.drafts import read_draft
from bot.gather.reading import Reading
from handlers.rights import receiving_units, submitting_units
from handlers.routes import ReportRef
from models.attachment import ATTACHMENT
from models.expected import EXPECTED, OWING, REPORT_EVENT, STANDING, WAITING
from models.incident import INCIDENT, Status
from models.people import PERSON
from models.report_facts import Correction, Expected, Filing, Known
from models.submission import ANSWER, SUBMISSION
from models.talk import Json

_NAMED: sa.BindParameter[Any] = sa.bindparam("named")
_REPORT_OF_A_FILE = (
    sa.select(SUBMISSION.c.expected)
    .join(ATTACHMENT, ATTACHMENT.c.submission == SUBMISSION.c.id)
    .where(ATTACHMENT.c.id == _NAMED)
    .scalar_subquery()
)
_NAMED_BY = {
    by: expected_rows.ROWS.where(where).with_for_update(of=EXPECTED)
    for by, where in {
        "id": EXPECTED.c.id == _NAMED,
        "number": EXPECTED.c.number == _NAMED,
        "file": EXPECTED.c.id == _REPORT_OF_A_FILE,
    }.items()
}


def find_expected(db: sa.Connection, engine: Engine, ref: ReportRef) -> Expected | None:
    """The expected report that a press, a typed number or a dialogue names, locked; its true state. Whether the sender may touch it is asked by the
    handler."""
    row = db.execute(_NAMED_BY[ref.by], {"named": int(ref.value) if ref.by == "number" else ref.value}).first()
    return expected_rows.as_expected(db, engine, row) if row is not None else None


_OWED = (
    expected_rows.ROWS.where(EXPECTED.c.unit.in_(sa.bindparam("units", expanding=True)), EXPECTED.c.state.in_(OWING))
    .where(EXPECTED.c.opens_at <= sa.bindparam("now"))
    .where(sa.or_(EXPECTED.c.expires_at > sa.bindparam("now"), EXPECTED.c.unlocked_until > sa.bindparam("now")))
    .order_by(EXPECTED.c.due_at, EXPECTED.c.number)
)


def owed(reading: Reading) -> tuple[Expected, ...]:
    """What the units of the sender (of a spreadsheet, where a timer speaks of one) owe and can hand in now, the most urgent first."""
    units = submitting_units(reading.talk.who or reading.found.get("sender"))
    rows = reading.db.execute(_OWED, {"units": units, "now": reading.engine.now()}).all() if units else []
    return tuple(expected_rows.as_expected(reading.db, reading.engine, row) for row in rows)


def handed_in(reading: Reading) -> tuple[Expected, ...]:
    """What waits for the sender's answer, the oldest first."""
    units = receiving_units(reading.talk.who)
    waiting = expected_rows.ROWS.where(EXPECTED.c.recipient.in_(units), WAITING)
    rows = reading.db.execute(waiting.order_by(EXPECTED.c.handed_at, EXPECTED.c.number)).all() if units else []
    return tuple(expected_rows.as_expected(reading.db, reading.engine, row) for row in rows)


def known(reading: Reading) -> Known:
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


def _figures(reading: Reading, expected: Expected, period: str) -> dict[str, Json]:

    same = EXPECTED.c.report == expected.report, EXPECTED.c.unit == expected.unit, EXPECTED.c.period == period
    stated = EXPECTED.c.first_at.is_not(None), EXPECTED.c.zero.is_(False)
    handed = reading.db.execute(sa.select(EXPECTED.c.submission).where(*same, *stated)).scalar()
    draft = read_draft(reading.db, reading.engine, handed, filed=True) if handed else None
    values = draft.values() if draft is not None else {}
    return {name: value for name, value in values.items() if isinstance(value, int | float) and not isinstance(value, bool)}


def corrections(reading: Reading) -> tuple[Correction, ...]:
    """What was changed in the named report between its first and its last handing in: the trail that answers leave."""
    expected: Expected | None = reading.found.get("expected")
    if expected is None or not expected.submission or expected.first_at is None or expected.handed_at is None:
        return ()
    statement = (
        sa.select(ANSWER, PERSON.c.name)
        .select_from(ANSWER.outerjoin(PERSON, PERSON.c.id == ANSWER.c.person))
        .where(ANSWER.c.submission == expected.submission, ANSWER.c.at <= expected.handed_at)
        .order_by(ANSWER.c.at, ANSWER.c.id)
    )
    last: dict[str, Json] = {}
    found: list[Correction] = []
    for row in reading.db.execute(statement).all():
        value = _opened(reading, expected.submission, row)
        if row.at > expected.first_at and value != last.get(row.question):
            found.append(Correction(row.question, last.get(row.question), value, row.name or "", row.at))
        last[row.question] = value
    return tuple(found)


_FILED = (
    sa.select(REPORT_EVENT)
    .where(REPORT_EVENT.c.expected == sa.bindparam("named"), REPORT_EVENT.c.what == "handed_in")
    .order_by(REPORT_EVENT.c.id)
)
_EVER = sa.select(ANSWER).where(ANSWER.c.submission == sa.bindparam("submission")).order_by(ANSWER.c.id)


def filings(reading: Reading) -> tuple[Filing, ...]:
    """Every handing in of the named report while it stands, with what was answered by then."""
    expected: Expected | None = reading.found.get("expected")
    if expected is None or expected.state not in STANDING:
        return ()
    given = [
        (row, _opened(reading, expected.submission, row)) for row in reading.db.execute(_EVER, {"submission": expected.submission}).all()
    ]
    found = []
    for event in reading.db.execute(_FILED, {"named": expected.id}).all():
        live = {
            row.question: value
            for row, value in given
            if row.at <= event.at and (row.superseded_at is None or row.superseded_at > event.at)
        }
        found.append(Filing(event.at, live, event.person or "", event.data.get("zero") is True, str(event.data.get("as_of") or "")))
    return tuple(found)


def _opened(reading: Reading, submission: str, row: sa.Row[Any]) -> Json:
    if row.value is None:
        return None
    plain = reading.engine.vault.open(reading.db, f"submission:{submission}", "answer.value", row.id, row.value)
    value: Json = json.loads(plain)
    return value


def _cases(reading: Reading, unit: str, start: date, end: date | None) -> dict[str, int]:
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
