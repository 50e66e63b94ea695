"""Conversations: (channel account, chat, topic, person). One conversation, one turn at a time."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table


class Conversation(SQLModel, table=True):
    """`person` is the platform's id of the sender, "" for a chat that letters only go to (a room). `frame` is a Frame as sealed JSON."""

    __table_args__ = (sa.UniqueConstraint("channel", "chat", "topic", "person"),)

    id: str = Field(sa_type=ID, primary_key=True)
    channel: str = Field(sa_type=WORD)
    chat: str = Field(sa_type=sa.String(128))
    topic: str = Field(default="", sa_type=WORD)
    person: str = Field(default="", sa_type=sa.String(128))
    is_group: bool = False
    frame: bytes | None = None
    locale: str = Field(default="", sa_type=WORD)  # chosen with /ngonngu before anybody joined
    turns: int = 0
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


CONVERSATION = table(Conversation)
