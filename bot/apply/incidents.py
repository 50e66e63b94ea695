"""Cases: opened, changed, called for, taken, restricted, released; what becomes of one that somebody holds is in bot.apply.care. Status moves by
one conditional UPDATE (rule 5); every open case has a next timer row (rule 6)."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot import drill_rows
from bot.apply import clocks, storms
from bot.apply.cards import (
    leave_bundle,
    letters_about,
    live_cards,
    post_bundle,
    post_cards,
    privately,
    refresh_cards,
    retire,
    tell_no_leader,
    tell_summarised,
    whom,
)
from bot.apply.telling import tell_room
from bot.case_rows import as_case
from bot.pages.opening import withdraw_from_whom_it_is_no_business
from bot.writing import Writing
from handlers import card, care_words, ladder
from models import commands as c
from models.facts import Case, Role
from models.ids import new_id
from models.incident import INCIDENT, INCIDENT_EVENT, Status
from models.letter import LETTER, LetterState
from models.page import PAGE, withdraw
from models.people import ACCOUNT
from models.service import AUDIT, COUNTER
from models.submission import SUBMISSION
from models.talk import Lane, LetterKind, Say, Text
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
    drill_rows.acted(w, command.incident, command.kind)


def look(w: Writing, command: c.Look) -> None:
    w.db.execute(sa.insert(AUDIT).values(id=new_id(), at=w.now, person=w.me, action=f"look_{command.what}", subject=command.incident))


# --- opening and changing ---------------------------------------------------------------------------------------------


def open_incident(w: Writing, command: c.OpenIncident) -> None:
    year = w.now.astimezone(w.engine.zone).year
    columns = {
        "status": Status.INTAKE, "source": "collaborator", "severity": "can_theo_doi", "danger": "", "kind": "", "type": "", "ward": "",
        "called": "", "restricted": False, "misdial": False, "unfinished": False, "contact": "", "bundled": False,
    } | dict(command.columns)  # fmt: skip
    told = command.came_by != "chat"  # whoever writes it down is no reporter: no letter, no "XEM" of theirs is about it
    row = columns | {
        "id": command.id, "year": year, "number": next_number(w, f"incident-{year}"), "submission": command.submission,
        "conversation": "" if told else w.talk.id, "reporter": None if told else w.me, "came_by": command.came_by,
        "received_at": command.received_at or w.now,
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
    if {"kind", "danger"} & set(changed):
        clocks.follow(w, case)
    if before.bundled and not case.bundled:
        leave_bundle(w, case)
    if before.ward and before.ward != case.ward and not case.restricted:
        withdraw_from_ward(w, case, before.ward)
    worse = rank(case.severity) < rank(before.severity)
    if worse and before.status == Status.CLOSED and not case.drill:
        open_again(w, case, "reopened_by_report")
        return
    if worse and before.status == Status.OPEN:
        call_anew(w, case)
        return
    refresh_cards(w, case)
    if worse and before.status == Status.TAKEN:
        ask_anew(w, case)
    if "ward" in changed or (before.status == Status.OPEN and {"severity", "kind"} & set(changed)):
        call_room(w, c.CallRoom(command.id))


def call_anew(w: Writing, case: Case, lead: Text | None = None) -> None:
    """The severity rose, or nobody holds the case any more. An edit rings nowhere, and the ladder has gone its way: everybody is called again,
    and the ladder begins anew. `lead`: why, above the card."""
    for row in live_cards(w, case.id):
        retire(w, row, text=card.superseded(case) if w.engine.capabilities(row.channel).edits else None)
    storms.leave(w, case)
    cancel_timer(w.db, "ladder", case.id)
    if not case.drill:
        drill_rows.interrupt(w)
    if lead is not None:
        if case.bundled and not case.restricted:  # an edit of a list of many says neither why nor rings
            w.db.execute(sa.update(INCIDENT).where(INCIDENT.c.id == case.id).values(bundled=False))
            leave_bundle(w, case)
            case = load(w, case.id)
        post_cards(w, case, whom(w, case, step=0), lead=lead)
    call_room(w, c.CallRoom(case.id))


def open_again(w: Writing, case: Case, event: str) -> None:
    """closed -> open, a named move: everybody is called, on a card that shows what runs again."""
    never_closed = {"closed_at": None, "closed_by": None, "closed_reason": "", "taken_by": None, "taken_at": None}
    move(w, case, Status.CLOSED, Status.OPEN, event, **never_closed)
    clocks.follow(w, load(w, case.id))
    call_anew(w, load(w, case.id), lead=care_words.called_again(case, event))


def ask_anew(w: Writing, case: Case) -> None:
    """It is worse than it was when somebody took it: they hear it at once, and what they had promised is asked again."""
    ask_no_more(w, case)
    w.db.execute(sa.update(INCIDENT).where(INCIDENT.c.id == case.id).values(**NOTHING_ASKED))
    await_promise(w, case)
    to, lead = w.person(case.taken_by), care_words.worse(case, w.engine.plan)
    if to is not None:
        w.post(to, replace(care_words.ask_promise(load(w, case.id), w.engine.plan, lead), lane=Lane.URGENT))
    elif case.restricted:  # in no room
        tell_no_leader(w, case)
    else:
        tell_room(w, c.TellRoom(w.engine.plan.division, Say(lead, lane=Lane.URGENT, purpose="more", about=case.id)))


def withdraw_from_ward(w: Writing, case: Case, ward: str) -> None:
    """It happened elsewhere: the ward that was called first has no right to it any more."""
    still = {(to.channel, to.chat) for to in whom(w, case, step=0)}
    there = {(to.channel, to.chat) for to in w.rooms(ward) + privately(w, ward, Role.WARD_OFFICER)} - still
    for row in live_cards(w, case.id):
        if (row.channel, row.chat) in there:
            retire(w, row, text=card.withdrawn(case))
    withdraw_from_whom_it_is_no_business(w.db, w.engine, case)
    storms.leave(w, case, lambda message: (message.channel, message.chat) in there)


def call_room(w: Writing, command: c.CallRoom) -> None:
    """Tell the room. Whoever has a live card is not told twice."""
    case = load(w, command.id)
    if case.status == Status.INTAKE:
        move(w, case, Status.INTAKE, Status.OPEN, "alerted")
        case = load(w, command.id)
        if not case.drill:
            drill_rows.interrupt(w)
    if case.status not in {Status.OPEN, Status.TAKEN}:
        return
    clocks.follow(w, case)
    if case.bundled and not case.restricted:
        post_bundle(w, case)
    have = {(row.channel, row.chat) for row in live_cards(w, case.id)} | storms.places(w, case)
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
    w.timer("follow_up", case.id, ladder.next_follow_up(w.now, w.engine.plan), data={})
    await_promise(w, taken)
    refresh_cards(w, taken, taken=True)
    tell_summarised(w, taken)


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
    withdraw_from_whom_it_is_no_business(w.db, w.engine, load(w, case.id))
    storms.leave(w, case)
    if case.bundled and case.status != Status.INTAKE:
        leave_bundle(w, case)
    note(w, c.Note(case.id, "restricted"))
    if case.status == Status.TAKEN:
        release(w, case, "released_restricted")
    if case.status == Status.CLOSED and not case.drill:
        open_again(w, load(w, case.id), "reopened_by_report")
    if case.status in {Status.OPEN, Status.TAKEN}:
        call_room(w, c.CallRoom(case.id))


NOTHING_ASKED: dict[str, Any] = {"promise": "", "promise_by": None, "offered_to": None, "offered_at": None}
"""Columns of a case whose holder has promised nothing and asked nobody."""


def release(w: Writing, case: Case, event: str) -> None:
    """taken -> open, a named move with its reason: whoever had it will not go on with it, so the ladder begins anew."""
    move(w, case, Status.TAKEN, Status.OPEN, event, taken_by=None, taken_at=None, **NOTHING_ASKED)
    cancel_timer(w.db, "follow_up", case.id)
    ask_no_more(w, case)


def ask_no_more(w: Writing, case: Case) -> None:
    """What was asked of the holder and of whoever was to get the case holds no more: no timer, no button."""
    for kind in ("promise", "offer"):
        cancel_timer(w.db, kind, case.id)
        for row in letters_about(w, case.id, kind, live=True):
            retire(w, row)


def await_promise(w: Writing, case: Case) -> None:
    """Whoever has just got the case says what they do first, within the plan's minutes."""
    due = w.now + timedelta(minutes=w.engine.plan.care_of(case.severity).say_within)
    w.timer("promise", case.id, due, urgent=case.severity == ladder.URGENT)


def release_all(w: Writing, person: str) -> None:
    """Somebody's account is cut: what they had taken is called again, and nobody waits for their yes."""
    from bot.apply.care import end_offers_to

    theirs = sa.or_(INCIDENT.c.taken_by == person, INCIDENT.c.offered_to == person)
    w.db.execute(sa.select(INCIDENT.c.id).where(theirs).order_by(INCIDENT.c.id).with_for_update())  # in the order in which all lock cases
    end_offers_to(w, person)
    held = INCIDENT.c.taken_by == person, INCIDENT.c.status == Status.TAKEN
    for incident in w.db.execute(sa.select(INCIDENT.c.id).where(*held).order_by(INCIDENT.c.id).with_for_update()).scalars().all():
        release(w, load(w, incident), "released_cut")
        case = load(w, incident)
        call_anew(w, case, lead=care_words.called_again(case, "released_cut"))


def take_away(w: Writing, person: str, *which: sa.ColumnElement[bool]) -> None:
    """Somebody's accounts are cut (all, or `which`): private details leave their phone, cards lose their buttons, what is on its way does not arrive.
    Their pages go by `take_pages`, as the last thing."""
    w.flush()
    for account in w.db.execute(sa.select(ACCOUNT.c.channel, ACCOUNT.c.chat).where(ACCOUNT.c.person == person, *which)).all():
        here = (
            LETTER.c.channel == account.channel,
            LETTER.c.chat == account.chat,
            LETTER.c.is_group.is_(False),
            LETTER.c.kind == LetterKind.SAY,
        )
        about_cases = (
            LETTER.c.purpose.in_(("card", "bundle", "details", storms.STORM)),
            LETTER.c.state.not_in((LetterState.GIVEN_UP, LetterState.SUPERSEDED)),
        )
        for row in w.db.execute(sa.select(LETTER).where(*here, *about_cases, LETTER.c.retired.is_(False))).all():
            if row.purpose == "details":
                w.post(w.conversation(row.conversation), Say("", kind=LetterKind.DELETE, target=row.id, lane=Lane.DIALOGUE))
            else:
                retire(w, row)
        storms.forget(w, account.channel, account.chat)
        waiting = LETTER.c.state.in_((LetterState.PLANNED, LetterState.LEASED)), LETTER.c.about != ""
        w.db.execute(sa.update(LETTER).where(*here, *waiting).values(state=LetterState.SUPERSEDED, reason="cut"))


def take_pages(w: Writing, person: str) -> None:
    """Pages that somebody could open are gone. After everything that locks a case: whoever opens a page locks its case first, then the page."""
    withdraw(w.db, PAGE.c.person == person)


def call_again(w: Writing, command: c.CallAgain) -> None:
    """One step of the ladder: a new card that rings, the earlier ones of those chats lose their buttons, and the next step is set, without end."""
    case = load(w, command.id)
    if case.status != Status.OPEN:
        return
    earlier, to = live_cards(w, case.id), whom(w, case, command.step)
    post_cards(w, case, to, step=command.step)
    anew = {(address.channel, address.chat) for address in to}
    for row in earlier:
        if (row.channel, row.chat) in anew:  # elsewhere its card is still the newest, and true
            can_edit = w.engine.capabilities(row.channel).edits
            retire(w, row, text=card.superseded(case) if can_edit else None)
    note(w, c.Note(case.id, "called_again"))
    due, _silent = ladder.next_call(command.step + 1, case.severity, w.now, w.engine.plan)
    w.timer("ladder", case.id, due, urgent=case.severity == ladder.URGENT, data={"step": command.step + 1})
