"""The duty roster: who is on duty, and what changes it. Nothing is deleted: rows of the pattern end, overrides are cancelled."""

from collections.abc import Sequence

import sqlalchemy as sa

from bot.apply.telling import holders, tell_person
from bot.engine import Engine
from bot.gather.people import read_service
from bot.roster_rows import read_roster
from bot.writing import Writing
from handlers import duty_watch, roster
from handlers.roster import Stretch
from models import commands as c
from models.facts import Role, Roster
from models.ids import new_id
from models.people import PERSON
from models.roster import DUTY_OVERRIDE, DUTY_PATTERN
from models.service import AUDIT
from models.timer import TIMER, pending, set_timer


def on_duty(w: Writing) -> list[str]:
    """Persons who are on duty now; nobody if nobody is, or if no roster was ever filled in."""
    found = current(w)
    return list(roster.who(found.patterns, found.overrides, w.now, w.engine.plan))


def current(w: Writing) -> Roster:
    return read_roster(w.db, w.engine.plan.division, w.now)


# --- changes ----------------------------------------------------------------------------------------------------------


def change_week(w: Writing, command: c.ChangeWeek) -> None:
    live = DUTY_PATTERN.c.id.in_(command.ended), DUTY_PATTERN.c.ended_at.is_(None)
    w.db.execute(sa.update(DUTY_PATTERN).where(*live).values(ended_at=w.now))
    for person, weekday, start, until in command.added:
        row = {"id": new_id(), "person": person, "weekday": weekday, "start": start, "until": until}
        w.db.execute(sa.insert(DUTY_PATTERN).values(**row, created_by=w.me, created_at=w.now))
    _changed(w, "roster_week")


def put_override(w: Writing, command: c.PutOverride) -> None:
    note = None
    if command.note:
        note = w.engine.vault.seal(w.db, f"person:{w.me}", "duty_override.note", command.id, command.note.encode())
    w.db.execute(
        sa.insert(DUTY_OVERRIDE).values(
            id=command.id, person=command.person or None, start=command.start, until=command.until,
            instead_of=command.instead_of or None, note=note, created_by=w.me, created_at=w.now,
        )
    )  # fmt: skip
    _changed(w, "roster_override", command.id)


def cancel_overrides(w: Writing, command: c.CancelOverrides) -> None:
    """Also: a note was read."""
    live = DUTY_OVERRIDE.c.id.in_(command.ids), DUTY_OVERRIDE.c.cancelled_at.is_(None)
    w.db.execute(sa.update(DUTY_OVERRIDE).where(*live).values(cancelled_at=w.now))
    if w.me is not None:
        _changed(w, "roster_cancel", command.ids[0] if command.ids else "")


def _changed(w: Writing, action: str, subject: str = "", said: Sequence[Stretch] = ()) -> None:
    w.db.execute(sa.insert(AUDIT).values(id=new_id(), at=w.now, person=w.me, action=action, subject=subject))
    wake(w, said)


def wake(w: Writing, said: Sequence[Stretch] = ()) -> None:
    """The roster is looked at anew at once: the pending timer keeps what it knows and only becomes due; gaps that were `said` just now it need
    not tell again. Tried twice, because its own turn may be setting the next one just now."""
    mine = TIMER.c.kind == duty_watch.TIMER, TIMER.c.subject == w.engine.plan.division, TIMER.c.fired_at.is_(None)
    for _ in range(2):
        row = w.db.execute(sa.select(TIMER).where(*mine)).first()
        if row is None:
            continue
        data = duty_watch.with_warned(row.data, said)
        if w.db.execute(sa.update(TIMER).where(*mine, TIMER.c.id == row.id).values(due_at=w.now, data=data)).rowcount:
            w.timers = True
            return


# --- without anybody's doing ------------------------------------------------------------------------------------------


def remove(w: Writing, person: str) -> None:
    """Somebody's account is cut: their turns to come are nobody's, and the leader is told which hours that leaves empty."""
    pattern = DUTY_PATTERN.c.person == person, DUTY_PATTERN.c.ended_at.is_(None)
    spans = DUTY_OVERRIDE.c.person == person, DUTY_OVERRIDE.c.until > w.now, DUTY_OVERRIDE.c.cancelled_at.is_(None)
    ended = w.db.execute(sa.update(DUTY_PATTERN).where(*pattern).values(ended_at=w.now)).rowcount
    cancelled = w.db.execute(sa.update(DUTY_OVERRIDE).where(*spans).values(cancelled_at=w.now)).rowcount
    if not ended + cancelled:
        return
    name = w.db.execute(sa.select(PERSON.c.name).where(PERSON.c.id == person)).scalar_one()
    left = roster.gaps(current(w), w.now, w.now + duty_watch.CUT_AHEAD, w.engine.plan)
    say = duty_watch.after_cut(name, left, w.engine.plan)
    leaders = holders(w, w.engine.plan.division, Role.LEADER) or holders(w, "", Role.ADMINISTRATOR)
    for leader in leaders:
        tell_person(w, c.TellPerson(leader, say))
    _changed(w, "roster_cut", person, said=left)


def ensure(db: sa.Connection, engine: Engine) -> None:
    """A service that is on duty looks at its roster, also one that went on duty before there were rosters."""
    division = engine.plan.division
    if read_service(db).ready and not pending(db, duty_watch.TIMER, division):
        row = {"id": new_id(), "kind": duty_watch.TIMER, "subject": division, "due_at": engine.now(), "urgent": False, "data": {}}
        set_timer(db, row | {"set_at": engine.now()})
