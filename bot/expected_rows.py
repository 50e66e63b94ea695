"""Expected reports as rows: what the plan asks for, and one row as the handlers see it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import sqlalchemy as sa

from bot.engine import Engine
from handlers.due_dates import last_day, window
from handlers.reminding import next_reminder
from models.expected import EXPECTED, REPORT_EVENT, REPORT_REQUEST, ExpectedState
from models.ids import new_id
from models.people import PERSON
from models.plan import Period, Plan, Report
from models.report_facts import Expected
from models.submission import ANSWER, SUBMISSION
from models.talk import Label

Wanted = tuple[Report, str, Period]
"""A report, the unit that owes it, and for which period."""


def wanted(plan: Plan) -> Iterator[Wanted]:
    """All that the plan asks for."""
    for report in plan.reports:
        for period in report.periods:
            for unit in plan.owing(report):
                yield report, unit.id, period


Key = tuple[str, str, str]
"""(report, unit, period): no two rows have the same."""
_NUMBERS = 0x42430001  # the lock under which numbers are given out (PostgreSQL; SQLite has one writer)
_CHUNK = 300  # keys in one statement
_KEY = sa.tuple_(EXPECTED.c.report, EXPECTED.c.unit, EXPECTED.c.period)


def ensure(db: sa.Connection, engine: Engine) -> int:
    """Insert what the plan asks for and no row has, but for what is locked already: nobody is asked for the reports of years ago. Returns how many are
    new. Nothing that exists is moved or dropped (that is `plan apply`). Any number of processes may ask at once."""
    if not missing(db, engine):
        return 0
    number = next_number(db)
    return insert(db, engine, number, missing(db, engine))  # again: somebody else may have had the lock


def next_number(db: sa.Connection) -> int:
    """The next free number of a report. Whoever gives out numbers asks here first: others wait until this transaction ends, so that none is given
    out twice."""
    if db.dialect.name == "postgresql":
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(_NUMBERS)))
    return int(db.scalar(sa.select(sa.func.max(EXPECTED.c.number))) or 0) + 1


def missing(db: sa.Connection, engine: Engine) -> list[Wanted]:
    """What the plan asks for, can still be handed in, and has no row."""
    now = engine.now()
    asked = {
        (report.id, unit, period.id): (report, unit, period)
        for report, unit, period in wanted(engine.plan)
        if window(report, period, engine.zone).expires_at > now
    }
    known = {(row.report, row.unit, row.period) for row in rows_of(db, asked)}
    return [one for key, one in asked.items() if key not in known]


def rows_of(db: sa.Connection, keys: Iterable[Key]) -> Iterator[Any]:
    """The rows of EXPECTED that have these keys. Costs what the plan is large, not what the table is."""
    for chunk in _chunks(keys):
        yield from db.execute(sa.select(EXPECTED).where(_KEY.in_(chunk))).all()


def _chunks(keys: Iterable[Key]) -> Iterator[list[Key]]:
    rest = iter(keys)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def insert(db: sa.Connection, engine: Engine, first: int, new: Iterable[Wanted]) -> int:
    """New rows, owed from now on, numbered from `first`; how many."""
    dates: dict[tuple[str, str], dict[str, Any]] = {}  # the same for every unit
    rows, events, now = list[dict[str, Any]](), list[dict[str, Any]](), engine.now()
    for number, (report, unit, period) in enumerate(new, first):
        if (key := (report.id, period.id)) not in dates:
            dates[key] = asking(engine, report, period)
        rows.append({
            "id": new_id(), "number": number, "plan": engine.plan.id, "report": report.id, "unit": unit, "period": period.id,
            **dates[key], "state": str(ExpectedState.OWED), "zero": False, "as_of": "", "reminders": 0, "created_at": now,
        })  # fmt: skip
        events.append(_event(rows[-1]["id"], "expected", now, data={"due": period.due.isoformat()}))
    if rows:
        db.execute(sa.insert(EXPECTED), rows)
        db.execute(sa.insert(REPORT_EVENT), events)
    return len(rows)


def asking(engine: Engine, report: Report, period: Period) -> dict[str, Any]:
    """The columns that are set whenever a report is asked for, asked for again or moved: its dates, and when its reminders begin anew."""
    dates = dated(engine, report, period)
    last = last_day(period.due, period.rule)
    return {**dates, "remind_at": next_reminder(last, dates["expires_at"], max(engine.now(), dates["opens_at"]), engine.plan)}


def dated(engine: Engine, report: Report, period: Period) -> dict[str, Any]:
    """The columns that follow from the plan."""
    when = window(report, period, engine.zone)
    return {
        "recipient": report.to or "", "due_day": period.due.isoformat(), "rule": str(period.rule), "opens_at": when.opens_at,
        "due_at": when.due_at, "expires_at": when.expires_at,
    }  # fmt: skip


def record(
    db: sa.Connection,
    expected: str,
    what: str,
    at: Any,
    person: str | None,
    data: Mapping[str, Any] | None = None,
    note: bytes | None = None,
) -> str:
    """One line of its history; returns its id."""
    event = _event(expected, what, at, person, data, note)
    db.execute(_RECORD, event)
    return str(event["id"])


_RECORD = sa.insert(REPORT_EVENT)


def _event(
    expected: str, what: str, at: Any, person: str | None = None, data: Mapping[str, Any] | None = None, note: bytes | None = None
) -> dict[str, Any]:
    return {"id": new_id(), "expected": expected, "what": what, "person": person, "data": dict(data or {}), "note": note, "at": at}


ROWS = sa.select(
    EXPECTED, PERSON.c.name.label("handed_by_name"), REPORT_REQUEST.c.title, REPORT_REQUEST.c.form.label("request_form")
).select_from(
    EXPECTED.outerjoin(PERSON, PERSON.c.id == EXPECTED.c.handed_by).outerjoin(REPORT_REQUEST, REPORT_REQUEST.c.id == EXPECTED.c.request)
)
"""What `as_expected` takes; narrow it with where(), order_by()."""


def as_expected(db: sa.Connection, engine: Engine, row: Any) -> Expected:
    """A row of ROWS. A report that the plan no longer knows is shown by its id."""
    title, short, period, section, form, zero, template = _words(db, engine, row)
    return Expected(
        id=row.id, number=row.number, report=row.report, unit=row.unit, period=row.period, title=title, short=short, period_name=period,
        section=section, form=form, recipient=row.recipient, due_day=row.due_day, opens_at=row.opens_at, due_at=row.due_at,
        expires_at=row.expires_at, state=row.state, zero_allowed=zero, template=template, request=row.request or "",
        unlocked_until=row.unlocked_until, submission=row.submission or "", zero=row.zero, as_of=row.as_of, first_at=row.first_at,
        handed_at=row.handed_at, handed_by=row.handed_by or "", handed_by_name=row.handed_by_name or "", reminders=row.reminders,
        reasons=_reasons(db, engine, row) if row.state == ExpectedState.RETURNED else {},
    )  # fmt: skip


def _words(db: sa.Connection, engine: Engine, row: Any) -> tuple[Label, Label, Label, str, str, bool, bool]:
    if row.request is not None:
        typed = engine.vault.open(db, f"request:{row.request}", "report_request.title", row.request, row.title).decode()
        return Label(typed, typed), Label(typed, typed), Label("đột xuất", "ad hoc"), "", row.request_form, True, False
    try:
        report = engine.plan.report(row.report)
        period = report.period(row.period)
    except KeyError:
        plain = Label(row.report, row.report)
        return plain, plain, Label(row.period, row.period), "", "", False, False
    return report.name, report.short, period.name, report.section, report.form, report.zero, report.template


_RETURNED = (
    sa.select(REPORT_EVENT.c.id, REPORT_EVENT.c.note)
    .where(REPORT_EVENT.c.expected == sa.bindparam("named"), REPORT_EVENT.c.what == "returned")
    .order_by(REPORT_EVENT.c.id.desc())
    .limit(1)
)


def _reasons(db: sa.Connection, engine: Engine, row: Any) -> dict[str, str]:
    """Of the newest return: sealed JSON {question: why}, "" for the whole."""
    event = db.execute(_RETURNED, {"named": row.id}).first()
    if event is None or event.note is None:
        return {}
    found = json.loads(engine.vault.open(db, f"expected:{row.id}", "report_event.note", event.id, event.note))
    return {str(question): str(why) for question, why in found.items()}


_IN, _ROW = SUBMISSION.alias("answered_in"), EXPECTED.alias("answered_for")
_HANDED = (  # by two keys, because it is asked for each answer
    sa.select(_ROW.c.handed_at)
    .join(_IN, _IN.c.expected == _ROW.c.id)
    .where(_IN.c.id == ANSWER.c.submission)
    .correlate(ANSWER)
    .scalar_subquery()
)
AS_HANDED_IN = sa.and_(ANSWER.c.at <= _HANDED, sa.or_(ANSWER.c.superseded_at.is_(None), ANSWER.c.superseded_at > _HANDED))
"""Answers of a report as they were when it was last handed in: a correction counts when it is handed in too, not while it is being typed."""
