"""What one person is reminded of, read from the rows."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot import expected_rows
from bot.engine import Engine
from bot.linking import held as memberships
from handlers.reminding import told
from handlers.rights import DIVISION, SUBMITTERS
from models.expected import ABSENCE, EXPECTED, OWING
from models.facts import Held, Role
from models.people import ACCOUNT, MEMBERSHIP, PERSON
from models.report_facts import Digest, Expected

_LIVE = (
    expected_rows.ROWS.where(EXPECTED.c.state.in_(OWING), EXPECTED.c.opens_at <= sa.bindparam("now"))
    .where(sa.or_(EXPECTED.c.expires_at > sa.bindparam("now"), EXPECTED.c.unlocked_until > sa.bindparam("now")))
    .order_by(EXPECTED.c.due_at, EXPECTED.c.number)
)
_OF_UNITS = _LIVE.where(EXPECTED.c.unit.in_(sa.bindparam("units", expanding=True)))
_OVERDUE = _LIVE.where(EXPECTED.c.due_at <= sa.bindparam("now"))


def of_person(db: sa.Connection, engine: Engine, person: str, now: datetime) -> Digest:
    """Everything of a person and of those whom they stand in for."""
    away = {absent for absent, substitute in substitutes(db, now).items() if substitute == person}
    held = memberships(db, person)
    for absent in sorted(away):
        held = (*held, *memberships(db, absent))
    plan, today = engine.plan, now.astimezone(engine.zone).date()
    units = {one.unit for one in held if one.role in SUBMITTERS and one.role is not Role.LEADER} | _led_alone(db, held)
    led = {one.unit for one in held if one.role is Role.LEADER and one.unit != plan.division}
    own = _read(db, engine, _OF_UNITS, now, units)
    overdue = _read(db, engine, _OVERDUE, now, None) if led or _of_division(held, plan.division) else ()
    steps = {one.id: told((one.due_at - timedelta(seconds=1)).astimezone(engine.zone).date(), today, plan) for one in overdue}
    return Digest(
        person,
        own=own,
        led=tuple(one for one in overdue if one.unit in led and "leader" in steps[one.id]),
        all=tuple(one for one in overdue if "division" in steps[one.id]) if _of_division(held, plan.division) else (),
        instead_of=tuple(db.execute(sa.select(PERSON.c.name).where(PERSON.c.id.in_(sorted(away))).order_by(PERSON.c.name)).scalars())
        if away
        else (),
        nobody=nobody(db, engine, now) if _of_division(held, plan.division) else (),
    )


def _of_division(held: tuple[Held, ...], division: str) -> bool:
    return any(one.role in DIVISION and one.unit == division for one in held)


def _led_alone(db: sa.Connection, held: tuple[Held, ...]) -> set[str]:
    """Units whose only hands are their leader's."""
    led = {one.unit for one in held if one.role is Role.LEADER}
    others = sa.select(MEMBERSHIP.c.unit).where(
        MEMBERSHIP.c.unit.in_(sorted(led)),
        MEMBERSHIP.c.ended_at.is_(None),
        MEMBERSHIP.c.role.in_([role for role in SUBMITTERS if role is not Role.LEADER]),
    )
    return led - set(db.execute(others).scalars()) if led else set()


def _read(
    db: sa.Connection, engine: Engine, statement: sa.Select[tuple[object, ...]], now: datetime, units: set[str] | None
) -> tuple[Expected, ...]:
    if units is not None and not units:
        return ()
    given = {"now": now} if units is None else {"now": now, "units": sorted(units)}
    return tuple(expected_rows.as_expected(db, engine, row) for row in db.execute(statement, given).all())


def expected(db: sa.Connection, engine: Engine, named: str) -> Expected | None:
    """One report as it stands now."""
    row = db.execute(expected_rows.ROWS.where(EXPECTED.c.id == named)).first()
    return expected_rows.as_expected(db, engine, row) if row is not None else None


def substitutes(db: sa.Connection, now: datetime) -> dict[str, str]:
    """Who is away now, and who stands in. Where the substitute is away as well, whoever stands in for them."""
    live = ABSENCE.c.cancelled_at.is_(None), ABSENCE.c.start <= now, ABSENCE.c.until > now
    direct = {row.person: row.substitute for row in db.execute(sa.select(ABSENCE).where(*live).order_by(ABSENCE.c.id))}
    found: dict[str, str] = {}
    for person, first in direct.items():
        seen, last = {person}, first
        while last in direct and last not in seen:
            seen.add(last)
            last = direct[last]
        if last not in seen:
            found[person] = last
    return found


def nobody(db: sa.Connection, engine: Engine, now: datetime) -> tuple[str, ...]:
    """Units that owe something and have nobody who can be written to, in the order of the plan."""
    live = EXPECTED.c.state.in_(OWING), EXPECTED.c.opens_at <= now, EXPECTED.c.expires_at > now
    owing = set(db.execute(sa.select(EXPECTED.c.unit).distinct().where(*live)).scalars())
    there = (
        sa.select(MEMBERSHIP.c.unit)
        .distinct()
        .join(ACCOUNT, ACCOUNT.c.person == MEMBERSHIP.c.person)
        .where(MEMBERSHIP.c.ended_at.is_(None), MEMBERSHIP.c.role.in_(SUBMITTERS))
        .where(ACCOUNT.c.cut_at.is_(None), ACCOUNT.c.gone_at.is_(None), ACCOUNT.c.started.is_(True))
    )
    reached = set(db.execute(there).scalars())
    return tuple(unit.id for unit in engine.plan.units if unit.id in owing - reached)
