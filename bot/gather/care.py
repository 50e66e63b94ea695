"""Facts about cases that somebody holds, and lists of cases: the readers of bot.gather for what is done after a case was taken."""

import sqlalchemy as sa

from bot.case_rows import as_case, case_of
from bot.clocks import clocks_of
from bot.gather.reading import Reading
from handlers.rights import OFFICERS
from models.clock import CASE_CLOCK, ClockState
from models.facts import Asked, Case, Held, Member, Remark, Role, RunningClock
from models.incident import CASE_NOTE, INCIDENT, Status
from models.people import MEMBERSHIP, PERSON
from models.talk import Kind
from models.timer import TIMER

_OWN = 5


# --- promises ---------------------------------------------------------------------------------------------------------


def waiting(reading: Reading) -> tuple[Case, ...]:
    """Cases of the sender that wait for a word: nothing was promised yet, or the promised time has come. Locked in the order of their ids."""
    who = reading.talk.who
    if who is None or not who.is_(*OFFICERS):
        return ()
    unsaid = sa.and_(INCIDENT.c.promise_by.is_(None), INCIDENT.c.promise.in_(("", "typed")))
    statement = (
        sa.select(INCIDENT)
        .where(INCIDENT.c.status == Status.TAKEN, INCIDENT.c.taken_by == who.person)
        .where(sa.or_(unsaid, INCIDENT.c.promise_by <= reading.engine.now()))
        .order_by(INCIDENT.c.id)
        .with_for_update()
    )
    return tuple(case_of(row, who.name) for row in reading.db.execute(statement).all())


def at_hand(reading: Reading) -> Case | None:
    """The case that was named; where none was, the only one of the sender's that waits for a word."""
    waits: tuple[Case, ...] = reading.found.get("waiting", ())
    return waits[0] if len(waits) == 1 else reading.case


def asked(reading: Reading) -> Asked:
    """What the pending timer of the case's promise remembers."""
    case = at_hand(reading)
    if case is None:
        return Asked()
    pending = TIMER.c.kind == "promise", TIMER.c.subject == case.id, TIMER.c.fired_at.is_(None)
    data = reading.db.execute(sa.select(TIMER.c.data).where(*pending)).scalar() or {}
    return Asked(bool(data.get("asked")), bool(data.get("renewed")))


def clocks(reading: Reading) -> tuple[RunningClock, ...]:
    case = at_hand(reading)
    return clocks_of(reading.db, case.id, reading.engine.plan, reading.engine.now()) if case else ()


# --- one case ---------------------------------------------------------------------------------------------------------


def remarks(reading: Reading) -> tuple[Remark, ...]:
    """What was typed about the case, opened. A reporter who claims something is not named: whether they may be is asked elsewhere."""
    case = reading.case
    if case is None:
        return ()
    statement = (
        sa.select(CASE_NOTE, PERSON.c.name)
        .select_from(CASE_NOTE.outerjoin(PERSON, PERSON.c.id == CASE_NOTE.c.person))
        .where(CASE_NOTE.c.incident == case.id, CASE_NOTE.c.body.is_not(None))
        .order_by(CASE_NOTE.c.id)
    )
    subject, vault = f"submission:{case.submission}", reading.engine.vault
    return tuple(
        Remark(
            row.kind,
            vault.open(reading.db, subject, "case_note.body", row.id, row.body).decode(),
            row.name or "" if row.kind != "claim" else "",
            row.at,
        )
        for row in reading.db.execute(statement).all()
    )


def officers(reading: Reading) -> tuple[Member, ...]:
    """Officers of the division and of the case's ward, with all that they hold."""
    if reading.case is None:
        return ()
    units = (reading.engine.plan.division, *((reading.case.ward,) if reading.case.ward else ()))
    live = MEMBERSHIP.c.ended_at.is_(None), MEMBERSHIP.c.role.in_(OFFICERS)
    near = sa.select(MEMBERSHIP.c.person).where(MEMBERSHIP.c.unit.in_(units), *live)
    statement = (
        sa.select(PERSON.c.id, PERSON.c.name, MEMBERSHIP.c.role, MEMBERSHIP.c.unit)
        .join(MEMBERSHIP, MEMBERSHIP.c.person == PERSON.c.id)
        .where(PERSON.c.id.in_(near), *live)
        .order_by(PERSON.c.name, PERSON.c.id, MEMBERSHIP.c.id)
    )
    people: dict[str, Member] = {}
    for row in reading.db.execute(statement):
        held = (*(people[row.id].held if row.id in people else ()), Held(Role(row.role), row.unit))
        people[row.id] = Member(row.id, row.name, held)
    return tuple(people.values())


# --- lists of cases ---------------------------------------------------------------------------------------------------


def own_cases(reading: Reading) -> tuple[Case, ...]:
    """The newest that the sender reported, from whichever of their chats; of somebody unknown, from this one. A child's own call for help is in
    no list: somebody else may hold the phone."""
    if reading.talk.group:
        return ()
    who = reading.talk.who
    mine = INCIDENT.c.conversation == reading.talk.id
    if who is not None:
        mine = sa.or_(mine, INCIDENT.c.reporter == who.person)
    statement = sa.select(INCIDENT).where(mine, INCIDENT.c.source != "child").order_by(INCIDENT.c.received_at.desc(), INCIDENT.c.id.desc())
    return tuple(as_case(reading.db, row) for row in reading.db.execute(statement.limit(_OWN)).all())


def open_cases(reading: Reading) -> tuple[Case, ...]:
    """All that are open or taken, with who holds them; nothing for whoever is no officer. The roster's timer, which nobody sent, reads them too."""
    who = reading.talk.who
    if reading.incoming.kind is not Kind.TIMER and (who is None or not who.is_(*OFFICERS)):
        return ()
    statement = (
        sa.select(INCIDENT, PERSON.c.name.label("holder"))
        .select_from(INCIDENT.outerjoin(PERSON, PERSON.c.id == INCIDENT.c.taken_by))
        .where(INCIDENT.c.status.in_((Status.OPEN, Status.TAKEN)))
        .order_by(INCIDENT.c.id)
    )
    return tuple(case_of(row, row.holder or "") for row in reading.db.execute(statement).all())


def overdue(reading: Reading) -> frozenset[str]:
    """Incidents of which a legal clock has run out. What is owed at once would make every new case overdue: it is reminded of by itself."""
    at_once = [clock.id for clock in reading.engine.plan.clocks if clock.at_once]
    late = CASE_CLOCK.c.state == ClockState.RUNNING, CASE_CLOCK.c.due_at < reading.engine.now(), CASE_CLOCK.c.kind.not_in(at_once)
    return frozenset(reading.db.execute(sa.select(CASE_CLOCK.c.incident).where(*late)).scalars())
