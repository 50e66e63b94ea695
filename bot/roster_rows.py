"""The duty roster and hand-over notes, read from their rows."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.vault import Vault, VaultError
from models.facts import HandOver, Instead, Officer, Role, Roster, Weekly
from models.people import MEMBERSHIP, PERSON
from models.roster import DUTY_OVERRIDE, DUTY_PATTERN

BEFORE = timedelta(days=1)  # whose turn was it: the hand-over of a turn that has just ended
_OFFICERS = (
    sa.select(PERSON.c.id, PERSON.c.name, PERSON.c.phone, MEMBERSHIP.c.role)
    .join(MEMBERSHIP, MEMBERSHIP.c.person == PERSON.c.id)
    .where(
        MEMBERSHIP.c.unit == sa.bindparam("unit"), MEMBERSHIP.c.ended_at.is_(None), MEMBERSHIP.c.role.in_((Role.DUTY_OFFICER, Role.LEADER))
    )
    .order_by(PERSON.c.name, PERSON.c.id)
)
_LIVE = DUTY_OVERRIDE.c.cancelled_at.is_(None)


def read_roster(db: sa.Connection, division: str, now: datetime, vault: Vault | None = None) -> Roster:
    """What holds from a day before `now` on. Whoever is an officer of the division no more is in nobody's way: their rows do not count.
    Telephones only with a `vault`: who is called for a case must not depend on a number that opens."""
    officers: dict[str, Officer] = {}
    for row in db.execute(_OFFICERS, {"unit": division}).all():
        held = officers.get(row.id, Officer(row.id, row.name, duty=False))
        phone = _opened(vault, db, row.id, "person.phone", row.id, row.phone) if vault else ""
        duty, leader = held.duty or row.role == Role.DUTY_OFFICER, held.leader or row.role == Role.LEADER
        officers[row.id] = Officer(row.id, row.name, phone, duty, leader)
    rows = db.execute(sa.select(DUTY_PATTERN).where(DUTY_PATTERN.c.ended_at.is_(None)).order_by(DUTY_PATTERN.c.id)).all()
    patterns = tuple(Weekly(row.id, row.person, row.weekday, row.start, row.until) for row in rows if row.person in officers)
    spans = _LIVE, DUTY_OVERRIDE.c.until > now - BEFORE, DUTY_OVERRIDE.c.start < DUTY_OVERRIDE.c.until
    changes = db.execute(sa.select(DUTY_OVERRIDE).where(*spans).order_by(DUTY_OVERRIDE.c.id)).all()
    overrides = tuple(
        Instead(row.id, row.person or "", row.start, row.until, row.created_at, row.created_by or "", row.instead_of or "")
        for row in changes
        if row.person is None or row.person in officers
    )
    return Roster(patterns, overrides, tuple(officers.values()))


def read_hand_overs(db: sa.Connection, vault: Vault, now: datetime) -> tuple[HandOver, ...]:
    """Notes that nobody has read yet: those left at the end of a turn, and those of turns given away that have not ended."""
    unread = DUTY_OVERRIDE.c.note.is_not(None), _LIVE
    waiting = sa.or_(DUTY_OVERRIDE.c.start == DUTY_OVERRIDE.c.until, DUTY_OVERRIDE.c.until > now)
    statement = sa.select(DUTY_OVERRIDE, PERSON.c.name).join(PERSON, PERSON.c.id == DUTY_OVERRIDE.c.created_by).where(*unread, waiting)
    return tuple(
        HandOver(
            row.id, row.created_by, row.name, row.start,
            _opened(vault, db, row.created_by, "duty_override.note", row.id, row.note), row.person or "",
        )
        for row in db.execute(statement.order_by(DUTY_OVERRIDE.c.id)).all()
    )  # fmt: skip


def _opened(vault: Vault, db: sa.Connection, person: str, place: str, row: str, sealed: bytes | None) -> str:
    """ "" for what does not open any more: the watch over the roster must not end with one value, for it would be tried again without end."""
    try:
        return vault.open(db, f"person:{person}", place, row, sealed).decode() if sealed else ""
    except VaultError:
        return ""
