"""Letters to others than the one who wrote, and timers."""

from dataclasses import replace

import sqlalchemy as sa

from bot.writing import Writing
from models import commands as c
from models.facts import Role
from models.incident import INCIDENT
from models.letter import LETTER
from models.people import MEMBERSHIP
from models.quota import once_a_day
from models.talk import Lane, LetterKind, Say, msg
from models.timer import cancel_timer as cancel_timer_row


def tell_reporter(w: Writing, command: c.TellReporter) -> None:
    """Where the report was written, or, while that messenger fails, on the reporter's other one; the handler has already obeyed "is it safe to
    write back?"."""
    row = w.db.execute(sa.select(INCIDENT.c.conversation, INCIDENT.c.reporter).where(INCIDENT.c.id == command.incident)).one()
    if not row.conversation:  # an officer wrote it down: whoever told it has no chat here
        return
    to = w.conversation(row.conversation)
    elsewhere = w.person(row.reporter, never=to.channel) if row.reporter and not w.carries(to.channel) else None
    if elsewhere is not None and w.carries(elsewhere.channel):
        to = replace(elsewhere, instead_of=w.title(to.channel))
    w.post(to, command.say)


def tell_conversation(w: Writing, command: c.TellConversation) -> None:
    w.post(w.conversation(command.conversation), command.say)


def tell_person(w: Writing, command: c.TellPerson) -> None:
    """Privately. Who asked for it in a group and cannot be reached privately is told there how to open the chat."""
    to = w.person(command.person)
    if to is not None:
        w.post(to, command.say, asked=command.person == w.me)  # what somebody asked for elsewhere is an answer as well
    elif command.or_room:
        tell_room(w, c.TellRoom(command.or_room, command.say))
    elif command.person == w.me and w.talk.group:
        w.post(
            w.here,
            Say(
                msg(
                    "%(name)s: I cannot write to you privately yet. Open a private chat with me, send any word, then try again.",
                    name=w.facts.who.name if w.facts.who else "",
                )
            ),
        )


_ANYWHERE = (
    sa.select(MEMBERSHIP.c.person).distinct().where(MEMBERSHIP.c.role.in_(sa.bindparam("roles", expanding=True)), MEMBERSHIP.c.ended_at.is_(None))
)  # fmt: skip
_IN_UNIT = _ANYWHERE.where(MEMBERSHIP.c.unit == sa.bindparam("unit"))


def holders(w: Writing, unit: str, *roles: str) -> list[str]:
    """Persons who hold one of the roles in the unit."""
    statement, given = (_IN_UNIT, {"unit": unit}) if unit else (_ANYWHERE, {})
    return sorted(w.db.execute(statement, given | {"roles": roles}).scalars())


def tell_role(w: Writing, command: c.TellRole) -> None:
    persons = holders(w, command.unit, command.role)
    for person in persons:
        tell_person(w, c.TellPerson(person, command.say))
    if command.or_administrators is not None and not any(w.person(person) for person in persons):
        tell_role(w, c.TellRole("", Role.ADMINISTRATOR, command.or_administrators))


def tell_room(w: Writing, command: c.TellRoom) -> None:
    """Into the room; where none is bound, to whoever is on duty there, privately: nothing meant for a room may go nowhere."""
    if command.once and not once_a_day(w.db, command.once, "", w.me or w.talk.id, w.now.astimezone(w.engine.zone).date()):
        return
    rooms = w.rooms(command.unit, command.purpose)
    for room in rooms:
        w.post(room, command.say)
    if not rooms:
        failing = w.room_out(command.unit)
        for person in holders(w, command.unit, Role.DUTY_OFFICER, Role.WARD_OFFICER):
            if (to := w.person(person)) is not None:
                w.post(replace(to, instead_of=to.instead_of or failing), command.say)


def take_back(w: Writing, command: c.TakeBack) -> None:
    conversation = w.db.execute(sa.select(LETTER.c.conversation).where(LETTER.c.id == command.letter)).scalar()
    if conversation is not None:
        w.post(w.conversation(conversation), Say("", kind=LetterKind.DELETE, target=command.letter, lane=Lane.REMINDER))


def set_timer(w: Writing, command: c.SetTimer) -> None:
    w.timer(command.kind, command.subject, command.due_at, urgent=command.urgent, data=dict(command.data))


def cancel_timer(w: Writing, command: c.CancelTimer) -> None:
    cancel_timer_row(w.db, command.kind, command.subject)
