"""Timers: what is due is a row. One row per kind and subject; setting it again moves it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, JSON, WORD, UtcDateTime, table

_PENDING = sa.text("fired_at IS NULL")


class Timer(SQLModel, table=True):
    """`due_at` is domain time. `data` holds ids and numbers only. `urgent` timers are fired first after an outage."""

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
