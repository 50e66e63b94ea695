"""What stands at units that the plan lacks, read by unit: people, rooms, open cases, reports. See `bot.left_behind`."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.gather.digest import LIVES
from bot.gather.people import read_service
from bot.reconciling import case_code
from models.expected import EXPECTED, ExpectedState
from models.facts import LeftAt, Role
from models.incident import INCIDENT, Status
from models.people import MEMBERSHIP, ROOM
from models.plan import Plan

_OTHER = MEMBERSHIP.alias("other")
LIVING = (ExpectedState.OWED, ExpectedState.RETURNED, ExpectedState.HANDED_IN)


def read(db: sa.Connection, plan: Plan, now: datetime) -> tuple[LeftAt, ...]:
    """By unit. One statement a kind of thing, whatever the tables hold."""
    people, rooms, cases, reports = (
        defaultdict[str, list[str]](list),
        Counter[str](),
        defaultdict[str, list[str]](list),
        defaultdict[str, list[int]](list),
    )
    for row in db.execute(members(plan)).all():
        people[row.unit].append(row.role)
    for row in db.execute(sa.select(ROOM.c.unit).where(ROOM.c.unbound_at.is_(None), lacks(plan, ROOM.c.unit))).all():
        rooms[row.unit] += 1
    for row in db.execute(_cases(plan).order_by(INCIDENT.c.number)).all():
        cases[row.ward].append(case_code(row))
    for row in db.execute(_reports(plan, now).order_by(EXPECTED.c.number)).all():
        reports[row.recipient if row.unit in _ids(plan) else row.unit].append(row.number)
    units = sorted({*people, *rooms, *cases, *reports})
    return tuple(
        LeftAt(unit, dict(sorted(Counter(people[unit]).items())), rooms[unit], tuple(cases[unit]), tuple(reports[unit]), plan.heir(unit))
        for unit in units
    )


def any_left(db: sa.Connection, plan: Plan, now: datetime) -> bool:
    """Whether there is any of it."""
    rooms = sa.select(ROOM.c.id).where(ROOM.c.unbound_at.is_(None), lacks(plan, ROOM.c.unit))
    some = (members(plan), rooms, _cases(plan), _reports(plan, now))
    return bool(db.scalar(sa.select(sa.or_(*(sa.exists(one.limit(1)) for one in some)))))


def _ids(plan: Plan) -> set[str]:
    return {unit.id for unit in plan.units}


def lacks(plan: Plan, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(column.not_in(sorted(_ids(plan))), column != "")


def members(plan: Plan) -> sa.Select[Any]:
    """Whoever has no unit of the plan. An administrator is one anywhere."""
    here = _OTHER.c.person == MEMBERSHIP.c.person, _OTHER.c.ended_at.is_(None), _OTHER.c.role != Role.ADMINISTRATOR
    elsewhere = sa.exists().where(*here, _OTHER.c.unit.in_(sorted(_ids(plan))))
    live = MEMBERSHIP.c.ended_at.is_(None), MEMBERSHIP.c.role != Role.ADMINISTRATOR
    return sa.select(MEMBERSHIP).where(*live, lacks(plan, MEMBERSHIP.c.unit), sa.not_(elsewhere))


def _cases(plan: Plan) -> sa.Select[Any]:
    """Of a ward that lies in one of the plan's nothing has to be asked: that one is called (Plan.heir)."""
    heirs = [unit.id for unit in plan.predecessors if plan.heir(unit.id)]
    open_ = INCIDENT.c.status.in_((Status.INTAKE, Status.OPEN, Status.TAKEN)), INCIDENT.c.drill.is_(False)
    return sa.select(INCIDENT).where(*open_, lacks(plan, INCIDENT.c.ward), INCIDENT.c.ward.not_in(heirs))


def _reports(plan: Plan, now: datetime) -> sa.Select[Any]:
    """What somebody there still owes, or what waits there to be accepted."""
    live = sa.or_(EXPECTED.c.expires_at > now, EXPECTED.c.unlocked_until > now)
    there = sa.or_(lacks(plan, EXPECTED.c.unit), sa.and_(EXPECTED.c.state == ExpectedState.HANDED_IN, lacks(plan, EXPECTED.c.recipient)))
    recent = EXPECTED.c.due_at > now - LIVES  # what is older is locked, and is not read each minute
    return sa.select(EXPECTED).where(EXPECTED.c.state.in_(LIVING), recent, live, there)


def lacking(db: sa.Connection, plan: Plan) -> tuple[str, ...]:
    """What the division has none of, in the operator's words."""
    service = read_service(db, plan.division)
    room = any(one.unit == plan.division and one.purpose == "main" for one in service.rooms)
    words = ("room", room), ("duty officer", service.duty_officers), ("leader", service.leaders)
    return tuple(word for word, there in words if not there)
