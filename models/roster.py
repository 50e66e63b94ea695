"""The duty roster: a weekly pattern, and what differs from it on a certain day."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table


class DutyPattern(SQLModel, table=True):
    """Every week: who is on duty from when until when, by the plan's clock. `start` and `until` are "HH:MM"; `until` at or before `start` means
    the next morning. `weekday`: 0 is Monday."""

    __tablename__ = "duty_pattern"
    __table_args__ = (sa.Index("duty_pattern_live", "ended_at", "weekday"),)

    id: str = Field(sa_type=ID, primary_key=True)
    person: str = Field(sa_type=ID)
    weekday: int
    start: str = Field(sa_type=WORD)
    until: str = Field(sa_type=WORD)
    created_by: str | None = Field(default=None, sa_type=ID)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DutyOverride(SQLModel, table=True):
    """Once: within this span this person is on duty instead of the pattern (`person` None: nobody, on purpose). Newer ones win. `instead_of`:
    in the place of that person alone, so that a colleague of the same hours stays. `note` is the hand-over note, sealed under
    `person:<created_by>`; a row without length changes nobody's turn and only carries one, until it is cancelled because it was read."""

    __tablename__ = "duty_override"
    __table_args__ = (sa.Index("duty_override_span", "until", "start"),)

    id: str = Field(sa_type=ID, primary_key=True)
    person: str | None = Field(default=None, sa_type=ID)
    start: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    instead_of: str | None = Field(default=None, sa_type=ID)
    note: bytes | None = None
    created_by: str | None = Field(default=None, sa_type=ID)
    created_at: datetime = Field(sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


DUTY_PATTERN, DUTY_OVERRIDE = table(DutyPattern), table(DutyOverride)
