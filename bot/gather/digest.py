"""What one person is reminded of, read from the rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot import expected_rows
from bot.engine import Engine
from bot.gather.reading import Reading
from bot.linking import held as memberships
from handlers.reminding import told
from handlers.rights import DIVISION, SUBMITTERS
from models.expected import ABSENCE, EXPECTED, REPORT_EVENT, STANDING
from models.facts import Held, Role
from models.people import ACCOUNT, MEMBERSHIP, PERSON, REACHED
from models.report_facts import Digest, Expected
from models.talk import Kind

LIVES = timedelta(
    days=2 * 366
)  # behind that lies nothing that can still be handed in: a report expires within a year, and an exception is short
_OWED = sa.text("state IN ('owed','returned')")  # literal: else no partial index is used
_LIVE = (
    expected_rows.ROWS.where(_OWED, EXPECTED.c.opens_at <= sa.bindparam("now"))
    .where(sa.or_(EXPECTED.c.expires_at > sa.bindparam("now"), EXPECTED.c.unlocked_until > sa.bindparam("now")))
    .order_by(EXPECTED.c.due_at, EXPECTED.c.number)
)
_OF_UNITS = _LIVE.where(EXPECTED.c.unit.in_(sa.bindparam("units", expanding=True)))
_OVERDUE = _LIVE.where(EXPECTED.c.due_at <= sa.bindparam("now"), EXPECTED.c.due_at > sa.bindparam("since"))


@dataclass(frozen=True, slots=True)
class Reach:
    """What a person is told of: `own` units whose reports they hand in, `led` ones, and whether those of everybody. `instead_of`: persons."""

    own: frozenset[str]
    led: frozenset[str]
    division: bool
    instead_of: tuple[str, ...] = ()


def reach_of(db: sa.Connection, engine: Engine, person: str, now: datetime) -> Reach:
    """Of a person and of those whom they stand in for."""
    away = sorted(absent for absent, substitute in substitutes(db, now).items() if substitute == person)
    held = tuple(one for each in (person, *away) for one in memberships(db, each))
    division = engine.plan.division
    own = {one.unit for one in held if one.role in SUBMITTERS and one.role is not Role.LEADER} | _led_alone(db, held, now)
    led = {one.unit for one in held if one.role is Role.LEADER and one.unit != division}
    return Reach(frozenset(own), frozenset(led), _of_division(held, division), tuple(away))


def of_person(db: sa.Connection, engine: Engine, person: str, now: datetime, known: dict[Reach, Digest] | None = None) -> Digest:
    """Everything of a person and of those whom they stand in for. `known`: what was read for others at the same moment; a division's officers are all
    told the same."""
    reach, known = reach_of(db, engine, person, now), {} if known is None else known
    if reach not in known:
        known[reach] = _of_reach(db, engine, reach, now)
    return replace(known[reach], person=person)


def _of_reach(db: sa.Connection, engine: Engine, reach: Reach, now: datetime) -> Digest:
    units = None if reach.division else reach.led
    overdue = _read(db, engine, _OVERDUE if units is None else _OVERDUE.where(EXPECTED.c.unit.in_(sorted(units))), now)
    steps = {one.id: _steps(engine, one, now) for one in overdue}
    return Digest(
        "",
        own=_read(db, engine, _OF_UNITS, now, units=sorted(reach.own)) if reach.own else (),
        led=tuple(one for one in overdue if one.unit in reach.led and "leader" in steps[one.id]),
        all=tuple(one for one in overdue if "division" in steps[one.id]) if reach.division else (),
        instead_of=_names(db, reach.instead_of),
        nobody=nobody(db, engine, now) if reach.division else (),
    )


def done_since(db: sa.Connection, engine: Engine, person: str, since: datetime) -> tuple[Expected, ...]:
    """What a digest of that moment named and has arrived by now. What was handed in before it and only corrected was not in it."""
    reach = reach_of(db, engine, person, since)
    back = sa.exists().where(REPORT_EVENT.c.expected == EXPECTED.c.id, REPORT_EVENT.c.what == "returned", REPORT_EVENT.c.at <= since)
    statement = expected_rows.ROWS.where(
        EXPECTED.c.due_at > since - LIVES, EXPECTED.c.due_at < since + LIVES, EXPECTED.c.state.in_(STANDING),
        EXPECTED.c.handed_at >= since, EXPECTED.c.opens_at <= since, sa.or_(EXPECTED.c.first_at >= since, back),
    )  # fmt: skip
    if not reach.division:
        statement = statement.where(EXPECTED.c.unit.in_(sorted(reach.own | reach.led)))
    found = (expected_rows.as_expected(db, engine, row) for row in db.execute(statement.order_by(EXPECTED.c.due_at, EXPECTED.c.number)))
    return tuple(one for one in found if _named(engine, reach, one, since))


def _named(engine: Engine, reach: Reach, one: Expected, at: datetime) -> bool:
    if one.unit in reach.own:
        return True
    steps = _steps(engine, one, at)
    return (one.unit in reach.led and "leader" in steps) or (reach.division and "division" in steps)


def _steps(engine: Engine, one: Expected, at: datetime) -> frozenset[str]:
    last = (one.due_at - timedelta(seconds=1)).astimezone(engine.zone).date()
    return frozenset(told(last, at.astimezone(engine.zone).date(), engine.plan))


def _names(db: sa.Connection, persons: tuple[str, ...]) -> tuple[str, ...]:
    if not persons:
        return ()
    return tuple(db.execute(sa.select(PERSON.c.name).where(PERSON.c.id.in_(persons)).order_by(PERSON.c.name)).scalars())


def _of_division(held: tuple[Held, ...], division: str) -> bool:
    return any(one.role in DIVISION and one.unit == division for one in held)


def _led_alone(db: sa.Connection, held: tuple[Held, ...], now: datetime) -> set[str]:
    """Units where nobody but their leader can be reminded."""
    led = {one.unit for one in held if one.role is Role.LEADER}
    return (
        led - _reached(db, now, [role for role in SUBMITTERS if role is not Role.LEADER], MEMBERSHIP.c.unit.in_(sorted(led)))
        if led
        else set()
    )


def _reached(db: sa.Connection, now: datetime, roles: Iterable[Role], *where: sa.ColumnElement[bool]) -> set[str]:
    """Units with somebody of these roles who can be written to, or for whom somebody stands in."""
    away = {absent for absent, substitute in substitutes(db, now).items() if not substitute}
    there = (
        sa.select(MEMBERSHIP.c.unit)
        .distinct()
        .join(ACCOUNT, ACCOUNT.c.person == MEMBERSHIP.c.person)
        .where(MEMBERSHIP.c.ended_at.is_(None), MEMBERSHIP.c.role.in_(sorted(roles)), MEMBERSHIP.c.person.not_in(sorted(away)), *where)
        .where(*REACHED)
    )
    return set(db.execute(there).scalars())


def _read(
    db: sa.Connection, engine: Engine, statement: sa.Select[tuple[object, ...]], now: datetime, **more: object
) -> tuple[Expected, ...]:
    rows = db.execute(statement, {"now": now, "since": now - LIVES, **more}).all()
    return tuple(expected_rows.as_expected(db, engine, row) for row in rows)


def substitutes(db: sa.Connection, now: datetime) -> dict[str, str]:
    """Who is away now, and who stands in, "" where nobody does. Where the substitute is away as well, whoever stands in for them."""
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


def nobody(db: sa.Connection, engine: Engine, now: datetime) -> tuple[Expected, ...]:
    """Of each unit that owes something and has nobody who can be written to, what is due first; in the order of the plan."""
    open_ = sa.or_(EXPECTED.c.expires_at > now, EXPECTED.c.unlocked_until > now)
    live = _OWED, EXPECTED.c.due_at > now - LIVES, EXPECTED.c.opens_at <= now, open_
    owing = set(db.execute(sa.select(EXPECTED.c.unit).distinct().where(*live)).scalars())
    alone = owing - _reached(db, now, SUBMITTERS)
    if not alone:
        return ()
    first: dict[str, Expected] = {}
    for one in _read(db, engine, _OF_UNITS, now, units=sorted(alone)):
        first.setdefault(one.unit, one)
    return tuple(first[unit.id] for unit in engine.plan.units if unit.id in first)


def digest(reading: Reading) -> Digest | None:
    """Of the person whom the timer names, or of the sender."""
    timer = reading.incoming.kind is Kind.TIMER
    person = str(reading.incoming.data.get("subject")) if timer else reading.talk.who.person if reading.talk.who else ""
    return of_person(reading.db, reading.engine, person, reading.engine.now()) if person else None
