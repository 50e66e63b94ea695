"""Facts about people, rooms and the service."""

from typing import Any

import sqlalchemy as sa

from bot import linking
from bot.codes import code_hash
from bot.engine import Engine
from bot.gather.reading import Reading
from bot.linking import held
from handlers.join import FLOOR as JOIN
from handlers.join import canonical_code
from models.facts import BoundRoom, Held, Invited, Linked, Member, Role, Service, Who
from models.people import INVITATION, MEMBERSHIP, PERSON, ROOM
from models.service import SETTING


def read_person(db: sa.Connection, engine: Engine, person: str) -> Who | None:
    """Somebody with what they hold now; whose account was cut holds nothing any more."""
    row = db.execute(sa.select(PERSON).where(PERSON.c.id == person)).first()
    if row is None:
        return None
    phone = engine.vault.open(db, f"person:{row.id}", "person.phone", row.id, row.phone).decode() if row.phone else ""
    return Who(row.id, row.name, phone, held(db, row.id))


_COUNTED = (Role.DUTY_OFFICER, Role.LEADER, Role.ADMINISTRATOR)
_SERVICE = sa.union_all(  # three small tables in one statement, because nearly every turn asks
    sa.select(sa.literal("setting").label("what"), SETTING.c.name, SETTING.c.value, sa.null(), sa.null(), sa.null()),
    sa.select(sa.literal("room"), ROOM.c.unit, ROOM.c.purpose, ROOM.c.channel, ROOM.c.chat, ROOM.c.topic).where(ROOM.c.unbound_at.is_(None)),
    sa.select(
        sa.literal("people"), MEMBERSHIP.c.role, sa.cast(sa.func.count(MEMBERSHIP.c.person.distinct()), sa.String), sa.null(), sa.null(), sa.null()
    )
    .where(MEMBERSHIP.c.ended_at.is_(None), MEMBERSHIP.c.role.in_(_COUNTED))
    .where(sa.or_(MEMBERSHIP.c.role == Role.ADMINISTRATOR, MEMBERSHIP.c.unit == sa.bindparam("division")))  # one of another unit is not called
    .group_by(MEMBERSHIP.c.role),
)  # fmt: skip


def read_service(db: sa.Connection, division: str = "") -> Service:
    """Settings entered by chat, bound rooms, how many people there are. Duty officers and leaders are counted in `division` ("": nobody
    asks how many)."""
    found: dict[str, list[Any]] = {"setting": [], "room": [], "people": []}
    for what, *values in db.execute(_SERVICE, {"division": division}):
        found[what].append(values)
    settings = {name: value for name, value, *_ in found["setting"]}
    counts = {role: int(number) for role, number, *_ in found["people"]}
    return Service(settings, tuple(BoundRoom(*room) for room in found["room"]), *(counts.get(role, 0) for role in _COUNTED))


def invited(reading: Reading) -> Invited | None:
    """The live invitation whose code was just typed; else the one that this dialogue began with, if it is still live."""
    canonical = canonical_code(reading.incoming.text)
    hashes = {code_hash(word) for word in (canonical, *reading.incoming.text.split()[-1:]) if word}
    by_code = _live_invitation(reading, INVITATION.c.code_hash.in_(hashes), first=reading.engine.admin_code_hash in hashes)
    held = reading.talk.frame.data.get("invitation") if reading.talk.frame.floor == JOIN else None
    if by_code is not None or not isinstance(held, str):
        return by_code
    return _live_invitation(reading, INVITATION.c.id == held, first=not held)


def _live_invitation(reading: Reading, which: sa.ColumnElement[bool], *, first: bool) -> Invited | None:
    """`first`: the administrator's first code, which is no row."""
    if first:
        used = reading.db.execute(sa.select(SETTING.c.name).where(SETTING.c.name == "admin_code_used")).first()
        return Invited("", Role.ADMINISTRATOR, reading.engine.plan.division) if used is None else None
    live = INVITATION.c.used_at.is_(None), INVITATION.c.expires_at > reading.engine.now()
    row = reading.db.execute(sa.select(INVITATION).where(which, *live)).first()
    return Invited(row.id, Role(row.role), row.unit) if row is not None else None


def link(reading: Reading) -> Linked | None:
    return linking.typed(reading.db, reading.engine, reading.talk, reading.incoming.text)


def room_here(reading: Reading) -> tuple[BoundRoom, ...]:
    statement = sa.select(ROOM).where(ROOM.c.channel == reading.talk.channel, ROOM.c.chat == reading.talk.chat, ROOM.c.unbound_at.is_(None))
    return tuple(BoundRoom(row.unit, row.purpose, row.channel, row.chat, row.topic) for row in reading.db.execute(statement))


def members(reading: Reading) -> tuple[Member, ...]:
    """Whom the sender may see, with all that they hold: administrators everybody, others the members of the units they are in."""
    who = reading.talk.who
    if who is None:
        return ()
    statement = sa.select(PERSON.c.id, PERSON.c.name, MEMBERSHIP.c.role, MEMBERSHIP.c.unit).join(
        MEMBERSHIP, MEMBERSHIP.c.person == PERSON.c.id
    )
    statement = statement.where(MEMBERSHIP.c.ended_at.is_(None)).order_by(PERSON.c.name, PERSON.c.id)
    if not who.is_(Role.ADMINISTRATOR):
        near = sa.select(MEMBERSHIP.c.person).where(
            MEMBERSHIP.c.unit.in_([held.unit for held in who.held]), MEMBERSHIP.c.ended_at.is_(None)
        )
        statement = statement.where(PERSON.c.id.in_(near))
    people: dict[str, Member] = {}
    for row in reading.db.execute(statement):
        held = (*(people[row.id].held if row.id in people else ()), Held(Role(row.role), row.unit))
        people[row.id] = Member(row.id, row.name, held)
    return tuple(people.values())
