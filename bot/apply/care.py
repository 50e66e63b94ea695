"""What becomes of a case that somebody holds: promised, handed over, given back, taken over, closed, opened again. Each move is one conditional
UPDATE that names whom it was decided for (rule 5), and leaves the case with a holder or a living ladder (rule 6)."""

from typing import Any

import sqlalchemy as sa

from bot.apply.cards import letters_about, refresh_cards, retire
from bot.apply.clocks import void_clocks
from bot.apply.incidents import NOTHING_ASKED, Stale, ask_no_more, await_promise, call_anew, load, move, note, open_again, release
from bot.apply.notes import write_down
from bot.apply.telling import tell_person
from bot.writing import Writing
from handlers import care_words, ladder
from models import commands as c
from models.facts import Case
from models.incident import INCIDENT, Status
from models.timer import cancel_timer


def change(w: Writing, case: Case, holder: str, event: str, *where: sa.ColumnElement[bool], **columns: Any) -> None:
    """A change within "taken", decided for one holder; Stale if the case is theirs no longer."""
    held = INCIDENT.c.id == case.id, INCIDENT.c.status == Status.TAKEN, INCIDENT.c.taken_by == holder, *where
    if w.db.execute(sa.update(INCIDENT).where(*held).values(**columns)).rowcount != 1:
        raise Stale
    note(w, c.Note(case.id, event))


# --- promises ---------------------------------------------------------------------------------------------------------


def promise(w: Writing, command: c.Promise) -> None:
    case = load(w, command.id)
    change(w, case, command.holder, "promised", promise=command.promise, promise_by=command.by)
    write_down(w, case, "promise", command.note)
    if command.by is None:  # an answer all the same: the plan's time for the hour begins anew, and no question counts as unanswered
        await_promise(w, case)
    else:
        _retire(w, case, "promise")
        data = {"renewed": 1} if command.renewed else {}
        w.timer("promise", case.id, command.by, urgent=case.severity == ladder.URGENT, data=data)


def keep_promise(w: Writing, command: c.KeepPromise) -> None:
    case = load(w, command.id)
    change(w, case, command.holder, "promise_kept", promise=care_words.KEPT, promise_by=None)
    cancel_timer(w.db, "promise", case.id)
    _retire(w, case, "promise")


def _retire(w: Writing, case: Case, purpose: str) -> None:
    for row in letters_about(w, case.id, purpose, live=True):
        retire(w, row)


# --- given back, handed over, taken over --------------------------------------------------------------------------------


def give_back(w: Writing, command: c.Release) -> None:
    case = load(w, command.id)
    if case.taken_by != command.holder:
        raise Stale
    release(w, case, command.event)
    write_down(w, case, "release", command.note)
    call_anew(w, load(w, case.id), lead=care_words.called_again(case, command.event))


def offer(w: Writing, command: c.Offer) -> None:
    """Whoever was asked before is asked no more."""
    case = load(w, command.id)
    _retire(w, case, "offer")
    change(w, case, command.holder, "offered", offered_to=command.to, offered_at=w.now)
    w.timer("offer", case.id, w.now + care_words.to_think(case, w.engine.plan), urgent=case.severity == ladder.URGENT)


def end_offer(w: Writing, command: c.EndOffer) -> None:
    case = load(w, command.id)
    change(w, case, case.taken_by, command.event, INCIDENT.c.offered_to == command.to, offered_to=None, offered_at=None)
    cancel_timer(w.db, "offer", case.id)
    _retire(w, case, "offer")


def end_offers_to(w: Writing, person: str) -> None:
    """Somebody's account is cut: whoever offered them a case is told that it is still theirs."""
    offered = INCIDENT.c.offered_to == person, INCIDENT.c.status == Status.TAKEN
    for incident in w.db.execute(sa.select(INCIDENT.c.id).where(*offered).order_by(INCIDENT.c.id)).scalars().all():
        case = load(w, incident)
        end_offer(w, c.EndOffer(incident, person, "offer_lapsed"))
        tell_person(w, c.TellPerson(case.taken_by, care_words.offer_lapsed(case)))


def pass_on(w: Writing, command: c.PassOn) -> None:
    case = load(w, command.id)
    accepted = (INCIDENT.c.offered_to == w.me,) if command.event == "handed_over" else ()
    ask_no_more(w, case)
    change(w, case, command.holder, command.event, *accepted, taken_by=w.me, taken_at=w.now, **NOTHING_ASKED)
    write_down(w, case, "takeover", command.note)
    now_held = load(w, case.id)
    await_promise(w, now_held)
    refresh_cards(w, now_held, taken=True)


# --- closed, opened again -----------------------------------------------------------------------------------------------


def close(w: Writing, command: c.CloseCase) -> None:
    case = load(w, command.id)
    closed = {"closed_at": w.now, "closed_by": w.me, "closed_reason": command.reason}
    ask_no_more(w, case)
    move(w, case, Status.TAKEN, Status.CLOSED, "closed", **closed, **NOTHING_ASKED)
    write_down(w, case, "close", command.note)
    void_clocks(w, case.id)
    for kind in ("ladder", "unanswered", "follow_up"):
        cancel_timer(w.db, kind, case.id)
    refresh_cards(w, load(w, case.id), taken=True)


def reopen(w: Writing, command: c.ReopenCase) -> None:
    case = load(w, command.id)
    write_down(w, case, "reopen", command.note)
    open_again(w, case, "reopened")
