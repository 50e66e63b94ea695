"""Legal clocks: rows that follow the case, the timers that remind of them, statements that end them.

`void_clocks(w, incident)` is what closing a case calls; `follow(w, case)` what brings a case to life (first call, reopening) or changes it.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.apply.cards import called, card_say, live_cards, privately, tell_no_leader, unique
from bot.apply.notes import write_down
from bot.clocks import clocks_of
from bot.gather.cases import load_case
from bot.gather.drafts import read_draft
from bot.writing import Address, Writing
from handlers import clock_reminders, clock_words
from handlers.clocks import Wanted, is_told, wanted
from handlers.forms.engine import Filled
from models import commands as c
from models.clock import CASE_CLOCK, ClockState
from models.facts import Case, Role, RunningClock
from models.ids import new_id
from models.incident import INCIDENT_EVENT
from models.plan import Whom
from models.talk import Json, Say
from models.timer import cancel_timer

__all__ = ["clocks_of", "follow", "remind", "set_clocks", "state", "void_clocks"]

GRACE = timedelta(minutes=15)  # the card that goes out with a new clock shows it: nobody is reminded in the same breath

# --- following the case -----------------------------------------------------------------------------------------------


def set_clocks(w: Writing, command: c.SetClocks) -> None:
    """Cards that are out show the new hours; where a card cannot be edited, the reminder will say them."""
    case = load_case(w.db, command.incident)
    if follow(w, case):
        _show(w, case)


def follow(w: Writing, case: Case) -> bool:
    """Set what the case is owed by now, and move what its answers have moved; True if anything did. What was stated stays, and what runs is
    never taken away (handlers.clocks, rule 4). A clock that ended with the case runs again when the case does."""
    rows = {row.kind: row for row in w.db.execute(sa.select(CASE_CLOCK).where(CASE_CLOCK.c.incident == case.id)).all()}
    stated = {row.kind: row.stated_at for row in rows.values() if row.state == ClockState.DONE}
    changed = False
    for want in wanted(case, _answers(w, case), w.engine.plan, stated):
        changed |= _settle(w, case, rows.get(want.kind), want)
    return changed


def void_clocks(w: Writing, incident: str) -> None:
    """The case was closed: what is still running is owed no more and reminds nobody. What was stated stays as it is. Idempotent."""
    running = CASE_CLOCK.c.incident == incident, CASE_CLOCK.c.state == ClockState.RUNNING
    for clock in w.db.execute(sa.select(CASE_CLOCK.c.id).where(*running)).scalars().all():
        cancel_timer(w.db, "clock", clock)
    w.db.execute(sa.update(CASE_CLOCK).where(*running).values(state=ClockState.VOID))


def _answers(w: Writing, case: Case) -> dict[str, Json]:
    """The answers that count."""
    draft = read_draft(w.db, w.engine, case.submission)
    form = w.engine.forms.get(draft.form) if draft is not None else None
    return Filled(form, draft.answers, staff=True).values() if draft is not None and form is not None else {}


def _settle(w: Writing, case: Case, row: Any, want: Wanted) -> bool:
    columns: dict[str, Any] = {
        "basis": want.basis, "starts_at": want.starts_at, "strict_at": want.strict_at, "due_at": want.due_at,
    }  # fmt: skip
    if row is None:
        fresh = {"id": new_id(), "incident": case.id, "kind": want.kind, "created_at": w.now, "reminders": 0, "raised": 0}
        w.db.execute(sa.insert(CASE_CLOCK).values(**fresh, **columns, state=ClockState.RUNNING))
    elif row.state == ClockState.DONE or (row.state == ClockState.RUNNING and all(getattr(row, name) == columns[name] for name in columns)):
        return False
    else:
        again = {"raised": 0} if row.state == ClockState.VOID or want.due_at > w.now else {}
        w.db.execute(sa.update(CASE_CLOCK).where(CASE_CLOCK.c.id == row.id).values(**columns, **again, state=ClockState.RUNNING))
    clock = _one(w, case.id, want.kind)
    _wind(w, clock, w.now + GRACE if row is None or row.state == ClockState.VOID else w.now)
    if row is not None and row.state == ClockState.RUNNING and is_told(case, row.due_at, want.due_at):
        _tell_moved(w, case, clock, row)
    return True


def _tell_moved(w: Writing, case: Case, clock: RunningClock, row: Any) -> None:
    rule = w.engine.plan.clock(clock.kind)
    text = clock_words.moved(case, clock, row.due_at, w.engine.plan, w.now)
    _post(w, case, clock_reminders.letter(case, rule, text, w.facts), rule.to)
    _event(w, case.id, "clock_moved")


def _one(w: Writing, incident: str, kind: str) -> RunningClock:
    return next(clock for clock in clocks_of(w.db, incident, w.engine.plan, w.now) if clock.kind == kind)


def _wind(w: Writing, clock: RunningClock, not_before: datetime) -> None:
    """Set the timer of a running clock, or move it."""
    plan = w.engine.plan
    due = max(not_before, clock_reminders.next_reminder(clock, w.now, plan))
    w.timer("clock", clock.id, due, urgent=plan.clock(clock.kind).urgent)


def _show(w: Writing, case: Case) -> None:
    if case.bundled:
        return
    for row in live_cards(w, case.id):
        if w.engine.capabilities(row.channel).edits:
            w.post(w.conversation(row.conversation), card_say(w, case, edit=row.id))


# --- reminding --------------------------------------------------------------------------------------------------------


def remind(w: Writing, command: c.RemindClock) -> None:
    running = CASE_CLOCK.c.id == command.clock, CASE_CLOCK.c.state == ClockState.RUNNING
    counted = {"reminders": CASE_CLOCK.c.reminders + 1, "raised": command.raised}
    if w.db.execute(sa.update(CASE_CLOCK).where(*running).values(counted)).rowcount != 1:
        return
    case = load_case(w.db, command.incident)
    _post(w, case, command.say, command.to)
    _wind(w, next(clock for clock in clocks_of(w.db, case.id, w.engine.plan, w.now) if clock.id == command.clock), w.now)


def _post(w: Writing, case: Case, say: Say, to: tuple[str, ...]) -> None:
    """Each chat once. In a group there is nothing to press that begins a dialogue: it says how to type it privately."""
    in_group = replace(say, choices=tuple(choice for choice in say.choices if not choice.key.startswith("confirm:")))
    addresses = _addresses(w, case, to)
    for address in addresses:
        w.post(address, in_group if address.group else say)
    if case.restricted and not addresses:
        tell_no_leader(w, case)


def _addresses(w: Writing, case: Case, to: tuple[str, ...]) -> list[Address]:
    """A restricted case reminds the division's leader alone (without one, administrators hear its code). Where nobody of
    those meant can be reached, the division hears it."""
    if case.restricted:
        return unique(called(w, case, Whom.LEADER))
    return unique([address for word in to for address in _meant(w, case, word)] or _division(w, case))


def _meant(w: Writing, case: Case, word: str) -> list[Address]:
    """A word of the plan; a reporter gets a content-free letter of their own (handlers.clock_reminders)."""
    if word == "reporter":
        return []
    if word == "taker":
        taker = w.person(case.taken_by) if case.taken_by else None
        return [taker] if taker is not None else []
    return called(w, case, Whom(word)) or (called(w, case, Whom.LEADER) if word == "above" else _division(w, case))


def _division(w: Writing, case: Case) -> list[Address]:
    """Its room; without one its officers, and without them whoever runs the service."""
    return called(w, case, Whom.ROOM) or called(w, case, Whom.DUTY_ALL) or privately(w, "", Role.ADMINISTRATOR)


# --- statements -------------------------------------------------------------------------------------------------------


def state(w: Writing, command: c.StateClock) -> None:
    """Kept for good, whoever said it; an officer's ends the clock and starts what follows from it. Rooms are told nothing of the words."""
    case = load_case(w.db, command.incident)
    note = write_down(w, case, "claim" if command.claim else "statement", command.text)
    _event(w, case.id, f"claimed_{command.kind}" if command.claim else f"stated_{command.kind}")
    if command.claim:
        return
    one = CASE_CLOCK.c.incident == case.id, CASE_CLOCK.c.kind == command.kind, CASE_CLOCK.c.state != ClockState.VOID
    done = {"state": ClockState.DONE, "stated_at": command.at, "done_at": w.now, "done_by": w.me, "note": note}
    w.db.execute(sa.update(CASE_CLOCK).where(*one).values(done))
    cancel_timer(w.db, "clock", _one(w, case.id, command.kind).id)
    follow(w, case)
    _show(w, case)


def _event(w: Writing, incident: str, kind: str) -> None:
    w.db.execute(sa.insert(INCIDENT_EVENT).values(id=new_id(), incident=incident, kind=kind, person=w.me, at=w.now))
