"""Planned absences. Nothing is deleted: they end or are cancelled."""

import sqlalchemy as sa

from bot.writing import Writing
from models import report_commands as r
from models.expected import ABSENCE
from models.ids import new_id
from models.service import AUDIT


def put(w: Writing, command: r.PutAbsence) -> None:
    row = {"id": command.id, "person": command.person, "substitute": command.substitute, "start": command.start, "until": command.until}
    w.db.execute(sa.insert(ABSENCE).values(**row, created_by=w.me, created_at=w.now, cancelled_at=None))
    _record(w, "absence", command.id)


def cancel(w: Writing, command: r.CancelAbsences) -> None:
    """The sender's own alone, whatever the ids say."""
    mine = ABSENCE.c.id.in_(command.ids), ABSENCE.c.person == w.me, ABSENCE.c.cancelled_at.is_(None)
    if w.db.execute(sa.update(ABSENCE).where(*mine).values(cancelled_at=w.now)).rowcount:
        _record(w, "absence_cancel", command.ids[0])


def _record(w: Writing, action: str, subject: str) -> None:
    w.db.execute(sa.insert(AUDIT).values(id=new_id(), at=w.now, person=w.me, action=action, subject=subject))
