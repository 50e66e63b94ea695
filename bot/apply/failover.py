"""A messenger that fails or is back, and letters that go another way. Each letter goes elsewhere once: the original is closed in the same
transaction, unless it was refused for good anyway."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.apply.cards import unique
from bot.apply.incidents import call_room
from bot.apply.telling import holders
from bot.case_rows import as_case
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

_WAITS = LETTER.c.state == LetterState.PLANNED
_A_SAY = LETTER.c.kind == LetterKind.SAY
MOVES_THOUGH_ASKED = frozenset({"alert"})  # what was only an answer stays in its chat, whatever lane the quota has put it in
OF_STAFF = frozenset({"card", "more", "follow_up"})  # code and hours: where its reader is gone, whoever else is responsible may have it

# --- one letter -------------------------------------------------------------------------------------------------------


def reroute(w: Writing, command: c.Reroute) -> None:
    """To the same person elsewhere, or from a room to the people on duty there. What was only an answer in that chat, and private details, stay
    where they were asked for."""
    row = w.db.execute(sa.select(LETTER).where(LETTER.c.id == command.letter)).one_or_none()
    row = _newest_alike(w, row) if row is not None and not command.gone else row
    if row is None or row.kind != LetterKind.SAY or not _may_move(row):
        return
    if row.is_group:
        _move_from_room(w, _in_rooms(w, LETTER.c.id == row.id), gone=command.gone)
        return
    account = w.db.execute(sa.select(ACCOUNT.c.person).where(ACCOUNT.c.channel == row.channel, ACCOUNT.c.chat == row.chat)).first()
    to = w.person(account.person, never=row.channel) if account is not None else None
    if to is not None and w.carries(to.channel):
        _move(w, row, [to], gone=command.gone)
    elif command.gone and account is not None and row.purpose in OF_STAFF and not _restricted(w, row.about):
        _move(w, row, _of_the_division(w), gone=True)


def reroute_room(w: Writing, command: c.RerouteRoom) -> None:
    """A room no longer hears us: what is urgent and waits there goes to whoever else the unit has. Its cards are posted anew by letting it go."""
    here = LETTER.c.channel == w.talk.channel, LETTER.c.chat == w.talk.chat, LETTER.c.purpose != "card"
    _move_from_room(w, _in_rooms(w, *here, _WAITS, LETTER.c.lane == Lane.URGENT))
    if command.letter:
        _move_from_room(w, _in_rooms(w, *here, LETTER.c.id == command.letter), gone=True)


def _may_move(row: Any) -> bool:
    """Private details never move by themselves, and an answer belongs to the chat in which it was asked for."""
    private = row.protect or row.purpose == "details"
    return not private and (not row.asked or row.purpose in MOVES_THOUGH_ASKED)


def _newest_alike(w: Writing, row: Any) -> Any:
    """A card that was called again while it waited holds no more: it is closed, and the newest of its kind that waits in that chat stands for
    it; None if there is none."""
    if not row.retired:
        return row
    _close(w, row)
    alike = LETTER.c.channel == row.channel, LETTER.c.chat == row.chat, LETTER.c.about == row.about, LETTER.c.purpose == row.purpose
    live = *alike, _A_SAY, _WAITS, LETTER.c.retired.is_(False)
    return w.db.execute(sa.select(LETTER).where(*live).order_by(LETTER.c.id.desc()).limit(1)).one_or_none()


def _move(w: Writing, row: Any, to: Sequence[Address], *, gone: bool) -> None:
    """`gone`: it was refused for good just now, and its own outcome closes it."""
    if to and (gone or _close(w, row)):
        _copy(w, row, to)


def _close(w: Writing, row: Any) -> bool:
    """False if it is on its way just now, or has arrived meanwhile."""
    waiting = sa.update(LETTER).where(LETTER.c.id == row.id, _WAITS)
    return w.db.execute(waiting.values(state=LetterState.SUPERSEDED, reason="moved")).rowcount == 1


def _copy(w: Writing, row: Any, to: Iterable[Address]) -> None:
    """As it would read now: a later edit that waits behind it is part of it."""
    edits = LETTER.c.target == row.id, LETTER.c.kind == LetterKind.EDIT, _WAITS
    newest = w.db.execute(sa.select(LETTER).where(*edits).order_by(LETTER.c.id.desc()).limit(1)).one_or_none()
    followers = sa.update(LETTER).where(LETTER.c.target == row.id, _WAITS)
    w.db.execute(followers.values(state=LetterState.SUPERSEDED, reason="moved"))
    mark = failover.instead_of(w.title(row.channel), perhaps_twice=row.attempts > 0)
    for address in to:
        w.copy(row, newest or row, address, mark)


# --- a room's letters -------------------------------------------------------------------------------------------------


def _in_rooms(w: Writing, *where: sa.ColumnElement[bool]) -> list[Any]:
    """Says to live rooms, with the unit and the purpose of the room."""
    room = sa.and_(ROOM.c.channel == LETTER.c.channel, ROOM.c.chat == LETTER.c.chat, _LIVE_ROOM)
    found = sa.select(LETTER, ROOM.c.unit, ROOM.c.purpose.label("room")).join(ROOM, room).where(_A_SAY, *where).order_by(LETTER.c.id)
    return list(w.db.execute(found).all())


def _move_from_room(w: Writing, letters: Iterable[Any], *, gone: bool = False) -> None:
    """To the unit's other rooms, else privately to whoever is on duty there; not to whoever has their own already. Where nobody can be reached
    it waits."""
    for letter in letters:
        meant = _instead_of_room(w, letter)
        left = [to for to in meant if not _has_its_own(w, letter, to)]
        if meant and (gone or _close(w, letter)):
            _copy(w, letter, left)


def _instead_of_room(w: Writing, letter: Any) -> list[Address]:
    rooms = [room for room in w.rooms(letter.unit, letter.room) if (room.channel, room.chat) != (letter.channel, letter.chat)]
    return unique(rooms or _on_duty_in(w, letter.unit))


def _on_duty_in(w: Writing, unit: str) -> list[Address]:
    people = (w.person(person) for person in holders(w, unit, Role.DUTY_OFFICER, Role.WARD_OFFICER))
    return [to for to in people if to is not None and w.carries(to.channel)]


def _of_the_division(w: Writing) -> list[Address]:
    division = w.engine.plan.division
    return unique(w.rooms(division) or _on_duty_in(w, division))


def _has_its_own(w: Writing, letter: Any, to: Address) -> bool:
    """A live card of the same case; of another letter the same one, planned in the same turn or later."""
    alike = [LETTER.c.channel == to.channel, LETTER.c.chat == to.chat, LETTER.c.about == letter.about, LETTER.c.purpose == letter.purpose]
    alike += [_A_SAY, LETTER.c.state.not_in((LetterState.GIVEN_UP, LetterState.SUPERSEDED))]
    alike.append(LETTER.c.retired.is_(False) if letter.purpose == "card" else LETTER.c.created_at >= letter.created_at)
    w.flush()
    return w.db.execute(sa.select(LETTER.c.id).where(*alike).limit(1)).first() is not None


def _restricted(w: Writing, incident: str) -> bool:
    return bool(w.db.execute(sa.select(INCIDENT.c.restricted).where(INCIDENT.c.id == incident)).scalar())


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
    here = LETTER.c.channel == command.channel, _WAITS, LETTER.c.lane == Lane.URGENT
    letters = {row.id: row for row in (_newest_alike(w, letter) for letter in _in_rooms(w, *here)) if row is not None}
    _move_from_room(w, _in_rooms(w, *here, LETTER.c.id.in_(sorted(letters))))


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
