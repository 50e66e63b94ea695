"""The inbox: one row per channel and external id, the id for good, the body until retention."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table

WAITING = "state IN ('received','failed')"


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
        sa.Index(
            "inbox_open",
            "next_try",
            sqlite_where=sa.text(WAITING),
            postgresql_where=sa.text(WAITING),
        ),
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


BACKOFF_SECONDS = (1, 5, 20, 60, 300)
PATIENCE = 5
"""A message that has failed this often is parked (DESIGN section 1); the timers of a ladder never are."""


def failed(db: sa.Connection, row: dict[str, Any]) -> int:
    """Count one failure, in a transaction of its own; returns how many there are now."""
    insert = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    statement = insert(INBOX).values(**(row | {"state": InboxState.FAILED, "attempts": 1}))
    again = {"state": InboxState.FAILED, "attempts": INBOX.c.attempts + 1, "error": row["error"], "next_try": row["next_try"]}
    counted = statement.on_conflict_do_update(
        index_elements=["channel", "external_id"], set_=again, where=INBOX.c.state.in_((InboxState.RECEIVED, InboxState.FAILED))
    )
    return int(db.execute(counted.returning(INBOX.c.attempts)).scalar() or 0)


def park(db: sa.Connection, channel: str, external_id: str) -> str:
    """No further try; returns the row's id, by which administrators speak of it."""
    mine = INBOX.c.channel == channel, INBOX.c.external_id == external_id
    return str(db.execute(sa.update(INBOX).where(*mine).values(state=InboxState.PARKED, next_try=None).returning(INBOX.c.id)).scalar_one())


def waiting(db: sa.Connection, before: datetime, limit: int = 50) -> list[Any]:
    """Messages stored before their turn and not taken since: a process died in between. Oldest first."""
    open_ = sa.text(WAITING), INBOX.c.received_at <= before, INBOX.c.body.is_not(None)  # in the index's own words, or it is not used
    return list(db.execute(sa.select(INBOX).where(*open_).order_by(INBOX.c.id).limit(limit)).all())


def forget_bodies(db: sa.Connection, before: datetime) -> int:
    """Retention: the id stays for good, so that a replay is still known; the body goes."""
    old = INBOX.c.state.in_((InboxState.DONE, InboxState.PARKED)), INBOX.c.received_at < before, INBOX.c.body.is_not(None)
    return db.execute(sa.update(INBOX).where(*old).values(body=None)).rowcount
