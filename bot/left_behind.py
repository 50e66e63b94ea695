"""What stands at units that the plan lacks, after another plan was put to use: people, rooms, open cases, reports (`plan apply`).

Nothing of it may fall silent: the timer "left_behind" tells administrators at once and each working morning for as long as there is any (the auditor
looks that it is set), and whoever has lost their unit is told once. Nobody is moved by a guess: only where the plan says that all of a unit lies in one
of its own, and whoever applies it says yes (`move`).
"""

from collections import defaultdict

import sqlalchemy as sa

from bot.alone import alone
from bot.apply.telling import tell_person
from bot.engine import Engine
from bot.expected_rows import record
from bot.gather.left_behind import LIVING, any_left, lacks, members
from handlers import digest, duty_watch, left_behind, progress, reconcile
from models.commands import TellPerson
from models.expected import EXPECTED
from models.ids import new_id
from models.people import MEMBERSHIP
from models.timer import TIMER, pending, set_timer

OF_THE_DIVISION = (duty_watch.TIMER, reconcile.TIMER, digest.TICK, progress.TIMER)
"""Timers whose subject is the division: those of one that is gone would only speak beside those of the new one."""


def settle(db: sa.Connection, engine: Engine, *, move: bool) -> set[str]:
    """After the plan's reports were brought in line, in the same transaction: reports that wait at an office that is gone go to the division,
    with `move` people of a unit that lies in one of the plan's belong there, whoever has lost or changed their unit is told, and administrators too.
    Returns whoever lost or changed their unit."""
    _reports_to_the_division(db, engine)
    gone = defaultdict[str, list[str]](list)
    for row in db.execute(members(engine.plan)).all():
        gone[row.person].append(row.unit)
    if move:
        _move(db, engine)
    _tell(db, engine, gone, moved=move)
    of_another = TIMER.c.kind.in_(OF_THE_DIVISION), TIMER.c.subject != engine.plan.division, TIMER.c.fired_at.is_(None)
    db.execute(sa.delete(TIMER).where(*of_another))
    watch(db, engine, again=True)
    return set(gone)


def watch(db: sa.Connection, engine: Engine, *, again: bool = False) -> bool:
    """The timer is set while there is anything to tell; `again`: due now even if it was set for later. Whether it was set."""
    now, division = engine.now(), engine.plan.division
    if not any_left(db, engine.plan, now) or (not again and pending(db, left_behind.TIMER, division)):
        return False
    set_timer(
        db, {"id": new_id(), "kind": left_behind.TIMER, "subject": division, "due_at": now, "urgent": False, "data": {}, "set_at": now}
    )
    return True


def _reports_to_the_division(db: sa.Connection, engine: Engine) -> None:
    """Else nobody could accept them or send them back."""
    waiting = EXPECTED.c.state.in_(LIVING), lacks(engine.plan, EXPECTED.c.recipient)
    for row in db.execute(sa.select(EXPECTED.c.id, EXPECTED.c.recipient).where(*waiting)).all():
        db.execute(sa.update(EXPECTED).where(EXPECTED.c.id == row.id).values(recipient=engine.plan.division))
        record(db, row.id, "recipient", engine.now(), None, {"from": row.recipient, "to": engine.plan.division})


def _move(db: sa.Connection, engine: Engine) -> None:
    plan, now = engine.plan, engine.now()
    for row in db.execute(members(plan)).all():
        if to := plan.heir(row.unit):
            db.execute(sa.update(MEMBERSHIP).where(MEMBERSHIP.c.id == row.id).values(ended_at=now))
            db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=row.person, unit=to, role=row.role, created_at=now))


def _tell(db: sa.Connection, engine: Engine, gone: dict[str, list[str]], *, moved: bool) -> None:
    writing = alone(db, engine, "left_behind")
    for person, units in sorted(gone.items()):
        tell_person(writing, TellPerson(person, left_behind.told(sorted(set(units)), engine.plan, moved=moved)))
    writing.flush()
