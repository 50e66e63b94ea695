"""A messenger that fails or is back, and letters that go another way. Each letter goes elsewhere once: the original is closed in the same
transaction, unless it was refused for good anyway."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.apply.cards import unique
from bot.apply.incidents import call_room
from bot.apply.telling import holders
from bot.gather import as_case
from bot.writing import Address, Writing
from handlers import failover, ladder
from models import commands as c
from models.columns import upsert
from models.facts import Case, Role
from models.incident import INCIDENT, Status
from models.letter import LETTER, LetterState
from models.people import ACCOUNT, ROOM
from models.service import CHANNEL_STATE
from models.talk import Lane, LetterKind, Say

_LIVE_ROOM = ROOM.c.unbound_at.is_(None)
_OPEN = sa.select(INCIDENT).where(INCIDENT.c.status == Status.OPEN).order_by(INCIDENT.c.id).with_for_update()

# --- one letter -------------------------------------------------------------------------------------------------------


def reroute(w: Writing, command: c.Reroute) -> None:
    """To the same person elsewhere, or from a room to the people on duty there. What was only an answer in that chat, and private details, stay
    where they were asked for."""
    row = w.db.execute(sa.select(LETTER).where(LETTER.c.id == command.letter)).one_or_none()
    if row is not None and row.is_group and not command.gone:
        _reroute_rooms(w, [one for one in _urgent_in_rooms(w, row.channel) if one.id == row.id])
        return
    if row is None or row.kind != LetterKind.SAY or row.is_group or row.protect or (row.asked and row.lane != Lane.URGENT):
        return
    account = w.db.execute(sa.select(ACCOUNT.c.person).where(ACCOUNT.c.channel == row.channel, ACCOUNT.c.chat == row.chat)).first()
    to = w.person(account.person, never=row.channel) if account is not None else None
    if to is not None and w.carries(to.channel) and (command.gone or _close(w, row)):
        _copy(w, row, [to])


def _close(w: Writing, row: Any) -> bool:
    """False if it is on its way just now, or has arrived meanwhile."""
    waiting = LETTER.c.id == row.id, LETTER.c.state == LetterState.PLANNED
    return w.db.execute(sa.update(LETTER).where(*waiting).values(state=LetterState.SUPERSEDED, reason="moved")).rowcount == 1


def _copy(w: Writing, row: Any, to: Iterable[Address]) -> None:
    """As it would read now: a later edit that waits behind it is part of it, and a card that holds no more is not sent at all."""
    edits = LETTER.c.target == row.id, LETTER.c.kind == LetterKind.EDIT, LETTER.c.state == LetterState.PLANNED
    newest = w.db.execute(sa.select(LETTER).where(*edits).order_by(LETTER.c.id.desc()).limit(1)).one_or_none()
    followers = LETTER.c.target == row.id, LETTER.c.state == LetterState.PLANNED
    w.db.execute(sa.update(LETTER).where(*followers).values(state=LetterState.SUPERSEDED, reason="moved"))
    if row.retired:
        return
    mark = failover.instead_of(w.title(row.channel), perhaps_twice=row.attempts > 0)
    for address in to:
        w.copy(row, newest or row, address, mark)


# --- a messenger fails ------------------------------------------------------------------------------------------------


def messenger_down(w: Writing, command: c.MessengerDown) -> None:
    """Urgent cases that nobody has taken are called where people can be reached; what else is urgent in its rooms goes there too. Letters to
    people follow one by one (bot.watch)."""
    row = {"name": command.channel, "title": command.title, "down_since": w.now - command.failed_for}
    upsert(w.db, CHANNEL_STATE, ("name",), row)
    w.look_again()
    for incident in w.db.execute(_OPEN.where(INCIDENT.c.severity == ladder.URGENT)).all():
        call_room(w, c.CallRoom(incident.id))
    w.flush()
    _reroute_rooms(w, _urgent_in_rooms(w, command.channel))


def _reroute_rooms(w: Writing, letters: Iterable[Any]) -> None:
    for letter in letters:
        elsewhere = _instead_of_room(w, letter)
        if elsewhere is not None and _close(w, letter):
            _copy(w, letter, elsewhere)


def _urgent_in_rooms(w: Writing, channel: str) -> list[Any]:
    room = sa.and_(ROOM.c.channel == LETTER.c.channel, ROOM.c.chat == LETTER.c.chat, _LIVE_ROOM)
    waiting = (
        LETTER.c.channel == channel,
        LETTER.c.state == LetterState.PLANNED,
        LETTER.c.lane == Lane.URGENT,
        LETTER.c.kind == LetterKind.SAY,
    )
    return list(w.db.execute(sa.select(LETTER, ROOM.c.unit, ROOM.c.purpose.label("room")).join(ROOM, room).where(*waiting)).all())


def _instead_of_room(w: Writing, letter: Any) -> list[Address] | None:
    """Where a room's letter goes instead: nowhere ([]) if the unit's other room has its own, or the case was called anew; privately to
    whoever is on duty there; None if nobody can be reached, so that it waits."""
    others = [room for room in w.rooms(letter.unit, letter.room) if room.channel != letter.channel]
    if others or (letter.purpose == "card" and _card_elsewhere(w, letter)):
        return []
    people = (w.person(person) for person in holders(w, letter.unit, Role.DUTY_OFFICER, Role.WARD_OFFICER))
    return unique(to for to in people if to is not None and w.carries(to.channel)) or None


def _card_elsewhere(w: Writing, letter: Any) -> bool:
    """Whether another messenger has a live card of the same case."""
    card = LETTER.c.about == letter.about, LETTER.c.purpose == "card", LETTER.c.kind == LetterKind.SAY, LETTER.c.retired.is_(False)
    dead = LetterState.GIVEN_UP, LetterState.SUPERSEDED
    where = *card, LETTER.c.channel != letter.channel, LETTER.c.state.not_in(dead)
    return any(w.carries(channel) for channel in w.db.execute(sa.select(LETTER.c.channel).where(*where)).scalars())


# --- a messenger is back ----------------------------------------------------------------------------------------------


def messenger_up(w: Writing, command: c.MessengerUp) -> None:
    """Its rooms hear what happened meanwhile and see what is still open."""
    since = w.db.execute(sa.select(CHANNEL_STATE.c.down_since).where(CHANNEL_STATE.c.name == command.channel)).scalar()
    if since is None:
        return
    title = w.title(command.channel)
    w.db.execute(sa.update(CHANNEL_STATE).where(CHANNEL_STATE.c.name == command.channel).values(down_since=None, failing_since=None))
    w.look_again()
    touched = _touched(w, since)
    for room in w.db.execute(sa.select(ROOM).where(ROOM.c.channel == command.channel, _LIVE_ROOM).order_by(ROOM.c.id)).all():
        mine = [case for case in touched if _concerns(w, case, room)]
        text = failover.meanwhile(mine, title, since, w.now, w.engine.plan)
        w.post(w.chat(room.channel, room.chat, room.topic), Say(text, lane=Lane.URGENT, purpose="meanwhile"))
    for incident in w.db.execute(_OPEN).all():
        call_room(w, c.CallRoom(incident.id))


def listen_from_now(w: Writing, command: c.ListenFromNow) -> None:
    """Real time, like the column: what a messenger did not hear until now is known and told."""
    heard = CHANNEL_STATE.c.listened_until.is_not(None), CHANNEL_STATE.c.listened_until < datetime.now(UTC)
    w.db.execute(sa.update(CHANNEL_STATE).where(*heard).values(listened_until=datetime.now(UTC)))


def _touched(w: Writing, since: datetime) -> list[Case]:
    """Cases that came, were taken or closed since then, as far as rooms may know of them."""
    moments = (INCIDENT.c.received_at, INCIDENT.c.taken_at, INCIDENT.c.closed_at)
    known = INCIDENT.c.restricted.is_(False), INCIDENT.c.drill.is_(False), INCIDENT.c.status != Status.INTAKE
    statement = sa.select(INCIDENT).where(*known, sa.or_(*(moment >= since for moment in moments))).order_by(INCIDENT.c.id)
    return [as_case(w.db, row) for row in w.db.execute(statement).all()]


def _concerns(w: Writing, case: Case, room: Any) -> bool:
    if room.purpose == "alarm" and case.severity != ladder.URGENT:
        return False
    return room.unit in {w.engine.plan.division, case.ward}
