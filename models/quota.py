"""What one bot has used of its month: messages sent and received, in `counter`, by the calendar of the plan's zone."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models.columns import insert_once
from models.service import COUNTER

SENT, RECEIVED = "sent", "received"


@dataclass(frozen=True, slots=True)
class Used:
    """Of one channel in one month ("2026-11")."""

    month: str
    sent: int = 0
    received: int = 0

    @property
    def total(self) -> int:
        """What the platform counts is not known for sure, so both directions count: rather warned too early than silent too soon."""
        return self.sent + self.received


def month_of(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m}"


def name_of(direction: str, channel: str, month: str) -> str:
    """The counter's name, 64 characters at most: a long channel is cut, never the month."""
    return f"{direction}.{channel[:47]}.{month}"


@cache
def _add(dialect: str) -> sa.Executable:
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(COUNTER)
    return statement.on_conflict_do_update(index_elements=["name"], set_={"value": COUNTER.c.value + statement.excluded.value})


def count(db: sa.Connection, direction: str, channel: str, month: str, messages: int = 1) -> None:
    """Add messages; the row stays locked until the transaction ends, so count before any letter's row is touched: a turn locks them in
    that order too."""
    db.execute(_add(db.dialect.name), {"name": name_of(direction, channel, month), "value": messages})


def used(db: sa.Connection, channel: str, month: str) -> Used:
    names = {direction: name_of(direction, channel, month) for direction in (SENT, RECEIVED)}
    found = {row.name: row.value for row in db.execute(sa.select(COUNTER).where(COUNTER.c.name.in_(names.values())))}
    return Used(month, found.get(names[SENT], 0), found.get(names[RECEIVED], 0))


def _once_name(what: str, channel: str, chat: str, day: date) -> str:
    chat_of = hashlib.sha256(f"{channel}\x00{chat}".encode()).hexdigest()[:32]  # a chat's id can be longer than a counter's name
    return f"{what}.{chat_of}.{day.isoformat()}"


def once_a_day(db: sa.Connection, what: str, channel: str, chat: str, day: date) -> bool:
    """True the first time that this is asked for a chat and day, whichever process asks."""
    return insert_once(db, COUNTER, {"name": _once_name(what, channel, chat, day), "value": 1})


def had_today(db: sa.Connection, what: str, channel: str, chat: str, day: date) -> bool:
    """Whether `once_a_day` was already true today."""
    return db.execute(sa.select(COUNTER.c.name).where(COUNTER.c.name == _once_name(what, channel, chat, day))).first() is not None


def forget_days(db: sa.Connection, before: date) -> None:
    """Rows of `once_a_day` of earlier days go; months, codes of cases and whatever else is counted have no day at their end."""
    day = sa.func.substr(COUNTER.c.name, sa.func.length(COUNTER.c.name) - 9)
    db.execute(sa.delete(COUNTER).where(COUNTER.c.name.like("%.____-__-__"), day < before.isoformat()))
