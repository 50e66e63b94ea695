"""The outbox: one row a letter, from the turn that wrote it to the platform's answer.

    planned --claim--> leased --mark, just before the wire--> attempted --> delivered | given_up | planned (later)
       \\--newer edit--> superseded          leased, lease expired: was never sent -> planned
                                             attempted, lease expired: outcome unknown -> rule 4
"""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table


class LetterState(StrEnum):
    PLANNED = "planned"
    LEASED = "leased"
    ATTEMPTED = "attempted"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    SUPERSEDED = "superseded"


_OPEN = sa.text("state IN ('planned','leased','attempted')")


class LetterRow(SQLModel, table=True):
    """`body` is sealed JSON {text, buttons, columns, attachments} under the key of `conversation`. Queue: (channel, chat, topic).

    `not_before`, `lease_until`, `attempted_at` are real time; `created_at` is domain time.
    """

    __tablename__ = "letter"
    __table_args__ = (
        sa.Index("letter_queue", "channel", "lane", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("letter_chat_queue", "channel", "chat", "lane", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("letter_about", "about", "purpose"),
        sa.Index("letter_target", "target"),
    )

    id: str = Field(sa_type=ID, primary_key=True)
    conversation: str = Field(sa_type=ID)
    channel: str = Field(sa_type=WORD)
    chat: str = Field(sa_type=sa.String(128))
    topic: str = Field(default="", sa_type=WORD)
    is_group: bool = False
    lane: int
    kind: str = Field(sa_type=WORD)
    purpose: str = Field(default="", sa_type=WORD)
    about: str = Field(default="", sa_type=ID)
    target: str = Field(default="", sa_type=sa.String(128))  # letter id; for a toast the platform's id of the press
    body: bytes | None = None
    silent: bool = False
    protect: bool = False
    plain: bool = False  # second try: plain and short
    retired: bool = False  # its buttons were taken off (set when the retire or the final edit is written)
    state: str = Field(sa_type=WORD)
    attempts: int = 0
    not_before: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    external_id: str = Field(default="", sa_type=sa.String(128))
    reason: str = Field(default="", sa_type=sa.String(200))  # the last outcome in words without content


LETTER = table(LetterRow)
