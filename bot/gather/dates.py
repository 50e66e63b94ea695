"""Facts about the dates of reports: those of the sender's units one by one, those of everybody who hands in to them as counts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot import expected_rows
from bot.gather.reading import Reading
from handlers.rights import receiving_units, submitting_units
from models.expected import EXPECTED, OWING, ExpectedState
from models.report_facts import Ahead, Round

_BEHIND = timedelta(days=366)  # what was never handed in before that is history

_NOW: sa.BindParameter[datetime] = sa.bindparam("now", type_=EXPECTED.c.due_at.type)
_SINCE: sa.BindParameter[datetime] = sa.bindparam("since", type_=EXPECTED.c.due_at.type)
_UNITS: sa.BindParameter[Any] = sa.bindparam("units", expanding=True)
_ASKED = EXPECTED.c.state != ExpectedState.DROPPED, EXPECTED.c.due_at > _SINCE

_OWN = (
    expected_rows.ROWS.where(EXPECTED.c.unit.in_(_UNITS), *_ASKED)
    .where(sa.or_(EXPECTED.c.due_at > _NOW, EXPECTED.c.state.in_(OWING)))
    .order_by(EXPECTED.c.due_at, EXPECTED.c.number)
)


def _how_many(*states: ExpectedState) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((EXPECTED.c.state.in_(states), 1), else_=0))


_COUNTED = (
    sa.select(sa.func.min(EXPECTED.c.id).label("one"), *(_how_many(state).label(str(state)) for state in ExpectedState))
    .where(EXPECTED.c.recipient.in_(_UNITS), *_ASKED)
    .group_by(EXPECTED.c.report, EXPECTED.c.period, EXPECTED.c.due_at)
    .having(
        sa.or_(
            EXPECTED.c.due_at > _NOW,
            sa.and_(
                _how_many(*OWING) > 0, sa.or_(sa.func.max(EXPECTED.c.expires_at) > _NOW, sa.func.max(EXPECTED.c.unlocked_until) > _NOW)
            ),
        )
    )
)
"""A date behind is listed until all of it is there or it is locked; afterwards it belongs to the rates."""


def ahead(reading: Reading) -> Ahead:
    """Dates from now on, and those behind that are still owed."""
    who, now = reading.talk.who, reading.engine.now()
    times = {"now": now, "since": now - _BEHIND}
    own = reading.db.execute(_OWN, {"units": submitting_units(who), **times}).all()
    counted = reading.db.execute(_COUNTED, {"units": receiving_units(who), **times}).all()
    return Ahead(tuple(expected_rows.as_expected(reading.db, reading.engine, row) for row in own), _rounds(reading, counted))


def _rounds(reading: Reading, counted: Sequence[sa.Row[tuple[object, ...]]]) -> tuple[Round, ...]:
    counts = {row.one: row for row in counted}
    named = expected_rows.ROWS.where(EXPECTED.c.id.in_(counts)).order_by(EXPECTED.c.due_at, EXPECTED.c.report, EXPECTED.c.period)
    return tuple(
        Round(
            expected_rows.as_expected(reading.db, reading.engine, row),
            owed=counts[row.id].owed, handed_in=counts[row.id].handed_in, accepted=counts[row.id].accepted, returned=counts[row.id].returned,
        )
        for row in reading.db.execute(named).all()
    )  # fmt: skip
