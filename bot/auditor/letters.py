"""Whether every letter, wanted file and stored message is on its way.

Only what is not finished is looked at, by the partial indexes of letters that are open, under way or given up without a word, of files that are
wanted, and of messages that wait for their turn. Times are real, as in the outbox; of stored messages they are domain time.
"""

from collections import defaultdict
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.auditor.found import MOST, Found, Pass
from bot.delivery import found_attempted, never_sent
from bot.quota import count_sent
from models.attachment import ATTACHMENT
from models.document import DOCUMENT
from models.ids import new_id
from models.inbox import INBOX, WAITING, InboxState
from models.letter import LETTER, LETTER_ATTEMPT, OPEN, UNDER_WAY, UNEXPLAINED, LetterState
from models.timer import TIMER

FAR = timedelta(days=1)  # no back-off and no platform's wait is longer
HANGS = timedelta(minutes=5)  # beyond its lease: the sender takes back what is over within seconds
RESTS = timedelta(minutes=30)  # a file's longest pause is ten minutes
WAITS = timedelta(minutes=10)
LOST = timedelta(days=1)  # what a platform has not given again by then it never will


# --- letters ----------------------------------------------------------------------------------------------------------


def far(work: Pass) -> Found:
    """A planned letter leaves within a day, or is held on purpose and says so."""
    mine = OPEN, LETTER.c.channel.in_(work.channels), LETTER.c.state == LetterState.PLANNED
    absurd = LETTER.c.not_before > work.real + FAR, LETTER.c.reason.not_like("held:%")
    ids = tuple(work.db.execute(sa.select(LETTER.c.id).where(*mine, *absurd).limit(MOST)).scalars())
    if ids:
        again = LETTER.c.id.in_(ids), LETTER.c.state == LetterState.PLANNED
        work.db.execute(sa.update(LETTER).where(*again).values(not_before=work.real))
    return Found("letter_far", ids, len(ids))


def hangs(work: Pass) -> Found:
    """A letter under way has a live lease. What was never marked goes back; of what was, rule 4 decides, as for a process that died."""
    over = sa.or_(LETTER.c.lease_until.is_(None), LETTER.c.lease_until < work.real - HANGS)
    rows = work.db.execute(sa.select(LETTER).where(UNDER_WAY, LETTER.c.channel.in_(work.channels), over).limit(MOST)).all()
    groups: defaultdict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.channel, row.state, _becomes(work, row)["state"]].append(row)
    mended = sum(_release(work, group) for group in groups.values())
    return Found("letter_hangs", tuple(row.id for row in rows), mended)


def _becomes(work: Pass, row: Any) -> dict[str, Any]:
    if row.state == LetterState.LEASED:
        return never_sent(work.real)
    return found_attempted(row, work.engine.capabilities(row.channel), work.real, 0)


def _release(work: Pass, rows: list[Any]) -> int:
    """Letters of one channel and state that become the same. Whoever took one back meanwhile has changed its state or its lease."""
    first, ids = rows[0], [row.id for row in rows]
    same = LETTER.c.id.in_(ids), LETTER.c.state == first.state
    still = sa.or_(LETTER.c.lease_until.is_(None), LETTER.c.lease_until < work.real - HANGS)
    changed = work.db.execute(sa.update(LETTER).where(*same, still).values(**_becomes(work, first))).rowcount
    if first.state == LetterState.ATTEMPTED:  # each was perhaps sent: it counts, and its history says so
        count_sent(work.db, first.channel, work.engine.capabilities(first.channel), work.real, work.engine.zone, changed)
        work.db.execute(sa.insert(LETTER_ATTEMPT), [_attempt(work, row) for row in rows])
    return changed


def _attempt(work: Pass, row: Any) -> dict[str, Any]:
    at = row.attempted_at or work.real
    return {"id": new_id(), "letter": row.id, "number": row.attempts, "at": at, "outcome": "unknown", "reason": "its sender was gone"}


def unexplained(work: Pass) -> Found:
    """Whatever was given up says why. The index of those that do not is empty."""
    ids = tuple(work.db.execute(sa.select(LETTER.c.id).where(UNEXPLAINED).limit(MOST)).scalars())
    if ids:
        work.db.execute(sa.update(LETTER).where(LETTER.c.id.in_(ids), LETTER.c.reason == "").values(reason="no reason was kept"))
    return Found("letter_unexplained", ids, len(ids))


# --- files ------------------------------------------------------------------------------------------------------------


def attachments(work: Pass) -> Found:
    """A wanted file is tried again and again."""
    a = ATTACHMENT.c
    wanted = sa.text("state = 'wanted'"), a.channel.in_(work.channels)
    rests = sa.and_(a.next_try < work.real - RESTS, sa.or_(a.lease_until.is_(None), a.lease_until < work.real))
    absurd = sa.or_(a.next_try > work.real + FAR, a.lease_until > work.real + FAR)
    ids = tuple(work.db.execute(sa.select(a.id).where(*wanted, sa.or_(rests, absurd)).limit(MOST)).scalars())
    if ids:
        work.db.execute(sa.update(ATTACHMENT).where(a.id.in_(ids), *wanted[:1]).values(next_try=work.real, lease_until=None))
    return Found("attachment", ids, len(ids))


def documents(work: Pass) -> Found:
    """A wanted document is drawn, or fails for good and says so."""
    d = DOCUMENT.c
    wanted = sa.text("state = 'wanted'")
    rests = sa.and_(d.next_try < work.real - RESTS, sa.or_(d.lease_until.is_(None), d.lease_until < work.real))
    absurd = sa.or_(d.next_try > work.real + FAR, d.lease_until > work.real + FAR)
    ids = tuple(work.db.execute(sa.select(d.id).where(wanted, sa.or_(rests, absurd)).limit(MOST)).scalars())
    if ids:
        work.db.execute(sa.update(DOCUMENT).where(d.id.in_(ids), wanted).values(next_try=work.real, lease_until=None))
    return Found("document", ids, len(ids))


# --- messages -----------------------------------------------------------------------------------------------------------


def inbox(work: Pass) -> Found:
    """A stored message gets its turn. One whose words are kept is given to the ordinary resuming (`mended`); one whose words only the platform
    had, and that it has not given again within a day, is parked, and so is a timer's that is no more. That of a timer that is still set never
    is: its turn would count as taken, and the timer as fired."""
    old = sa.text(WAITING), INBOX.c.received_at < work.now - WAITS
    columns = INBOX.c.id, INBOX.c.external_id, INBOX.c.received_at, INBOX.c.body.is_not(None).label("kept")
    rows = work.db.execute(sa.select(*columns).where(*old).limit(MOST)).all()
    over = [row.id for row in rows if not row.kept and row.received_at < work.now - LOST and not _timer(row)]
    if timers := {_timer(row): row.id for row in rows if _timer(row)}:
        still = sa.select(TIMER.c.id).where(TIMER.c.id.in_(timers), TIMER.c.fired_at.is_(None))
        over += [timers[gone] for gone in sorted(set(timers) - set(work.db.execute(still).scalars()))]
    if over:
        waiting = INBOX.c.id.in_(over), INBOX.c.state.in_((InboxState.RECEIVED, InboxState.FAILED))
        work.db.execute(sa.update(INBOX).where(*waiting).values(state=InboxState.PARKED, next_try=None))
    return Found("inbox", tuple(row.id for row in rows), len(over) + sum(row.kept for row in rows))


def _timer(row: Any) -> str:
    """The id of the timer whose turn it is, "" of anything else."""
    return str(row.external_id).removeprefix("timer:") if str(row.external_id).startswith("timer:") else ""
