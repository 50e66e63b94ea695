"""People, their accounts on messengers, what they are in which unit, and how they join."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table


class Person(SQLModel, table=True):
    """A member of the network. `phone` is sealed under the person's own key; a citizen or child who writes has no row here."""

    id: str = Field(sa_type=ID, primary_key=True)
    name: str = Field(sa_type=sa.String(120))
    phone: bytes | None = None
    locale: str = Field(default="vi", sa_type=WORD)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Account(SQLModel, table=True):
    """A person on one messenger. `started` is False until the bot may write privately; `gone_at` is set when it was blocked."""

    __table_args__ = (sa.UniqueConstraint("channel", "external_id"), sa.Index("account_person", "person"))

    id: str = Field(sa_type=ID, primary_key=True)
    person: str = Field(sa_type=ID)
    channel: str = Field(sa_type=WORD)
    external_id: str = Field(
        sa_type=sa.String(128)
    )  # the platform's id of the sender; the private chat has the same id on every platform so far
    chat: str = Field(sa_type=sa.String(128))
    started: bool = True
    gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cut_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # /thuhoi: knows nobody from now on
    created_at: datetime = Field(sa_type=UtcDateTime)


class Membership(SQLModel, table=True):
    """What somebody is, where: collaborator, ward_officer, duty_officer, leader, partner, administrator (DESIGN section 6)."""

    __table_args__ = (sa.Index("membership_person", "person"), sa.Index("membership_unit", "unit", "role"))

    id: str = Field(sa_type=ID, primary_key=True)
    person: str = Field(sa_type=ID)
    unit: str = Field(sa_type=WORD)
    role: str = Field(sa_type=WORD)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Invitation(SQLModel, table=True):
    """A one-time code; only its hash is kept. Seven days, used once."""

    __table_args__ = (sa.UniqueConstraint("code_hash"),)

    id: str = Field(sa_type=ID, primary_key=True)
    code_hash: str = Field(sa_type=sa.String(64))
    role: str = Field(sa_type=WORD)
    unit: str = Field(sa_type=WORD)
    created_by: str | None = Field(default=None, sa_type=ID)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_by: str | None = Field(default=None, sa_type=ID)


class Room(SQLModel, table=True):
    """A group chat bound to a unit. `purpose`: main, or alarm (urgent alarms only). At most one live room per unit, purpose and channel: a
    unit may have one on each messenger, and a case has one state in all of them."""

    __table_args__ = (
        sa.Index(
            "room_live",
            "unit",
            "purpose",
            "channel",
            unique=True,
            sqlite_where=sa.text("unbound_at IS NULL"),
            postgresql_where=sa.text("unbound_at IS NULL"),
        ),
        sa.Index("room_chat", "channel", "chat"),
    )

    id: str = Field(sa_type=ID, primary_key=True)
    unit: str = Field(sa_type=WORD)
    purpose: str = Field(sa_type=WORD)
    channel: str = Field(sa_type=WORD)
    chat: str = Field(sa_type=sa.String(128))
    topic: str = Field(default="", sa_type=WORD)
    bound_by: str = Field(sa_type=ID)
    bound_at: datetime = Field(sa_type=UtcDateTime)
    unbound_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LinkCode(SQLModel, table=True):
    """/lienket: six digits that a person types on another messenger to be the same person there. Fifteen minutes, used once; only its hash is
    kept, and the newest code of a person is the only one that counts."""

    __tablename__ = "link_code"
    __table_args__ = (sa.Index("link_code_hash", "code_hash"),)

    id: str = Field(sa_type=ID, primary_key=True)
    code_hash: str = Field(sa_type=sa.String(64))
    person: str = Field(sa_type=ID)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


PERSON, ACCOUNT, MEMBERSHIP, INVITATION, ROOM = table(Person), table(Account), table(Membership), table(Invitation), table(Room)
REACHED = ACCOUNT.c.cut_at.is_(None), ACCOUNT.c.gone_at.is_(None), ACCOUNT.c.started.is_(True)
"""Conditions on an account: its person can be written to privately."""
LINK_CODE = table(LinkCode)
