"""Pages behind a one-time link: private details for people whose messenger can neither protect nor take back what stands in a chat.

planned --opened once, with the person's own digits--> opened (readable in that one browser until `expires_at`)
   \\--time over, three wrong tries--> gone
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table


class Page(SQLModel, table=True):
    """`body` is sealed JSON {texts, attachments} under the key of `person:<person>`. Of the link's token and the browser's session only hashes
    are kept. `about` is the incident whose right is checked again when the page is opened. Times are domain time."""

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
