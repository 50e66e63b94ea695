"""Facts about submissions: what was answered, and the files that came with it."""

import json
from typing import Any

import sqlalchemy as sa

from bot.engine import Engine
from bot.expected_rows import AS_HANDED_IN
from bot.gather.reading import Reading
from handlers.forms.values import files
from models.attachment import ATTACHMENT, BLANK
from models.facts import Draft, Given, Stored
from models.report_facts import Expected
from models.submission import ANSWER, SUBMISSION


def _answered(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(
            SUBMISSION.c.id, SUBMISSION.c.form, SUBMISSION.c.state, SUBMISSION.c.subject, SUBMISSION.c.created_at,
            ANSWER.c.id.label("answer"), ANSWER.c.question, ANSWER.c.value, ANSWER.c.skipped, ANSWER.c.message, ANSWER.c.at, ANSWER.c.person,
        )
        .select_from(SUBMISSION.outerjoin(ANSWER, sa.and_(ANSWER.c.submission == SUBMISSION.c.id, which)))
        .where(SUBMISSION.c.id == sa.bindparam("submission"))
        .order_by(ANSWER.c.id)
    )  # fmt: skip


_DRAFT, _FILED = _answered(ANSWER.c.superseded_at.is_(None)), _answered(AS_HANDED_IN)


def read_draft(db: sa.Connection, engine: Engine, submission: str, *, filed: bool = False) -> Draft | None:
    """A submission and its live answers, opened; `filed`: as they were when the report was last handed in."""
    rows = db.execute(_FILED if filed else _DRAFT, {"submission": submission}).all()
    if not rows:
        return None
    answers = {row.question: _given(db, engine, submission, row) for row in rows if row.answer is not None}
    first = rows[0]
    return Draft(first.id, first.form, first.state, answers, first.created_at, first.subject or "")


def _given(db: sa.Connection, engine: Engine, submission: str, row: Any) -> Given:
    value = None
    if row.value is not None:
        value = json.loads(engine.vault.open(db, f"submission:{submission}", "answer.value", row.answer, row.value))
    return Given(value, row.skipped, row.message, row.at, row.person or "")


def draft(reading: Reading) -> Draft | None:
    expected: Expected | None = reading.found.get("expected")
    if expected is not None:  # whoever began it: the draft belongs to the report
        return read_draft(reading.db, reading.engine, expected.submission) if expected.submission else None
    held = reading.talk.frame.data.get("submission") or reading.incoming.data.get("subject")
    if not held:  # another dialogue had the floor meanwhile: what was left unfinished is found again
        unfinished = SUBMISSION.c.conversation == reading.talk.id, sa.text("submission.state = 'draft'"), SUBMISSION.c.expected.is_(None)
        held = reading.db.execute(sa.select(SUBMISSION.c.id).where(*unfinished).order_by(SUBMISSION.c.id.desc()).limit(1)).scalar()
    return read_draft(reading.db, reading.engine, str(held)) if held else None


def filed(reading: Reading) -> Draft | None:
    expected: Expected | None = reading.found.get("expected")
    found = expected is not None and expected.first_at is not None and expected.submission
    return read_draft(reading.db, reading.engine, found, filed=True) if found else None


def case_draft(reading: Reading) -> Draft | None:
    return read_draft(reading.db, reading.engine, reading.case.submission) if reading.case else None


_ATTACHMENTS = (
    sa.select(ATTACHMENT.c.id, ATTACHMENT.c.question, ATTACHMENT.c.kind, ATTACHMENT.c.state, ATTACHMENT.c.unique_ref)
    .where(sa.or_(ATTACHMENT.c.submission == sa.bindparam("submission"), ATTACHMENT.c.id.in_(sa.bindparam("papers", expanding=True))))
    .order_by(ATTACHMENT.c.id)
)


def attachments(reading: Reading) -> tuple[Stored, ...]:
    expected: Expected | None = reading.found.get("expected")
    submission = reading.case.submission if reading.case else expected.submission if expected else reading.talk.frame.data.get("submission")
    if not submission:
        return ()
    draft: Draft | None = reading.found.get("draft") if expected else None
    papers = [one for given in (draft.answers.values() if draft else ()) for one in files(given.value)]  # they may have come by themselves
    rows = reading.db.execute(_ATTACHMENTS, {"submission": submission, "papers": papers}).all()
    return tuple(Stored(row.id, row.question, row.kind, row.state, row.unique_ref, row.question == BLANK) for row in rows)
