"""Attachments: the turn writes a row (wanted); a worker fetches, checks, re-encodes, encrypts, stores.

wanted --fetched and stored--> stored        wanted --too large, wrong type, gone--> refused (the sender is asked again)
"""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table

SHEET = "sheet"
"""Instead of a question: a spreadsheet that came by itself. It is read before anybody is asked whose it is."""

BLANK = "blank"
"""Instead of a question: a spreadsheet of ours that came back without any figure. It is kept, and is no report."""


class AttachmentState(StrEnum):
    WANTED = "wanted"
    STORED = "stored"
    REFUSED = "refused"


class Attachment(SQLModel, table=True):
    """`ref` (how the channel fetches it) and the file on disk are sealed under the submission's key; the file's name is this row's id."""

    __table_args__ = (
        sa.Index("attachment_wanted", "next_try", sqlite_where=sa.text("state = 'wanted'"), postgresql_where=sa.text("state = 'wanted'")),
        sa.Index("attachment_of", "submission"),
    )

    id: str = Field(sa_type=ID, primary_key=True)
    submission: str = Field(sa_type=ID)
    question: str = Field(sa_type=WORD)
    conversation: str = Field(sa_type=ID)
    channel: str = Field(sa_type=WORD)
    kind: str = Field(sa_type=WORD)  # photo | voice | file
    ref: bytes | None = None
    unique_ref: str = Field(default="", sa_type=sa.String(128))
    mime: str = Field(default="", sa_type=WORD)
    size: int | None = None
    state: str = Field(sa_type=WORD)
    reason: str = Field(default="", sa_type=WORD)
    attempts: int = 0
    next_try: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    stored_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


ATTACHMENT = table(Attachment)
