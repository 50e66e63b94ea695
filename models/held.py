"""What is held back on purpose before a claim chooses: its rows are marked with the reason and looked at again soon.

| reason | what                                                    | until                                                    |
|--------|---------------------------------------------------------|----------------------------------------------------------|
| quota  | everything but urgent letters of a channel              | the month is over, or its limit was raised               |
| digest | reminders and slower that nobody asked for              | the chat's one summary of the day                        |
| fuse   | what nobody asked for, in a chat that has had its share | the chat's next summary, or until a letter may go singly |

What was held for the month's end is given up a day after it was planned (`give_up_what_came_too_late`), or the first of a month would bring
weeks of old questions at once.

The mark is a row's `reason` with a `not_before` a minute ahead. So whoever looks (health, `python -m bot letters`) knows the reason from
the row alone, and nothing has to be undone: a mark that is not renewed is over.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from models.letter import DIGEST, FUSE, HOLDS, LETTER, OPEN, OPEN_STATES, QUOTA, SUMMARY, LetterState
from models.talk import Lane, LetterKind

HELD_FOR = timedelta(seconds=60)
HELD_AT_MOST = timedelta(days=1)  # for the month's end: as long as a reminder is tried, and as people remember what they asked
_NEVER_TOO_LATE = ("card", "bundle", "storm")  # purposes: nobody may have heard of their cases yet, so they wait as long as it takes
_MESSAGES = (LetterKind.SAY, LetterKind.EDIT)  # what takes something off a phone is no message, and is never too late
CODES = frozenset({"storm", "bundle"})
"""Purposes of letters that name many cases: a line of a summary would show one code and lose the rest. They are rare, so they pass the fuse."""
NEVER_SUMMED_UP = frozenset({"details", "digest", *CODES})  # purposes; details are private, a digest of reports is a summary already

_PLANNED = sa.text("letter.state = 'planned'")
_UNASKED = sa.and_(LETTER.c.asked.is_(False), LETTER.c.lane > int(Lane.URGENT))
_TARGET = LETTER.alias("target")
_FOR_A_LINE = sa.and_(LETTER.c.protect.is_(False), LETTER.c.purpose.not_in(NEVER_SUMMED_UP))


def _on(channel: str) -> sa.ColumnElement[bool]:
    """In the words of the indexes."""
    return sa.and_(LETTER.c.channel == channel, OPEN, _PLANNED)


def _new_message(edits: bool) -> sa.ColumnElement[bool]:
    """A say, or an edit that has to go as one: its original never arrived, or nothing can be edited there."""
    say = LETTER.c.kind == LetterKind.SAY
    if not edits:
        return sa.or_(say, LETTER.c.kind == LetterKind.EDIT)
    arrived = sa.and_(_TARGET.c.state == LetterState.DELIVERED, _TARGET.c.external_id != "")
    there = sa.exists().where(_TARGET.c.id == LETTER.c.target, sa.or_(_TARGET.c.state.in_(sorted(OPEN_STATES)), arrived))
    return sa.or_(say, sa.and_(LETTER.c.kind == LetterKind.EDIT, sa.not_(there)))


def _hold(db: sa.Connection, reason: str, now: datetime, *where: sa.ColumnElement[bool]) -> None:
    due = LETTER.c.not_before <= now
    db.execute(sa.update(LETTER).where(*where, due).values(reason=reason, not_before=now + HELD_FOR))


def hold_all_but_urgent(db: sa.Connection, channel: str, now: datetime) -> None:
    _hold(db, QUOTA, now, _on(channel), LETTER.c.lane > int(Lane.URGENT))


def give_up_toasts(db: sa.Connection, channel: str) -> None:
    """A toast answers the finger on a button: held for any time at all it is worth nothing."""
    _give_up(db, "quota", _on(channel), LETTER.c.lane > int(Lane.URGENT), LETTER.c.kind == LetterKind.TOAST)


def give_up_what_came_too_late(db: sa.Connection, channel: str, now: datetime) -> None:
    """Of every lane, broadcasts too (delivery tries one for a day at most), whether somebody asked for it or not: questions can be asked again,
    and an old answer is taken for a new one."""
    planned_before = LETTER.c.id < f"{int((now - HELD_AT_MOST).timestamp()) * 10**9:016x}"  # ids begin with the time (models.ids)
    what = LETTER.c.kind.in_(_MESSAGES), LETTER.c.purpose.not_in(_NEVER_TOO_LATE)
    _give_up(db, "held too long", _on(channel), LETTER.c.reason == QUOTA, planned_before, *what)


def _give_up(db: sa.Connection, reason: str, *where: sa.ColumnElement[bool]) -> None:
    db.execute(sa.update(LETTER).where(*where).values(state=LetterState.GIVEN_UP, reason=reason))


def hold_reminders(db: sa.Connection, channel: str, now: datetime, *, edits: bool) -> None:
    """One that was tried before goes on being tried: its turn has come."""
    slow = LETTER.c.lane >= int(Lane.REMINDER), LETTER.c.attempts == 0, LETTER.c.purpose != SUMMARY
    _hold(db, DIGEST, now, _on(channel), _UNASKED, *slow, _FOR_A_LINE, _new_message(edits))


def hold_unasked(db: sa.Connection, channel: str, now: datetime, full: Collection[str], due: Collection[str], *, edits: bool) -> None:
    """In the full chats; where a summary is due, one that is waiting may leave."""
    summary = sa.and_(LETTER.c.purpose == SUMMARY, LETTER.c.chat.in_(due))
    where = _on(channel), _UNASKED, LETTER.c.chat.in_(full), LETTER.c.purpose.not_in(CODES)
    _hold(db, FUSE, now, *where, _new_message(edits), sa.not_(summary))


def release(db: sa.Connection, letters: Collection[str], now: datetime) -> None:
    """Their turn has come. What backs off for another reason goes on doing so."""
    db.execute(sa.update(LETTER).where(LETTER.c.id.in_(letters), LETTER.c.reason.in_(HOLDS)).values(reason="", not_before=now))


def oldest_reminders(db: sa.Connection, channel: str) -> list[tuple[str, str]]:
    """Of each chat with reminders that are held for its summary: the chat, and the oldest one's id."""
    held = _on(channel), LETTER.c.lane >= int(Lane.REMINDER), LETTER.c.reason == DIGEST
    return [(row[0], row[1]) for row in db.execute(sa.select(LETTER.c.chat, sa.func.min(LETTER.c.id)).where(*held).group_by(LETTER.c.chat))]


def open_summaries(db: sa.Connection, channel: str, chat: str) -> list[str]:
    """Those that have not arrived yet: nothing new is gathered before them."""
    where = LETTER.c.channel == channel, LETTER.c.chat == chat, OPEN, LETTER.c.purpose == SUMMARY
    return list(db.execute(sa.select(LETTER.c.id).where(*where)).scalars())


def gatherable(db: sa.Connection, channel: str, chat: str, fastest: Lane, now: datetime, most: int = 50) -> Sequence[sa.Row[Any]]:
    """What of a chat could go into a summary, locked, oldest first: held or due, unasked, of this lane or slower, all of one topic."""
    free = sa.or_(LETTER.c.not_before <= now, LETTER.c.reason.in_(HOLDS))
    where = _on(channel), LETTER.c.chat == chat, LETTER.c.lane >= int(fastest), _UNASKED, _FOR_A_LINE, free
    what = LETTER.c.kind.in_((LetterKind.SAY, LetterKind.EDIT)), LETTER.c.purpose != SUMMARY
    statement = sa.select(LETTER).where(*where, *what).order_by(LETTER.c.id).limit(most).with_for_update(skip_locked=True)
    rows = db.execute(statement).all()
    return [row for row in rows if row.topic == rows[0].topic]
