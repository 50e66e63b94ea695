"""Submissions and their answers: rows, so that corrections leave a trail and several people can work on one form."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table

_DRAFT, _LOOSE = sa.text("state = 'draft'"), sa.text("state = 'loose'")
LOOSE = "loose"


class Submission(SQLModel, table=True):
    """One filled form. `subject` is the incident it belongs to, once there is one. state: draft | sent | cancelled |
    loose: files that came by themselves, without a form; sent as soon as it is known to which report (`expected`) they belong."""

    __table_args__ = (
        sa.Index("submission_unfinished", "conversation", sqlite_where=_DRAFT, postgresql_where=_DRAFT),
        sa.Index("submission_loose", "created_at", sqlite_where=_LOOSE, postgresql_where=_LOOSE),
    )

    id: str = Field(sa_type=ID, primary_key=True)
    form: str = Field(sa_type=WORD)
    version: int
    form_hash: str = Field(sa_type=sa.String(64))
    subject: str | None = Field(default=None, sa_type=ID)
    expected: str | None = Field(default=None, sa_type=ID)  # the expected report that it answers
    conversation: str = Field(sa_type=ID)
    person: str | None = Field(default=None, sa_type=ID)
    state: str = Field(sa_type=WORD)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Answer(SQLModel, table=True):
    """One answer; the newest row that is not `superseded_at` holds. `value` is sealed JSON under the submission's key."""

    __table_args__ = (
        sa.Index(
            "answer_live",
            "submission",
            "question",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
    )

    id: str = Field(sa_type=ID, primary_key=True)
    submission: str = Field(sa_type=ID)
    question: str = Field(sa_type=WORD)
    value: bytes | None = None  # NULL: skipped, which is an answer
    skipped: bool = False
    person: str | None = Field(default=None, sa_type=ID)
    message: str = Field(default="", sa_type=sa.String(128))  # the platform's id of the message that gave it: an edit of it corrects it
    at: datetime = Field(sa_type=UtcDateTime)
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


SUBMISSION, ANSWER = table(Submission), table(Answer)
