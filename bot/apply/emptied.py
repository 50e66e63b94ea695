"""A report whose only file could not be kept: what was handed in held nothing, so it is owed again. One conditional UPDATE (rule 5)."""

from dataclasses import replace

import sqlalchemy as sa

from bot.apply import digests
from bot.apply.decisions import next_morning
from bot.apply.incidents import Stale
from bot.apply.telling import holders, tell_person, tell_room
from bot.expected_rows import record
from bot.writing import Writing
from handlers.decide import opened_until
from handlers.plan_news import owing
from handlers.submit_words import CARD, not_any_more
from models import commands as c
from models import report_commands as r
from models.expected import EXPECTED, REPORT_EVENT, STANDING, ExpectedState
from models.letter import LETTER
from models.report_facts import Expected
from models.talk import LetterKind, Say


def empty(w: Writing, command: r.EmptyReport) -> None:
    """Back to how it stood before it was handed in. The first handing in that held something still decides whether it is on time."""
    expected, last = w.facts.expected, command.last
    if expected is None or expected.id != command.expected:
        raise Stale
    state = ExpectedState.RETURNED if _sent_back(w, command) else ExpectedState.OWED
    back: dict[str, object] = {
        "state": state, "zero": last is not None and last.zero, "as_of": last.as_of if last is not None else "",
        "first_at": command.first.at if command.first is not None else None, "handed_at": last.at if last is not None else None,
        "handed_by": (last.by or None) if last is not None else None, "decided_at": None, "decided_by": None, "remind_at": next_morning(w),
    }  # fmt: skip
    until = opened_until(w.now, w.facts)
    if expected.locked(until):  # the unit was in time; what it owes again can be handed in
        back["unlocked_until"] = until
    stands = EXPECTED.c.id == command.expected, EXPECTED.c.state.in_(STANDING), EXPECTED.c.handed_at == expected.handed_at
    if w.db.execute(sa.update(EXPECTED).where(*stands).values(**back)).rowcount != 1:
        raise Stale
    record(w.db, command.expected, "emptied", w.now, None, {"file": command.attachment, "reason": command.reason, "to": str(state)})
    digests.refresh(w, expected.unit, anyway=True)
    for person in holders(w, expected.unit, *owing(w.engine.plan, expected.unit)):
        if person != command.heard:
            tell_person(w, c.TellPerson(person, command.say))
    if expected.recipient:
        _tell_recipient(w, expected)


def _sent_back(w: Writing, command: r.EmptyReport) -> bool:
    """Whether the recipient has sent it back, and nothing was really handed in since."""
    e = REPORT_EVENT.c
    at = w.db.scalar(sa.select(sa.func.max(e.at)).where(e.expected == command.expected, e.what == "returned"))
    return at is not None and (command.last is None or at >= command.last.at)


def _tell_recipient(w: Writing, expected: Expected) -> None:
    """Its line in a room says it where a chat can change what it was told; a new one everywhere else."""
    say = Say(not_any_more(expected, w.facts), purpose="report", silent=True)
    told = LETTER.c.about == expected.id, LETTER.c.purpose == CARD, LETTER.c.kind == LetterKind.SAY, LETTER.c.retired.is_(False)
    lines = w.db.execute(sa.select(LETTER).where(*told).order_by(LETTER.c.id)).all()
    for row in lines:
        w.db.execute(sa.update(LETTER).where(LETTER.c.id == row.id).values(retired=True))
        edits = w.engine.capabilities(row.channel).edits
        w.post(w.conversation(row.conversation), replace(say, kind=LetterKind.EDIT, target=row.id) if edits else say)
    if not lines:
        tell_room(w, c.TellRoom(expected.recipient, say))
