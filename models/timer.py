"""Timers: what is due is a row. One row per kind and subject; setting it again moves it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from models.columns import ID, JSON, WORD, UtcDateTime, table

_PENDING = sa.text("fired_at IS NULL")


class Timer(SQLModel, table=True):
    """`due_at` is domain time. `data` holds ids, numbers and what is sealed. `urgent` timers are fired first after an outage."""

    __table_args__ = (
        sa.Index("timer_due", "due_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
        sa.Index("timer_one", "kind", "subject", unique=True, sqlite_where=_PENDING, postgresql_where=_PENDING),
        sa.Index("timer_subject", "subject"),
    )

    id: str = Field(sa_type=ID, primary_key=True)
    kind: str = Field(sa_type=WORD)
    subject: str = Field(sa_type=ID)
    due_at: datetime = Field(sa_type=UtcDateTime)
    urgent: bool = False
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    set_at: datetime = Field(sa_type=UtcDateTime)
    fired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


TIMER = table(Timer)


_ONE = (TIMER.c.kind == sa.bindparam("kind"), TIMER.c.subject == sa.bindparam("subject"), TIMER.c.fired_at.is_(None))
_CANCEL = sa.delete(TIMER).where(*_ONE)


@cache  # a report sets its clock every turn, and making the statement costs more than running it
def _set_or_move(dialect: str) -> sa.Executable:
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(TIMER)
    moved = {name: statement.excluded[name] for name in ("due_at", "urgent", "data", "set_at")}
    return statement.on_conflict_do_update(index_elements=["kind", "subject"], index_where=_PENDING, set_=moved)


def set_timer(db: sa.Connection, values: dict[str, Any]) -> None:
    """Set the pending timer of (kind, subject), or move it."""
    db.execute(_set_or_move(db.dialect.name), values)


def set_timers(db: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """The same for many, in one statement."""
    if rows:
        db.execute(_set_or_move(db.dialect.name), list(rows))


def cancel_timer(db: sa.Connection, kind: str, subject: str) -> None:
    db.execute(_CANCEL, {"kind": kind, "subject": subject})


def pending(db: sa.Connection, kind: str, subject: str) -> bool:
    """Whether such a timer is set."""
    return (
        db.execute(sa.select(TIMER.c.id).where(TIMER.c.kind == kind, TIMER.c.subject == subject, TIMER.c.fired_at.is_(None))).first()
        is not None
    )


def fire(db: sa.Connection, timer: str, now: datetime) -> bool:
    """Mark a timer fired, once; False if somebody else did, or it was cancelled or moved meanwhile."""
    statement = sa.update(TIMER).where(TIMER.c.id == timer, TIMER.c.fired_at.is_(None), TIMER.c.due_at <= now).values(fired_at=now)
    return db.execute(statement).rowcount == 1


def due(db: sa.Connection, now: datetime, limit: int = 100) -> list[Any]:
    """Timers that are due, urgent first, then the oldest. Always ordered: without it PostgreSQL reads the whole table on an empty tick."""
    statement = (
        sa.select(TIMER)
        .where(TIMER.c.fired_at.is_(None), TIMER.c.due_at <= now)
        .order_by(TIMER.c.urgent.desc(), TIMER.c.due_at, TIMER.c.id)
        .limit(limit)
    )
    return list(db.execute(statement).all())


def next_due(db: sa.Connection) -> datetime | None:
    """When the next pending timer falls due (the training clock stops there)."""
    statement = sa.select(TIMER.c.due_at).where(TIMER.c.fired_at.is_(None)).order_by(TIMER.c.due_at).limit(1)
    found: datetime | None = db.execute(statement).scalar()
    return found
