"""A channel's monthly messages as a resource: counted, warned of, its reserve kept for urgent letters, nobody left in silence.

The month is that of the plan's zone. Where nothing else is said the functions work within the caller's transaction, and do nothing for a
channel without a quota.
"""

from datetime import datetime, tzinfo
from enum import IntEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.channels import Capabilities, Delivered, Outcome, Quota, Unknown
from bot.engine import Engine
from bot.gather.people import read_service
from handlers.quota import used_up
from models.held import CODES
from models.inbox import INBOX
from models.quota import RECEIVED, SENT, Used, count, month_of, once_a_day, used
from models.talk import Incoming, Json, Kind, Lane, Say

if TYPE_CHECKING:
    from bot.writing import Writing

WARNED_AT = (80, 95)  # percent of the month
NEAR = 0.8  # share from which reminders become one summary a day
NOT_WRITTEN = frozenset({Kind.BLOCKED, Kind.UNBLOCKED, Kind.MIGRATED, Kind.TIMER, Kind.INTERNAL})


class Level(IntEnum):
    """How far a channel's month is used."""

    FREE = 0
    NEAR = 1
    RESERVE = 2  # only urgent letters leave (lane_now says what counts as urgent then)


def level(of: Quota, used_: Used) -> Level:
    if used_.total >= of.month * (1 - of.reserve):
        return Level.RESERVE
    return Level.NEAR if used_.total >= of.month * NEAR else Level.FREE


def level_now(db: sa.Connection, channel: str, can: Capabilities, now: datetime, zone: tzinfo) -> Level:
    """FREE for a channel without a quota."""
    return level(can.quota, used(db, channel, month_of(now, zone))) if can.quota else Level.FREE


# --- counting ---------------------------------------------------------------------------------------------------------


def count_received(db: sa.Connection, engine: Engine, incoming: Incoming) -> None:
    """Once for a message, by whoever makes its inbox row."""
    if incoming.kind not in NOT_WRITTEN and engine.capabilities(incoming.channel).quota:
        count(db, RECEIVED, incoming.channel, month_of(engine.now(), engine.zone))


def messages_of(outcome: Outcome, attempts: int) -> int:
    """How many messages an outcome has cost, for all that is known, after so many earlier attempts. One of unknown outcome may have been sent:
    counted once a letter, or an outage in which nothing leaves would use up the month by being tried again."""
    match outcome:
        case Delivered(messages=messages):
            return messages
        case Unknown():
            return int(attempts == 0)
        case _:
            return 0


def count_sent(db: sa.Connection, channel: str, can: Capabilities, now: datetime, zone: tzinfo, messages: int) -> None:
    """A negative number takes back what turned out to be written already."""
    if can.quota and messages:
        count(db, SENT, channel, month_of(now, zone), messages)


# --- what is urgent then ----------------------------------------------------------------------------------------------


def lane_now(w: "Writing", channel: str, say: Say, *, of_a_report: bool) -> Lane:
    """The lane of a letter that is being planned. Once only urgent letters leave, more kinds are urgent, or a child would be told of into silence
    and a case would wait for next month: what answers somebody who tells of a child or acts on a case (`of_a_report`), whatever is about a case
    or shows many (a change of its card that waits for a newer one may wait), and the question about a promise, without whose answer others
    are called."""
    about = bool(say.about) and (not say.settle or say.purpose in CODES)
    needed = of_a_report or about or say.purpose in {"promise", "state"}
    return Lane.URGENT if needed and say.lane > Lane.URGENT and w.quota_level(channel) is Level.RESERVE else say.lane


# --- telling ----------------------------------------------------------------------------------------------------------


def warnings(db: sa.Connection, engine: Engine) -> list[Incoming]:
    """Shares that were passed and not told yet, as internal messages for `handlers.quota.warn`. The inbox row of each is what makes it one
    warning a channel, month and share, whatever process asks how often."""
    found = []
    for channel, can in engine.channels.items():
        if can.quota is None:
            continue
        spent = used(db, channel, month_of(engine.now(), engine.zone))
        passed = [percent for percent in WARNED_AT if spent.total * 100 >= can.quota.month * percent]
        found += [_warning(engine, channel, can.title or channel, percent, spent, can.quota.month) for percent in passed]
    known = sa.select(INBOX.c.external_id).where(INBOX.c.channel == "internal", INBOX.c.external_id.in_([w.external_id for w in found]))
    told = set(db.execute(known).scalars()) if found else set()
    return [warning for warning in found if warning.external_id not in told]


def _warning(engine: Engine, channel: str, title: str, percent: int, spent: Used, limit: int) -> Incoming:
    subject = f"{channel}.{spent.month}.{percent}"
    data: dict[str, Json] = {"timer": "quota", "subject": subject, "title": title, "percent": percent, "used": spent.total, "limit": limit}
    return Incoming("internal", f"quota:{subject}", subject, "", Kind.INTERNAL, engine.now(), data=data)


def tell_who_writes(w: "Writing") -> None:
    """While only urgent letters leave, whoever writes gets one of those, once a chat and day: what was said to them stays behind."""
    if w.incoming.kind in NOT_WRITTEN or w.quota_level(w.talk.channel) < Level.RESERVE:
        return
    if once_a_day(w.db, "used_up", w.talk.channel, w.talk.chat, w.now.astimezone(w.engine.zone).date()):
        w.post(w.here, used_up(w.engine.plan, read_service(w.db).division_phone), asked=True)
