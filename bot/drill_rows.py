"""Exercises as rows, and what the life of cases does to one that is running. It ends in a turn of its own, so here its timer only becomes due:
whoever acts on a case never waits for the exercise's rows."""

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from handlers.ladder import URGENT
from models.drill import DRILL
from models.facts import Drills, RunningDrill
from models.incident import INCIDENT, Status

if TYPE_CHECKING:
    from bot.writing import Writing

TIMER = "drill"
SAID = frozenset({"promised", "promise_kept"})
"""Events of a case with which whoever took it has said what they do first, or that it is done already."""
ACTIONS = SAID | {"closed"}
"""Events of a case with which an exercise has reached its end."""

_RUNNING = (
    sa.select(DRILL, INCIDENT.c.year, INCIDENT.c.number)
    .join(INCIDENT, INCIDENT.c.id == DRILL.c.incident)
    .where(DRILL.c.ended_at.is_(None))
    .limit(1)
)
_URGENT = (
    sa.select(INCIDENT.c.status, sa.func.count().label("number"))
    .where(INCIDENT.c.status.in_((Status.INTAKE, Status.OPEN, Status.TAKEN)), INCIDENT.c.severity == URGENT, INCIDENT.c.drill.is_(False))
    .group_by(INCIDENT.c.status)
)


def running(db: sa.Connection) -> Any | None:
    """The exercise that is going on. Read on every call of a real case, from a table with one row for each exercise that ever was."""
    return db.execute(_RUNNING).first()


def read(db: sa.Connection) -> Drills:
    row = running(db)
    urgent = {found.status: found.number for found in db.execute(_URGENT)}
    waiting = urgent.get(Status.OPEN, 0) + urgent.get(Status.INTAKE, 0)
    going_on = RunningDrill(row.id, row.incident, f"VV-{row.year}-{row.number:04d}", row.started_at) if row is not None else None
    return Drills(going_on, waiting, urgent.get(Status.TAKEN, 0))


def interrupt(w: "Writing") -> None:
    """A real case is being called: no exercise beside it."""
    row = running(w.db)
    if row is not None:
        w.timer(TIMER, row.id, w.now, urgent=True, data={"why": "real"})


def acted(w: "Writing", incident: str, event: str) -> None:
    """An event of a case, if it is the exercise's and ends it."""
    if event not in ACTIONS:
        return
    row = running(w.db)
    if row is not None and row.incident == incident:
        w.timer(TIMER, row.id, w.now, urgent=True, data={"why": "action"})
