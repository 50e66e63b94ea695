"""What the recipient does with a report: accept, send back, open a locked one, ask for one of its own. One conditional UPDATE each (rule 5)."""

import json
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from bot.apply import digests
from bot.apply.incidents import Stale
from bot.apply.telling import tell_role
from bot.expected_rows import next_number, record
from bot.writing import Writing
from handlers.decide import opened_until
from handlers.due_dates import due_at
from handlers.plan_news import owing
from handlers.reminding import next_reminder
from handlers.submit_words import CARD, decided
from handlers.workdays import add_working_days
from models import commands as c
from models import report_commands as r
from models.expected import EXPECTED, OWING, REPORT_EVENT, REPORT_REQUEST, STANDING, ExpectedState
from models.ids import new_id
from models.letter import LETTER
from models.plan import DueRule
from models.talk import LetterKind, Say

OPEN_FOR = timedelta(days=60)  # after its last day until an ad-hoc report is locked


def accept(w: Writing, command: r.AcceptReport) -> None:
    done = {"state": ExpectedState.ACCEPTED, "decided_at": w.now, "decided_by": w.me}
    _move(w, command.expected, (ExpectedState.HANDED_IN,), done)
    record(w.db, command.expected, "accepted", w.now, w.me)
    _settle_cards(w, accepted=True)


def send_back(w: Writing, command: r.ReturnReport) -> None:
    """It is owed again, with the same due day; whoever owes it is reminded from the next working morning on."""
    back: dict[str, object] = {"state": ExpectedState.RETURNED, "decided_at": w.now, "decided_by": w.me, "remind_at": next_morning(w)}
    until = opened_until(w.now, w.facts)
    if w.facts.expected is not None and w.facts.expected.locked(until):  # what is to be put right can be handed in
        back["unlocked_until"] = until
    _move(w, command.expected, STANDING, back)
    _note(w, command.expected, "returned", dict(command.reasons), {})
    _settle_cards(w, accepted=False)


def _settle_cards(w: Writing, *, accepted: bool) -> None:
    """The lines of the report in rooms say what became of it, where a chat can change what it was told."""
    expected = w.facts.expected
    if expected is None:
        return
    told = LETTER.c.about == expected.id, LETTER.c.purpose == CARD, LETTER.c.kind == LetterKind.SAY, LETTER.c.retired.is_(False)
    for row in w.db.execute(sa.select(LETTER).where(*told).order_by(LETTER.c.id)).all():
        w.db.execute(sa.update(LETTER).where(LETTER.c.id == row.id).values(retired=True))
        if w.engine.capabilities(row.channel).edits:
            w.post(
                w.conversation(row.conversation), Say(decided(expected, w.facts, accepted=accepted), kind=LetterKind.EDIT, target=row.id)
            )


def unlock(w: Writing, command: r.UnlockReport) -> None:
    _move(w, command.expected, OWING, {"unlocked_until": command.until, "remind_at": next_morning(w)})
    _note(w, command.expected, "unlocked", {"": command.reason}, {"until": command.until.isoformat()})


def next_morning(w: Writing) -> datetime:
    """The next working morning at the hour of reminders."""
    plan = w.engine.plan
    day = add_working_days(w.now.astimezone(w.engine.zone).date(), 1, plan)
    return datetime.combine(day, plan.reminding.at or time(8), w.engine.zone)


def _move(w: Writing, expected: str, leaves: tuple[ExpectedState, ...], values: dict[str, object]) -> None:
    if w.db.execute(sa.update(EXPECTED).where(EXPECTED.c.id == expected, EXPECTED.c.state.in_(leaves)).values(**values)).rowcount != 1:
        raise Stale


def _note(w: Writing, expected: str, what: str, reasons: dict[str, str], data: dict[str, object]) -> None:
    """What a person typed is sealed under the report's key, in the event's own row."""
    row = record(w.db, expected, what, w.now, w.me, data)
    sealed = w.engine.vault.seal(w.db, f"expected:{expected}", "report_event.note", row, json.dumps(reasons, ensure_ascii=False).encode())
    w.db.execute(sa.update(REPORT_EVENT).where(REPORT_EVENT.c.id == row).values(note=sealed))


# --- ad-hoc reports ---------------------------------------------------------------------------------------------------


def request(w: Writing, command: r.RequestReport) -> None:
    """A request, and a row for each unit; its number is known as soon as it is asked for."""
    sealed = w.engine.vault.seal(w.db, f"request:{command.id}", "report_request.title", command.id, command.title.encode())
    w.db.execute(sa.insert(REPORT_REQUEST).values(id=command.id, title=sealed, form=command.form, created_by=w.me, created_at=w.now))
    due = due_at(command.due, DueRule.ON, w.engine.zone)
    expires = due + OPEN_FOR
    first = next_number(w.db)
    for more, unit in enumerate(command.units):
        row = new_id()
        values = {
            "id": row, "number": first + more, "plan": w.engine.plan.id, "report": "request", "unit": unit, "period": command.id,
            "request": command.id, "recipient": command.recipient, "due_day": command.due.isoformat(), "rule": str(DueRule.ON), "opens_at": w.now,
            "due_at": due, "expires_at": expires, "state": str(ExpectedState.OWED), "zero": False, "as_of": "", "reminders": 0, "created_at": w.now,
            "remind_at": next_reminder(command.due, expires, w.now, w.engine.plan),
        }  # fmt: skip
        w.db.execute(sa.insert(EXPECTED).values(values))
        record(w.db, row, "expected", w.now, w.me, {"due": command.due.isoformat()})


def drop_request(w: Writing, command: r.DropRequest) -> None:
    """Nothing that was handed in is dropped."""
    w.db.execute(sa.update(REPORT_REQUEST).where(REPORT_REQUEST.c.id == command.id).values(cancelled_at=w.now))
    owed = EXPECTED.c.request == command.id, EXPECTED.c.state.in_(OWING), EXPECTED.c.first_at.is_(None)
    for row in w.db.execute(sa.select(EXPECTED.c.id, EXPECTED.c.unit).where(*owed).order_by(EXPECTED.c.id)).all():
        gone = sa.update(EXPECTED).where(EXPECTED.c.id == row.id, *owed).values(state=ExpectedState.DROPPED, remind_at=None)
        if w.db.execute(gone).rowcount != 1:  # handed in since it was read
            continue
        record(w.db, row.id, "dropped", w.now, w.me)
        for role in owing(w.engine.plan, row.unit):
            tell_role(w, c.TellRole(row.unit, role, command.say))
        digests.refresh(w, row.unit, anyway=True)
