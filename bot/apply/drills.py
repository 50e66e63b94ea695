"""Exercises: a marked case made by the service itself, called like a real one by the same functions, and closed with a report."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot import drill_rows
from bot.apply import telling
from bot.apply.cards import card_say, forget_edits, letters_about, live_cards, retire
from bot.apply.clocks import void_clocks
from bot.apply.forms import put_answer
from bot.apply.incidents import Stale, call_room, load, move, open_incident
from bot.conversations import DEFAULT_LOCALE
from bot.writing import Writing
from handlers import drill_words
from handlers.drill_words import Arrived, Times
from handlers.ladder import URGENT
from models import commands as c
from models.columns import upsert
from models.drill import DRILL
from models.facts import Case, Role
from models.ids import new_id
from models.incident import INCIDENT, INCIDENT_EVENT, Status
from models.letter import LETTER, planned_at
from models.service import COUNTER
from models.submission import SUBMISSION
from models.talk import Json, Lane, LetterKind, Say, msg
from models.timer import cancel_timer

FORM, REASON = "incident", "dien_tap"
_TIMERS = ("ladder", "unanswered", "follow_up", "promise", "offer")
_ANSWERS = {"danger": "danger", "kind": "violation", "contact": "no"}


def begin(w: Writing, command: c.BeginDrill) -> None:
    """Stale if another one began meanwhile, or a real khẩn cấp came: the turn is taken again and says so."""
    upsert(w.db, COUNTER, ("name",), {"name": drill_rows.TIMER, "value": 0})  # one turn at a time looks and begins
    now = drill_rows.read(w.db)
    if now.running is not None or now.urgent_waiting:
        raise Stale
    submission = _submission(w)
    columns: dict[str, Json] = {
        "source": "citizen",
        "severity": URGENT,
        "danger": "danger",
        "kind": "violation",
        "contact": "no",
        "drill": True,
    }
    open_incident(w, c.OpenIncident(command.incident, submission, columns))
    if drill_rows.read(w.db).urgent_waiting:  # it may have come while this turn waited for the next number
        raise Stale
    # Nobody's conversation: no "XEM" and no list of anybody's reports finds it, and no letter goes to a reporter.
    w.db.execute(sa.update(INCIDENT).where(INCIDENT.c.id == command.incident).values(conversation="", reporter=None))
    w.db.execute(sa.insert(DRILL).values(id=command.id, incident=command.incident, started_by=w.me, started_at=w.now))
    w.timer(drill_rows.TIMER, command.id, w.now + timedelta(minutes=drill_words.MINUTES), data={"why": "time"})
    call_room(w, c.CallRoom(command.incident))


def _submission(w: Writing) -> str:
    """The form as if it had been filled in; what was seen says that nothing was."""
    form, submission = w.engine.forms[FORM], new_id()
    row = {
        "id": submission, "form": form.id, "version": form.version, "form_hash": form.content_hash, "subject": None, "conversation": "",
        "person": w.me, "state": "sent", "created_at": w.now, "sent_at": w.now,
    }  # fmt: skip
    w.db.execute(sa.insert(SUBMISSION).values(row))
    for question, value in {**_ANSWERS, "seen": w.render(msg(drill_words.SEEN), DEFAULT_LOCALE)}.items():
        put_answer(w, c.PutAnswer(submission, question, value))
    return submission


# --- the end ------------------------------------------------------------------------------------------------------------


def end(w: Writing, command: c.EndDrill) -> None:
    """Its case is closed whatever its state, and nothing of it asks or rings any more."""
    case = load(w, command.incident)
    mine = DRILL.c.id == command.id, DRILL.c.ended_at.is_(None)
    if w.db.execute(sa.update(DRILL).where(*mine).values(ended_at=w.now)).rowcount != 1:
        return
    row = w.db.execute(sa.select(DRILL).where(DRILL.c.id == command.id)).one()
    if case.status != Status.CLOSED:
        _close(w, case)
    cancel_timer(w.db, drill_rows.TIMER, command.id)
    _report(w, command, row, _times(w, case, row.started_at))


def _close(w: Writing, case: Case) -> None:
    """The one conditional UPDATE: it leaves the state that was read under the case's lock."""
    columns: dict[str, Any] = {
        "closed_at": w.now, "closed_by": w.me, "closed_reason": REASON, "promise": "", "promise_by": None, "offered_to": None,
        "offered_at": None,
    }  # fmt: skip
    move(w, case, Status(case.status), Status.CLOSED, "closed", **columns)
    void_clocks(w, case.id)
    for kind in _TIMERS:
        cancel_timer(w.db, kind, case.id)
    for purpose in ("promise", "offer", "taken"):
        for letter in letters_about(w, case.id, purpose, live=True):
            retire(w, letter)
    closed = load(w, case.id)
    for letter in live_cards(w, case.id):
        if w.engine.capabilities(letter.channel).edits:
            w.post(w.conversation(letter.conversation), card_say(w, closed, edit=letter.id))
        else:  # the report says it there, in the same breath
            forget_edits(w, letter.id)


def _report(w: Writing, command: c.EndDrill, row: Any, times: Times) -> None:
    lane = Lane.URGENT if command.why == "real" else Lane.DIALOGUE
    say = Say(drill_words.report(times, command.why), lane=lane, purpose="drill", about=command.incident)
    telling.tell_room(w, c.TellRoom(w.engine.plan.division, say))
    if command.why == "real":  # whoever was called privately is busy with it
        for person in telling.holders(w, w.engine.plan.division, Role.DUTY_OFFICER, Role.LEADER):
            if person != row.started_by:
                telling.tell_person(w, c.TellPerson(person, say))
    telling.tell_person(w, c.TellPerson(row.started_by, say))


# --- how long it took -----------------------------------------------------------------------------------------------------


def _times(w: Writing, case: Case, began: datetime) -> Times:
    events = w.db.execute(
        sa.select(INCIDENT_EVENT.c.kind, INCIDENT_EVENT.c.at).where(INCIDENT_EVENT.c.incident == case.id).order_by(INCIDENT_EVENT.c.id)
    ).all()
    first = {event.kind: (event.at - began).total_seconds() for event in reversed(events)}
    calls = 1 + sum(event.kind == "called_again" for event in events)
    acted = min((first[kind] for kind in drill_rows.SAID if kind in first), default=None)
    return Times(case.code, _arrived(w, case), first.get("taken"), acted, calls)


def _arrived(w: Writing, case: Case) -> tuple[Arrived, ...]:
    """The first card on each messenger, in its rooms where there are any: from planning it to the platform's word, both in real time."""
    cards = LETTER.c.about == case.id, LETTER.c.purpose == "card", LETTER.c.kind == LetterKind.SAY
    rows = w.db.execute(sa.select(LETTER.c.id, LETTER.c.channel, LETTER.c.is_group, LETTER.c.delivered_at).where(*cards)).all()
    seen: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.is_group or not any(other.is_group for other in rows):
            seen[row.channel].append(row)
    return tuple(Arrived(w.title(channel), _soonest(seen[channel])) for channel in sorted(seen))


def _soonest(cards: list[Any]) -> float | None:
    """From the first card planned there to the first that arrived."""
    arrived: list[datetime] = [card.delivered_at for card in cards if card.delivered_at is not None]
    if not arrived:
        return None
    return max(0.0, (min(arrived) - min(planned_at(card.id) for card in cards)).total_seconds())
