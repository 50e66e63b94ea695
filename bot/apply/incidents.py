"""Cases and their cards: opened, called for, taken, restricted. Status moves by one conditional UPDATE (rule 5); every open case has a
next timer row (rule 6); a card is made of the incident's columns alone, so nothing private can reach a group (rule 7)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.apply.telling import holders
from bot.gather import as_case, read_service
from bot.writing import Address, Writing
from handlers import bundle, card, ladder
from models import commands as c
from models.facts import Case, Role
from models.ids import new_id
from models.incident import INCIDENT, INCIDENT_EVENT, Status
from models.letter import LETTER, LetterState
from models.people import ACCOUNT
from models.service import AUDIT, COUNTER
from models.submission import SUBMISSION
from models.talk import Lane, LetterKind, Say, Text, lines
from models.timer import cancel_timer, pending

SHOWN_ON_CARD = {"severity", "danger", "kind", "type", "ward", "called", "misdial", "unfinished", "bundled", "source"}


class Stale(Exception):  # noqa: N818  the name says what happened
    """The row is no longer in the state the handler decided on: the turn fails whole, and is taken again with the true state."""


# --- reading ----------------------------------------------------------------------------------------------------------


_LOAD = sa.select(INCIDENT).where(INCIDENT.c.id == sa.bindparam("incident")).with_for_update()
_OPEN, _NOTE = sa.insert(INCIDENT), sa.insert(INCIDENT_EVENT)
_LINK = sa.update(SUBMISSION).where(SUBMISSION.c.id == sa.bindparam("this")).values(subject=sa.bindparam("incident"))


@cache
def _raise(dialect: str) -> sa.Executable:
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(COUNTER)
    raised = statement.on_conflict_do_update(index_elements=["name"], set_={"value": COUNTER.c.value + 1})
    return raised.returning(COUNTER.c.value)


def load(w: Writing, incident: str) -> Case:
    return as_case(w.db, w.db.execute(_LOAD, {"incident": incident}).one())


def next_number(w: Writing, name: str) -> int:
    """The next running number of `name`; taken back when the turn fails, so no number is lost or given twice."""
    return int(w.db.execute(_raise(w.db.dialect.name), {"name": name, "value": 1}).scalar_one())


def note(w: Writing, command: c.Note) -> None:
    w.db.execute(_NOTE, {"id": new_id(), "incident": command.incident, "kind": command.kind, "person": w.me, "at": w.now})


def look(w: Writing, command: c.Look) -> None:
    w.db.execute(sa.insert(AUDIT).values(id=new_id(), at=w.now, person=w.me, action=f"look_{command.what}", subject=command.incident))


# --- opening and changing ---------------------------------------------------------------------------------------------


def open_incident(w: Writing, command: c.OpenIncident) -> None:
    year = w.now.astimezone(w.engine.zone).year
    columns = {
        "status": Status.INTAKE, "source": "collaborator", "severity": "can_theo_doi", "danger": "", "kind": "", "type": "", "ward": "",
        "called": "", "restricted": False, "misdial": False, "unfinished": False, "contact": "", "bundled": False,
    } | dict(command.columns)  # fmt: skip
    row = columns | {
        "id": command.id, "year": year, "number": next_number(w, f"incident-{year}"), "submission": command.submission,
        "conversation": w.talk.id, "reporter": w.me, "received_at": w.now,
    }  # fmt: skip
    w.db.execute(_OPEN, row)
    w.db.execute(_LINK, {"this": command.submission, "incident": command.id})
    note(w, c.Note(command.id, "opened"))


def update_incident(w: Writing, command: c.UpdateIncident) -> None:
    """Whoever is concerned by the new facts and was not called yet is called now; cards that are out are edited."""
    before = load(w, command.id)
    changed = {name: value for name, value in command.columns.items() if getattr(before, name) != value}
    if not changed:
        return
    w.db.execute(sa.update(INCIDENT).where(INCIDENT.c.id == command.id).values(**changed))
    if before.status == Status.INTAKE or not SHOWN_ON_CARD & set(changed):
        return
    case, rank = load(w, command.id), w.engine.plan.severity_rules.rank
    if before.bundled and not case.bundled:
        leave_bundle(w, case)
    if before.ward and before.ward != case.ward and not case.restricted:
        withdraw_from_ward(w, case, before.ward)
    if before.status == Status.OPEN and rank(case.severity) < rank(before.severity):
        call_anew(w, case)
        return
    refresh_cards(w, case)
    if "ward" in changed or (before.status == Status.OPEN and {"severity", "kind"} & set(changed)):
        call_room(w, c.CallRoom(command.id))


def call_anew(w: Writing, case: Case) -> None:
    """The severity rose. An edit rings nowhere, and the ladder runs by the lower severity: everybody is called again, and the ladder begins anew."""
    for row in live_cards(w, case.id):
        retire(w, row, text=card.superseded(case) if w.engine.capabilities(row.channel).edits else None)
    cancel_timer(w.db, "ladder", case.id)
    call_room(w, c.CallRoom(case.id))


def withdraw_from_ward(w: Writing, case: Case, ward: str) -> None:
    """It happened elsewhere: the ward that was called first has no right to it any more."""
    still = {(to.channel, to.chat) for to in whom(w, case, step=0)}
    there = {(to.channel, to.chat) for to in w.rooms(ward) + privately(w, ward, Role.WARD_OFFICER)} - still
    for row in live_cards(w, case.id):
        if (row.channel, row.chat) in there:
            retire(w, row, text=card.withdrawn(case))


def call_room(w: Writing, command: c.CallRoom) -> None:
    """Tell the room. Whoever has a live card is not told twice."""
    case = load(w, command.id)
    if case.status == Status.INTAKE:
        move(w, case, Status.INTAKE, Status.OPEN, "alerted")
        case = load(w, command.id)
    if case.status not in {Status.OPEN, Status.TAKEN}:
        return
    if case.bundled and not case.restricted:
        post_bundle(w, case)
    have = {(row.channel, row.chat) for row in live_cards(w, case.id)}
    post_cards(w, case, [to for to in whom(w, case, step=0) if (to.channel, to.chat) not in have and (case.restricted or not case.bundled)])
    if case.status == Status.OPEN and not pending(w.db, "ladder", case.id):
        due, _silent = ladder.next_call(1, case.severity, w.now, w.engine.plan)
        w.timer("ladder", case.id, due, urgent=case.severity == ladder.URGENT, data={"step": 1})


def move(w: Writing, case: Case, leaves: Status, enters: Status, event: str, **columns: Any) -> None:
    """The one conditional UPDATE that decides; Stale if somebody was faster."""
    where = INCIDENT.c.id == case.id, INCIDENT.c.status == leaves
    if w.db.execute(sa.update(INCIDENT).where(*where).values(status=enters, **columns)).rowcount != 1:
        raise Stale
    note(w, c.Note(case.id, event))


def take(w: Writing, command: c.TakeIncident) -> None:
    case = load(w, command.id)
    move(w, case, Status.OPEN, Status.TAKEN, "taken", taken_by=w.me, taken_at=w.now)
    for kind in ("ladder", "unanswered"):
        cancel_timer(w.db, kind, case.id)
    taken = load(w, case.id)
    w.timer("follow_up", case.id, ladder.next_follow_up(taken, w.now, w.engine.plan), data={})
    refresh_cards(w, taken)


def restrict(w: Writing, command: c.Restrict) -> None:
    """Somebody of the network is involved: what is out is taken off the rooms, the division's leader alone is called. A case that was taken
    is released: whoever took it may be the one it is about."""
    case = load(w, command.id)
    if case.restricted:
        return
    for row in letters_about(w, case.id, "card"):
        retire(w, row, text=card.withdrawn(case))
    for row in letters_about(w, case.id, "details"):
        w.post(w.conversation(row.conversation), Say("", kind=LetterKind.DELETE, target=row.id, lane=Lane.DIALOGUE))
    not_sent_yet = LETTER.c.state.in_((LetterState.PLANNED, LetterState.LEASED))
    details = LETTER.c.about == case.id, LETTER.c.purpose == "details", LETTER.c.kind == LetterKind.SAY
    w.db.execute(sa.update(LETTER).where(*details, not_sent_yet).values(state=LetterState.SUPERSEDED, reason="restricted"))
    w.db.execute(sa.update(INCIDENT).where(INCIDENT.c.id == case.id).values(restricted=True))
    if case.bundled and case.status != Status.INTAKE:
        leave_bundle(w, case)
    note(w, c.Note(case.id, "restricted"))
    if case.status == Status.TAKEN:
        release(w, case, "released_restricted")
    if case.status in {Status.OPEN, Status.TAKEN}:
        call_room(w, c.CallRoom(case.id))


def release(w: Writing, case: Case, event: str) -> None:
    """taken -> open, a named move with its reason: whoever had it will not go on with it, so the ladder begins anew."""
    move(w, case, Status.TAKEN, Status.OPEN, event, taken_by=None, taken_at=None)
    cancel_timer(w.db, "follow_up", case.id)


def release_all(w: Writing, person: str) -> None:
    """Somebody's account is cut: what they had taken is called again."""
    held = INCIDENT.c.taken_by == person, INCIDENT.c.status == Status.TAKEN
    for incident in w.db.execute(sa.select(INCIDENT.c.id).where(*held).order_by(INCIDENT.c.id)).scalars().all():
        release(w, load(w, incident), "released_cut")
        refresh_cards(w, load(w, incident))
        call_room(w, c.CallRoom(incident))


def take_away(w: Writing, person: str) -> None:
    """Somebody's account is cut: private details leave their phone, cards lose their buttons, what is on its way does not arrive."""
    w.flush()
    for account in w.db.execute(sa.select(ACCOUNT.c.channel, ACCOUNT.c.chat).where(ACCOUNT.c.person == person)).all():
        here = (
            LETTER.c.channel == account.channel,
            LETTER.c.chat == account.chat,
            LETTER.c.is_group.is_(False),
            LETTER.c.kind == LetterKind.SAY,
        )
        about_cases = (
            LETTER.c.purpose.in_(("card", "bundle", "details")),
            LETTER.c.state.not_in((LetterState.GIVEN_UP, LetterState.SUPERSEDED)),
        )
        for row in w.db.execute(sa.select(LETTER).where(*here, *about_cases, LETTER.c.retired.is_(False))).all():
            if row.purpose == "details":
                w.post(w.conversation(row.conversation), Say("", kind=LetterKind.DELETE, target=row.id, lane=Lane.DIALOGUE))
            else:
                retire(w, row)
        waiting = LETTER.c.state.in_((LetterState.PLANNED, LetterState.LEASED)), LETTER.c.about != ""
        w.db.execute(sa.update(LETTER).where(*here, *waiting).values(state=LetterState.SUPERSEDED, reason="cut"))


def call_again(w: Writing, command: c.CallAgain) -> None:
    """One step of the ladder: a new card that rings, the earlier ones lose their buttons, and the next step is set, without end."""
    case = load(w, command.id)
    if case.status != Status.OPEN:
        return
    earlier = live_cards(w, case.id)
    post_cards(w, case, whom(w, case, command.step), step=command.step)
    for row in earlier:
        can_edit = w.engine.capabilities(row.channel).edits
        retire(w, row, text=card.superseded(case) if can_edit else None)
    note(w, c.Note(case.id, "called_again"))
    due, _silent = ladder.next_call(command.step + 1, case.severity, w.now, w.engine.plan)
    w.timer("ladder", case.id, due, urgent=case.severity == ladder.URGENT, data={"step": command.step + 1})


# --- cards ------------------------------------------------------------------------------------------------------------


def letters_about(w: Writing, incident: str, purpose: str, *, live: bool = False) -> list[Any]:
    """Letters of a purpose about a case, out or on their way (those of this very turn too); `live`: with their buttons on."""
    dead = (LetterState.GIVEN_UP, LetterState.SUPERSEDED)
    where = [LETTER.c.about == incident, LETTER.c.purpose == purpose, LETTER.c.kind == LetterKind.SAY, LETTER.c.state.not_in(dead)]
    if live:
        where.append(LETTER.c.retired.is_(False))
    w.flush()
    columns = LETTER.c.id, LETTER.c.conversation, LETTER.c.channel, LETTER.c.chat
    return list(w.db.execute(sa.select(*columns).where(*where).order_by(LETTER.c.id)).all())


def live_cards(w: Writing, incident: str, purpose: str = "card") -> list[Any]:
    """Cards that still show the true state and can be pressed."""
    return letters_about(w, incident, purpose, live=True)


def card_say(w: Writing, case: Case, *, step: int = 0, edit: str = "") -> Say:
    urgent = case.severity == ladder.URGENT
    text: Text = card.card(case, w.engine.plan, w.now, read_service(w.db))
    if step:
        text = lines(card.alarm(case, step), text)
    return Say(
        text,
        choices=card.choices(case),
        kind=LetterKind.EDIT if edit else LetterKind.SAY,
        target=edit,
        lane=Lane.URGENT if urgent and not edit else Lane.DIALOGUE,  # an edit rings nowhere: it must not stand before a new alarm
        silent=ladder.silent(case.severity, w.now, w.engine.plan),
        purpose="card",
        about=case.id,
    )


def post_cards(w: Writing, case: Case, to: Sequence[Address], step: int = 0) -> None:
    if case.restricted and not to and not live_cards(w, case.id):
        for administrator in privately(w, "", Role.ADMINISTRATOR):  # who may not see it, but can find a leader
            w.post(administrator, Say(card.no_leader(case), lane=Lane.URGENT))
    say = card_say(w, case, step=step)
    for address in to:
        w.post(address, say)


def post_bundle(w: Writing, case: Case) -> None:
    """The one message of all reports past the third that a citizen sent that day, posted once a chat and then edited."""
    cases = bundled_with(w, case)
    about = cases[0].id
    say = Say(bundle.bundle(cases, w.engine.plan), bundle.choices(cases), silent=True, purpose="bundle", about=about, columns=2)
    out = {(row.channel, row.chat): row.id for row in live_cards(w, about, "bundle")}
    for to in whom(w, case, step=0):
        earlier = out.get((to.channel, to.chat))
        w.post(to, replace(say, kind=LetterKind.EDIT, target=earlier) if earlier else say)


def leave_bundle(w: Writing, case: Case) -> None:
    """It goes its own way now (restricted, or in danger): the message that named it is withdrawn, the others get a new one."""
    rest = bundled_with(w, case)
    for about in (case.id, *(other.id for other in rest)):
        for row in live_cards(w, about, "bundle"):
            retire(w, row, text=card.withdrawn(case))
    if rest:
        post_bundle(w, rest[0])


def bundled_with(w: Writing, case: Case) -> list[Case]:
    day = case.received_at.astimezone(w.engine.zone).date()
    same = (
        INCIDENT.c.conversation == case.conversation,
        INCIDENT.c.bundled.is_(True),
        INCIDENT.c.restricted.is_(False),
        INCIDENT.c.status != Status.INTAKE,
    )
    found = (as_case(w.db, row) for row in w.db.execute(sa.select(INCIDENT).where(*same).order_by(INCIDENT.c.id)).all())
    return [other for other in found if other.received_at.astimezone(w.engine.zone).date() == day]


def refresh_cards(w: Writing, case: Case) -> None:
    if case.bundled and not case.restricted and case.status != Status.INTAKE:
        post_bundle(w, case)
    for row in live_cards(w, case.id):
        w.post(w.conversation(row.conversation), card_say(w, case, edit=row.id))


def retire(w: Writing, row: Any, text: Text | None = None) -> None:
    """Take the buttons off one card, or replace its text as well."""
    w.db.execute(sa.update(LETTER).where(LETTER.c.id == row.id).values(retired=True))
    kind = LetterKind.RETIRE if text is None else LetterKind.EDIT
    w.post(w.conversation(row.conversation), Say(text or "", kind=kind, target=row.id, lane=Lane.DIALOGUE, purpose="retire"))


def repost_cards(w: Writing) -> None:
    """After a room was bound, moved or lost: whoever is to be called now and has no card gets it; a card left in another group loses its buttons."""
    statement = sa.select(INCIDENT).where(INCIDENT.c.status.in_((Status.OPEN, Status.TAKEN))).order_by(INCIDENT.c.id).with_for_update()
    for row in w.db.execute(statement).all():
        case = as_case(w.db, row)
        wanted = {(to.channel, to.chat): to for to in whom(w, case, step=0)}
        cards = {(r.channel, r.chat): r for r in live_cards(w, case.id)}
        post_cards(w, case, [to for place, to in wanted.items() if place not in cards and (case.status == Status.OPEN or to.group)])
        for place, card_row in cards.items():
            if place not in wanted and w.conversation(card_row.conversation).group:
                retire(w, card_row)


# --- whom -------------------------------------------------------------------------------------------------------------


def whom(w: Writing, case: Case, step: int) -> list[Address]:
    """Who is to see this case's card at a step of the ladder (0: the first call), each chat once.

    The division's room, for khẩn cấp its alarm room too, and the ward where it happened (it owns the first 12 hours: NĐ 56/2017 Điều 26, 31).
    A case about somebody of the network goes to the division's leader alone. A child who needs help without having been harmed goes quietly
    to the ward. Without a room that can be reached, every duty officer and administrator is called privately (DESIGN section 8).
    """
    division = w.engine.plan.division
    if case.restricted:
        return unique(privately(w, division, Role.LEADER))
    ward = (w.rooms(case.ward) or privately(w, case.ward, Role.WARD_OFFICER)) if case.ward else []
    if case.kind == "need" and ward and step < 2:
        return unique(ward)
    rooms = w.rooms(division)
    if case.severity == ladder.URGENT:
        rooms += w.rooms(division, "alarm")
    found = rooms + ward
    if not rooms or step >= 2:
        found += privately(w, division, Role.DUTY_OFFICER)
    if not rooms:
        found += privately(w, "", Role.ADMINISTRATOR)
    if step >= 3 and case.severity == ladder.URGENT:
        found += privately(w, division, Role.LEADER)
    return unique(found)


def privately(w: Writing, unit: str, role: Role) -> list[Address]:
    return [to for person in holders(w, unit, role) if (to := w.person(person)) is not None]


def unique(addresses: Iterable[Address]) -> list[Address]:
    return list({(to.channel, to.chat, to.topic): to for to in addresses}.values())
