"""Legal clocks of a case: one row a duty, with the law that it rests on in the plan (plans/<plan>/clocks.yaml).

running --a typed statement of an officer--> done          running --the case was closed, or the duty no longer applies--> void
"""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table


class ClockState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    VOID = "void"


class CaseClock(SQLModel, table=True):
    """`kind` is an id of the plan's clocks. Times are domain time. `starts_at` is the moment that the duty counts from (`basis`: event, receipt,
    statement of an earlier clock); `strict_at` is when we want it done, `due_at` the latest that the law lets pass; `stated_at` is when it was
    done, as the officer says, `done_at` when they said so; `note` is the statement (case_note)."""

    __tablename__ = "case_clock"
    __table_args__ = (
        sa.Index("case_clock_one", "incident", "kind", unique=True),
        sa.Index("case_clock_running", "due_at", sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'")),
    )

    id: str = Field(sa_type=ID, primary_key=True)
    incident: str = Field(sa_type=ID)
    kind: str = Field(sa_type=WORD)
    basis: str = Field(sa_type=WORD)  # event | receipt | statement
    starts_at: datetime = Field(sa_type=UtcDateTime)
    strict_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(sa_type=WORD)
    reminders: int = 0  # how many have gone out
    raised: int = 0  # steps up that an overdue one has been told to
    stated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_by: str | None = Field(default=None, sa_type=ID)
    note: str | None = Field(default=None, sa_type=ID)
    created_at: datetime = Field(sa_type=UtcDateTime)


CASE_CLOCK = table(CaseClock)
