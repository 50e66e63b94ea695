"""Pages behind a one-time link: private details for people whose messenger can neither protect nor take back what stands in a chat.

planned --opened once, with the person's own digits--> opened (readable in that one browser until `expires_at`)
   \\--------------time over, three wrong tries, the right lost: no body any more--------------/
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table

KEPT = timedelta(days=1)  # of a page without its body: when was it made, opened, guessed at


class Page(SQLModel, table=True):
    """`body` is sealed JSON {texts, attachments} under the key of `person:<person>`; without it the page is gone. Of the link's token and the
    browser's session only hashes are kept. `about` is the incident whose right is checked again at every look. Times are domain time."""

    __table_args__ = (sa.Index("page_token", "token_hash", unique=True), sa.Index("page_expires", "expires_at"))

    id: str = Field(sa_type=ID, primary_key=True)
    token_hash: str = Field(sa_type=sa.String(64))
    person: str = Field(sa_type=ID)
    about: str = Field(default="", sa_type=ID)
    what: str = Field(default="details", sa_type=WORD)
    locale: str = Field(default="vi", sa_type=WORD)
    body: bytes | None = None
    wrong: int = 0
    session_hash: str = Field(default="", sa_type=sa.String(64))
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


PAGE = table(Page)


def readers(db: sa.Connection, incident: str) -> list[str]:
    """Persons who have a page about a case that is not gone."""
    live = PAGE.c.about == incident, PAGE.c.body.is_not(None)
    return list(db.execute(sa.select(PAGE.c.person).where(*live).distinct().order_by(PAGE.c.person)).scalars())


def withdraw(db: sa.Connection, *which: sa.ColumnElement[bool]) -> int:
    """These pages are gone, opened or not; how many were not before."""
    statement = sa.update(PAGE).where(*which, PAGE.c.body.is_not(None)).values(body=None, session_hash="")
    return int(db.execute(statement).rowcount)


def forget(db: sa.Connection, now: datetime) -> int:
    """Bodies whose time is over go, and a day later their rows."""
    db.execute(sa.delete(PAGE).where(PAGE.c.expires_at <= now - KEPT))
    return withdraw(db, PAGE.c.expires_at <= now)
