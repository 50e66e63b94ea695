"""Expected reports: begun, handed in. State moves by one conditional UPDATE that names the states it leaves (rule 5)."""

import sqlalchemy as sa

from bot.apply import digests, forms
from bot.apply.incidents import Stale
from bot.apply.telling import tell_room
from bot.expected_rows import record
from bot.writing import Writing
from handlers.submit_words import told_recipient
from models import commands as c
from models import report_commands as r
from models.expected import EXPECTED, OWING, ExpectedState
from models.submission import SUBMISSION


def open_report(w: Writing, command: r.OpenReport) -> None:
    """The draft belongs to the report: of two officers who begin at once the second finds the first one's."""
    free = EXPECTED.c.id == command.expected, EXPECTED.c.submission.is_(None)
    if w.db.execute(sa.update(EXPECTED).where(*free).values(submission=command.submission)).rowcount != 1:
        raise Stale
    forms.open_submission(w, c.OpenSubmission(command.submission, command.form, command.version, command.form_hash))
    w.db.execute(sa.update(SUBMISSION).where(SUBMISSION.c.id == command.submission).values(expected=command.expected))
    record(w.db, command.expected, "begun", w.now, w.me)


def hand_in(w: Writing, command: r.HandIn) -> None:
    """What goes out of the service is accepted as it is, and may be put right by whoever made it; the rest waits for its recipient."""
    expected = w.facts.expected
    if expected is None or expected.id != command.expected:
        raise Stale
    outside = not expected.recipient
    states = (*OWING, ExpectedState.HANDED_IN, *((ExpectedState.ACCEPTED,) if outside else ()))
    in_time = sa.or_(EXPECTED.c.expires_at > w.now, EXPECTED.c.unlocked_until > w.now)
    values = {
        "state": ExpectedState.ACCEPTED if outside else ExpectedState.HANDED_IN, "submission": command.submission, "zero": command.zero,
        "as_of": command.as_of, "first_at": sa.func.coalesce(EXPECTED.c.first_at, w.now), "handed_at": w.now, "handed_by": w.me,
        "decided_at": w.now if outside else None, "decided_by": w.me if outside else None, "remind_at": None,
    }  # fmt: skip
    moved = w.db.execute(
        sa.update(EXPECTED).where(EXPECTED.c.id == command.expected, EXPECTED.c.state.in_(states), in_time).values(**values)
    )
    if moved.rowcount != 1:
        raise Stale
    forms.close_submission(w, c.CloseSubmission(command.submission, "sent"))
    again = expected.first_at is not None
    record(w.db, command.expected, "handed_in", w.now, w.me, {"again": again, "zero": command.zero, "as_of": command.as_of})
    digests.refresh(w, expected.unit)
    if not outside:
        tell_room(w, c.TellRoom(expected.recipient, told_recipient(expected, w.facts, again=again, zero=command.zero)))
