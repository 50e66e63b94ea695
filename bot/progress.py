"""How far reports have come, counted by the database: each count is one GROUP BY over the dates of a year, which the index on due dates finds whatever
lies before. One row counts at most once in each sum, so that no rate exceeds 100 %.

| counted   | rows                                                                                          |
|-----------|-----------------------------------------------------------------------------------------------|
| expected  | what the plan or a request asks for and can be handed in already; never what was dropped       |
| reported  | handed in or accepted now; what was sent back counts again when it is handed in again          |
| on time   | of those, first handed in before the due time, whatever was put right later                   |
| unseen    | of those, not accepted yet                                                                    |
| returned  | sent back, not handed in again                                                                |
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from handlers import progress
from models.expected import EXPECTED, STANDING, ExpectedState
from models.plan import Plan
from models.progress import Cell, Column, Progress, Sign, Tally
from models.talk import Kind, Label

if TYPE_CHECKING:
    from bot.gather.reading import Reading

YEAR = timedelta(days=366)
_E = EXPECTED.c
_STANDS = _E.state.in_(STANDING)
_ON_TIME = sa.and_(_STANDS, _E.first_at < _E.due_at)


def _sum(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((which, 1), else_=0)), 0)


_COUNTS = (
    sa.func.count().label("expected"),
    _sum(_STANDS).label("reported"),
    _sum(_ON_TIME).label("on_time"),
    _sum(_E.state == ExpectedState.HANDED_IN).label("unseen"),
    _sum(_E.state == ExpectedState.RETURNED).label("returned"),
)
_SIGN = sa.case(
    (_ON_TIME, str(Sign.ON_TIME)),
    (_STANDS, str(Sign.LATE)),
    (_E.state == ExpectedState.RETURNED, str(Sign.RETURNED)),
    (_E.due_at <= sa.bindparam("now", type_=_E.due_at.type), str(Sign.MISSING)),
    else_=str(Sign.WAITS),
)


_WITHIN = (  # both edges: with one alone SQLite reads the whole table in the order of the report's index
    _E.due_at > sa.bindparam("since"), _E.due_at <= sa.bindparam("until"), _E.state != ExpectedState.DROPPED, _E.opens_at <= sa.bindparam("now")
)  # fmt: skip


def _counted(*by: Any, more: Collection[Any] = ()) -> sa.Select[Any]:
    return sa.select(*by, *more, *_COUNTS).where(*_WITHIN).group_by(*by)


def _span(now: datetime) -> dict[str, datetime]:
    return {"since": now - YEAR, "until": now + YEAR, "now": now}


BY_REPORT = _counted(_E.report, _E.period, more=(sa.func.max(_E.due_at).label("due_at"), sa.func.max(_E.recipient).label("recipient")))
BY_UNIT = _counted(_E.unit).where(_E.due_at <= sa.bindparam("now"))
CELLS = sa.select(_E.report, _E.period, _E.unit, _SIGN.label("sign")).where(*_WITHIN)


def columns(db: sa.Connection, plan: Plan, now: datetime, zone: ZoneInfo) -> tuple[Column, ...]:
    """Each report and period that was due within a year, or is open and due later; by date."""
    rows = db.execute(BY_REPORT, _span(now)).all()
    return tuple(_column(row, plan, zone) for row in sorted(rows, key=lambda row: (row.due_at, row.report, row.period)))


def by_unit(db: sa.Connection, now: datetime, units: Collection[str] | None) -> dict[str, Tally]:
    """Each unit over all dates of the last year that have passed; of these `units`, None: all."""
    statement = BY_UNIT if units is None else BY_UNIT.where(_E.unit.in_(units))
    return {row.unit: _tally(row) for row in db.execute(statement, _span(now))}


def cells(db: sa.Connection, now: datetime, shown: Iterable[Column], units: Collection[str] | None) -> tuple[Cell, ...]:
    """How each expected report of these columns stands; of these `units`, None: all."""
    wanted = [(column.report, column.period) for column in shown]
    if not wanted:
        return ()
    statement = CELLS.where(sa.tuple_(_E.report, _E.period).in_(wanted))
    if units is not None:
        statement = statement.where(_E.unit.in_(units))
    rows = db.execute(statement, _span(now))
    return tuple(Cell(row.report, row.period, row.unit, Sign(row.sign)) for row in rows)


def gather(reading: "Reading") -> Progress:
    """For /tiendo: the day that the message names, else the newest; the division sees all units, others their own, and the dates of these."""
    db, engine = reading.db, reading.engine
    timer = reading.incoming.kind is Kind.TIMER  # which speaks to the division's room
    now, units = engine.now(), None if timer else progress.seen_units(reading.talk.who, engine.plan)
    found = columns(db, engine.plan, now, engine.zone)
    if units is not None:
        own = {(cell.report, cell.period) for cell in cells(db, now, found, units)}
        found = tuple(column for column in found if (column.report, column.period) in own)
    whole = Progress(found, progress.chosen_day(reading.incoming, found, now))
    return Progress(found, whole.day, cells(db, now, whole.shown(), units), by_unit(db, now, units))


def _tally(row: Any) -> Tally:
    return Tally(row.expected, int(row.reported), int(row.on_time), int(row.unseen), int(row.returned))


def _column(row: Any, plan: Plan, zone: ZoneInfo) -> Column:
    title, period = _names(plan, row.report, row.period)
    last = (row.due_at - timedelta(seconds=1)).astimezone(zone).date()
    return Column(row.report, row.period, title, period, row.due_at, last.isoformat(), _tally(row), not row.recipient)


def _names(plan: Plan, report: str, period: str) -> tuple[Label, Label]:
    """What a report of an earlier plan was called is not known any more: it is shown by its id. An ad-hoc one's title is sealed and stays so."""
    if report == "request":
        return Label("Báo cáo đột xuất", "Ad-hoc report"), Label("", "")
    try:
        found = plan.report(report)
        return found.short, found.period(period).name
    except KeyError:
        return Label(report, report), Label(period, period)
