"""What the recipient does with a report: accept, send back, open a locked one. One conditional UPDATE each (rule 5)."""

import json
from datetime import datetime, time

import sqlalchemy as sa

from bot.apply.incidents import Stale
from bot.expected_rows import record
from bot.writing import Writing
from handlers.workdays import add_working_days
from models import report_commands as r
from models.expected import EXPECTED, OWING, REPORT_EVENT, STANDING, ExpectedState


def accept(w: Writing, command: r.AcceptReport) -> None:
    done = {"state": ExpectedState.ACCEPTED, "decided_at": w.now, "decided_by": w.me}
    _move(w, command.expected, (ExpectedState.HANDED_IN,), done)
    record(w.db, command.expected, "accepted", w.now, w.me)


def send_back(w: Writing, command: r.ReturnReport) -> None:
    """It is owed again, with the same due day; whoever owes it is reminded from the next working morning on."""
    back = {"state": ExpectedState.RETURNED, "decided_at": w.now, "decided_by": w.me, "remind_at": next_morning(w)}
    _move(w, command.expected, STANDING, back)
    _note(w, command.expected, "returned", dict(command.reasons), {})


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
