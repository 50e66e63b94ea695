"""The inbox: one row per channel and external id, the id for good, the body until retention."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table


class InboxState(StrEnum):
    """received -> done | failed -> done | parked. A parked message was tried five times; its sender has been told."""

    RECEIVED = "received"
    DONE = "done"
    FAILED = "failed"
    PARKED = "parked"
    UNDECODABLE = "undecodable"


class Inbox(SQLModel, table=True):
    """One message that came in. `body` is the Incoming as JSON, sealed under its conversation's key."""

    __table_args__ = (
        sa.UniqueConstraint("channel", "external_id"),
        sa.Index("inbox_open", "next_try", sqlite_where=sa.text("state IN ('received','failed')"), postgresql_where=sa.text("state IN ('received','failed')")),
    )

    id: str = Field(sa_type=ID, primary_key=True)
    channel: str = Field(sa_type=WORD)
    external_id: str = Field(sa_type=sa.String(128))
    conversation: str | None = Field(default=None, sa_type=ID)
    body: bytes | None = None
    state: str = Field(sa_type=WORD)
    attempts: int = 0
    error: str = Field(default="", sa_type=WORD)  # the error's class, never its text: that could carry what somebody wrote
    received_at: datetime = Field(sa_type=UtcDateTime)
    next_try: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


INBOX = table(Inbox)
