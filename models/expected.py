"""Expected reports: one row for each report × unit × period (DHIS2), with its state and its history.

owed --handed in--> handed_in --accepted by the recipient--> accepted
handed_in --sent back with reasons--> returned --handed in again--> handed_in
accepted --sent back with reasons--> returned
handed_in, accepted --emptied: its only file could not be kept--> owed, or returned where it had been sent back before
owed, returned --the plan no longer asks for it--> dropped --it asks again--> owed
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, JSON, WORD, UtcDateTime, table

_OWING = sa.text("state IN ('owed','returned')")
WAITING = sa.text("state = 'handed_in'")
"""For its recipient's answer; literal, or its partial index is not used."""


class ExpectedState(StrEnum):
    OWED = "owed"
    HANDED_IN = "handed_in"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    DROPPED = "dropped"


OWING = (ExpectedState.OWED, ExpectedState.RETURNED)
STANDING = (ExpectedState.HANDED_IN, ExpectedState.ACCEPTED)


class ExpectedReport(SQLModel, table=True):
    """`report` and `period` are ids of the plan `plan`; of an ad-hoc report `report` is "request" and `period` the id of its `request`. `number` is what
    people type ("nop 17"). `due_day` is the day that the document names (ISO), `due_at` the moment until which it is on time; `opens_at` and
    `expires_at` bound when it can be handed in, `unlocked_until` is a leader's exception. `first_at`: when it was first handed in, which decides
    whether it was on time, whatever was corrected later; `handed_at`: the newest time. `as_of`: the day of the figures (ISO). `remind_at`: when
    whoever owes it is reminded next, never NULL while it is owed and not locked."""

    __tablename__ = "expected_report"
    __table_args__ = (
        sa.Index("expected_report_one", "report", "unit", "period", unique=True),
        sa.Index("expected_report_number", "number", unique=True),
        sa.Index("expected_report_remind", "remind_at", "unit", sqlite_where=_OWING, postgresql_where=_OWING),
        sa.Index("expected_report_owing", "unit", "due_at", sqlite_where=_OWING, postgresql_where=_OWING),
        sa.Index("expected_report_waiting", "recipient", "handed_at", sqlite_where=WAITING, postgresql_where=WAITING),
        sa.Index("expected_report_due", "due_at", "unit", "state"),
    )

    id: str = Field(sa_type=ID, primary_key=True)
    number: int
    plan: str = Field(sa_type=WORD)
    report: str = Field(sa_type=WORD)
    unit: str = Field(sa_type=WORD)
    period: str = Field(sa_type=WORD)
    request: str | None = Field(default=None, sa_type=ID)
    recipient: str = Field(sa_type=WORD)
    due_day: str = Field(sa_type=WORD)
    rule: str = Field(sa_type=WORD)
    opens_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    unlocked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: str = Field(sa_type=WORD)
    submission: str | None = Field(default=None, sa_type=ID)
    zero: bool = False
    as_of: str = Field(default="", sa_type=WORD)
    first_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    handed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    handed_by: str | None = Field(default=None, sa_type=ID)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = Field(default=None, sa_type=ID)
    remind_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminders: int = 0  # how many have gone out
    created_at: datetime = Field(sa_type=UtcDateTime)


class ReportEvent(SQLModel, table=True):
    """The history of an expected report. `what`: expected | moved | dropped | reminded | begun | handed_in | accepted | returned | emptied | unlocked.
    `data` holds ids, numbers and dates; `note` is what a person typed (reasons), sealed under `expected:<expected>`, place "report_event.note"."""

    __tablename__ = "report_event"
    __table_args__ = (sa.Index("report_event_of", "expected", "id"),)

    id: str = Field(sa_type=ID, primary_key=True)
    expected: str = Field(sa_type=ID)
    what: str = Field(sa_type=WORD)
    person: str | None = Field(default=None, sa_type=ID)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    note: bytes | None = None
    at: datetime = Field(sa_type=UtcDateTime)


class ReportRequest(SQLModel, table=True):
    """An ad-hoc report ("báo cáo đột xuất", "theo Chương trình"), asked for by chat. `title` is sealed under `request:<id>`, place
    "report_request.title", because people type anything there."""

    __tablename__ = "report_request"

    id: str = Field(sa_type=ID, primary_key=True)
    title: bytes
    form: str = Field(sa_type=WORD)
    created_by: str | None = Field(default=None, sa_type=ID)
    created_at: datetime = Field(sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Absence(SQLModel, table=True):
    """A planned absence: within this span what `person` would be reminded of goes to `substitute`. Times are domain time, `until` exclusive."""

    __table_args__ = (sa.Index("absence_span", "until", "start"), sa.Index("absence_person", "person"))

    id: str = Field(sa_type=ID, primary_key=True)
    person: str = Field(sa_type=ID)
    substitute: str = Field(sa_type=ID)
    start: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    created_by: str | None = Field(default=None, sa_type=ID)
    created_at: datetime = Field(sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


EXPECTED, REPORT_EVENT, REPORT_REQUEST, ABSENCE = table(ExpectedReport), table(ReportEvent), table(ReportRequest), table(Absence)
