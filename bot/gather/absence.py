"""Facts for /vangmat: who could stand in, and what the sender has entered."""

import sqlalchemy as sa

from bot.gather.reading import Reading
from handlers.rights import SUBMITTERS, submitting_units
from models.expected import ABSENCE
from models.facts import Held, Member, Role
from models.people import ACCOUNT, MEMBERSHIP, PERSON, REACHED
from models.report_facts import Away


def colleagues(reading: Reading) -> tuple[Member, ...]:
    """Everybody else who hands in for one of the sender's units and can be written to, by name."""
    who = reading.talk.who
    units = submitting_units(who)
    if who is None or not units:
        return ()
    reachable = sa.exists().where(ACCOUNT.c.person == PERSON.c.id, *REACHED)
    statement = (
        sa.select(PERSON.c.id, PERSON.c.name, MEMBERSHIP.c.role, MEMBERSHIP.c.unit)
        .join(MEMBERSHIP, MEMBERSHIP.c.person == PERSON.c.id)
        .where(MEMBERSHIP.c.unit.in_(units), MEMBERSHIP.c.role.in_(sorted(SUBMITTERS)), MEMBERSHIP.c.ended_at.is_(None))
        .where(PERSON.c.id != who.person, reachable)
        .order_by(PERSON.c.name, PERSON.c.id)
    )
    found: dict[str, Member] = {}
    for row in reading.db.execute(statement):
        found[row.id] = Member(row.id, row.name, (*(found[row.id].held if row.id in found else ()), Held(Role(row.role), row.unit)))
    return tuple(found.values())


def absences(reading: Reading) -> tuple[Away, ...]:
    """The sender's own that are not over, the next one first."""
    who = reading.talk.who
    if who is None:
        return ()
    statement = (
        sa.select(ABSENCE, PERSON.c.name)
        .select_from(ABSENCE.outerjoin(PERSON, PERSON.c.id == ABSENCE.c.substitute))
        .where(ABSENCE.c.person == who.person, ABSENCE.c.cancelled_at.is_(None), ABSENCE.c.until > reading.engine.now())
        .order_by(ABSENCE.c.start)
    )
    return tuple(Away(row.id, row.substitute, row.name or "", row.start, row.until) for row in reading.db.execute(statement))
