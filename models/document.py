"""Documents that the service makes (pictures, workbooks, drafts): the turn writes a row, a worker draws it after the commit, a turn sends it.

wanted --drawn and stored as an attachment of the same id--> made        wanted --failed five times--> failed (who asked is told)
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, JSON, WORD, UtcDateTime, table

_WANTED = sa.text("state = 'wanted'")


class DocumentState(StrEnum):
    WANTED = "wanted"
    MADE = "made"
    FAILED = "failed"


class Document(SQLModel, table=True):
    """`kind` names its recipe (bot/documents); `data` holds ids, numbers and dates. It goes to `person` privately, else to the room of `unit`. The file
    is an attachment row with the document's own id, sealed under `submission:<id>`; it is deleted with its row after some days. `name`: what the file is
    called where it arrives, once it is made."""

    __table_args__ = (sa.Index("document_wanted", "next_try", sqlite_where=_WANTED, postgresql_where=_WANTED),)

    id: str = Field(sa_type=ID, primary_key=True)
    kind: str = Field(sa_type=WORD)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    person: str | None = Field(default=None, sa_type=ID)
    unit: str = Field(default="", sa_type=WORD)
    locale: str = Field(default="vi", sa_type=WORD)
    name: str = Field(default="", sa_type=sa.String(128))
    state: str = Field(sa_type=WORD)
    attempts: int = 0
    next_try: datetime = Field(sa_type=UtcDateTime)  # real time
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)  # real time
    created_at: datetime = Field(sa_type=UtcDateTime)
    made_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


DOCUMENT = table(Document)
