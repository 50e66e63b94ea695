"""The service's own rows: settings taken by chat, counters, leases, data keys, audit."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import ID, WORD, UtcDateTime, table


class Setting(SQLModel, table=True):
    """What an administrator entered by chat (division_phone, keys_backed_up, ready_at, admin_code_used…)."""

    name: str = Field(sa_type=WORD, primary_key=True)
    value: str = Field(sa_type=sa.String(500))
    person: str | None = Field(default=None, sa_type=ID)
    at: datetime = Field(sa_type=UtcDateTime)


class Counter(SQLModel, table=True):
    """Running numbers: one row a name ("incident-2026"), raised inside the turn, so that no number is given twice."""

    name: str = Field(sa_type=WORD, primary_key=True)
    value: int


class Lease(SQLModel, table=True):
    """Who may poll or send for a token just now (real time)."""

    name: str = Field(sa_type=WORD, primary_key=True)
    holder: str = Field(sa_type=WORD)
    until: datetime = Field(sa_type=UtcDateTime)


class DataKey(SQLModel, table=True):
    """One data key per subject ("conversation:<id>", "submission:<id>", "person:<id>"), wrapped by a master key. Deleting the row erases
    whatever was sealed under it."""

    __tablename__ = "data_key"

    subject: str = Field(sa_type=WORD, primary_key=True)
    wrapped: bytes
    master: str = Field(sa_type=WORD)  # fingerprint of the master key


class ChannelState(SQLModel, table=True):
    """How a messenger does, shared by all processes. `failing_since` (real time): nothing has got through since. `down_since` (domain time): it
    failed so long, or was switched off, that what is urgent goes elsewhere; it holds the beginning of the failure. Both None while it works.
    `listened_until` (real time): see bot.channels.Channel. `title` is kept for one that is switched off."""

    __tablename__ = "channel_state"

    name: str = Field(sa_type=WORD, primary_key=True)
    title: str = Field(default="", sa_type=WORD)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    down_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    listened_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Audit(SQLModel, table=True):
    """Who did or saw what, when. Never content."""

    __table_args__ = (sa.Index("audit_subject", "subject"),)

    id: str = Field(sa_type=ID, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    person: str | None = Field(default=None, sa_type=ID)
    action: str = Field(sa_type=WORD)
    subject: str = Field(default="", sa_type=WORD)


SETTING, COUNTER, LEASE, DATA_KEY, AUDIT = table(Setting), table(Counter), table(Lease), table(DataKey), table(Audit)
CHANNEL_STATE = table(ChannelState)


_DOWN = sa.select(CHANNEL_STATE.c.name, CHANNEL_STATE.c.title).where(CHANNEL_STATE.c.down_since.is_not(None))


def down_channels(db: sa.Connection) -> dict[str, str]:
    """The messengers over which nothing urgent is sent just now, with what people call them."""
    return {row.name: row.title or row.name for row in db.execute(_DOWN)}
