"""Submissions, answers, attachments."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.writing import Writing
from models import commands as c
from models.attachment import ATTACHMENT, AttachmentState
from models.ids import new_id
from models.incident import INCIDENT
from models.submission import ANSWER, SUBMISSION

_OPEN = sa.insert(SUBMISSION)
_SUPERSEDE = (
    sa.update(ANSWER)
    .where(ANSWER.c.submission == sa.bindparam("of"), ANSWER.c.question == sa.bindparam("to"), ANSWER.c.superseded_at.is_(None))
    .values(superseded_at=sa.bindparam("now"))
)
_ANSWER = sa.insert(ANSWER)
_THIS = SUBMISSION.c.id == sa.bindparam("this")
_SUBJECT = sa.select(SUBMISSION.c.subject).where(_THIS).scalar_subquery()  # by primary keys: an incident is not searched for
_CLOSE = sa.update(SUBMISSION).where(_THIS).values(state=sa.bindparam("new_state"))
_SENT = sa.update(SUBMISSION).where(_THIS).values(sent_at=sa.bindparam("now"))
_CASE_SENT = sa.update(INCIDENT).where(INCIDENT.c.id == _SUBJECT, INCIDENT.c.sent_at.is_(None)).values(sent_at=sa.bindparam("now"))


def open_submission(w: Writing, command: c.OpenSubmission) -> None:
    row = {
        "id": command.id, "form": command.form, "version": command.version, "form_hash": command.form_hash, "subject": None,
        "conversation": w.talk.id, "person": w.me, "state": "draft", "created_at": w.now,
    }  # fmt: skip
    w.db.execute(_OPEN, row)


def put_answer(w: Writing, command: c.PutAnswer) -> None:
    """The earlier answer is not changed but superseded: who said what, when, stays readable."""
    if _may_be_answered(w, command):
        w.db.execute(_SUPERSEDE, {"of": command.submission, "to": command.question, "now": w.now})
    w.answered.add((command.submission, command.question))
    row = new_id()
    value = None
    if command.value is not None:
        plain = json.dumps(command.value, ensure_ascii=False).encode()
        value = w.engine.vault.seal(w.db, f"submission:{command.submission}", "answer.value", row, plain)
    answer = {
        "id": row, "submission": command.submission, "question": command.question, "value": value, "skipped": command.skipped,
        "person": w.me, "message": command.message, "at": w.now,
    }  # fmt: skip
    w.db.execute(_ANSWER, answer)


def _may_be_answered(w: Writing, command: c.PutAnswer) -> bool:
    """False where the draft, read under the conversation's and the case's lock, shows no answer and this turn has given none yet."""
    draft = w.facts.draft
    if draft is None or draft.id != command.submission:
        return True
    return command.question in draft.answers or (command.submission, command.question) in w.answered


def close_submission(w: Writing, command: c.CloseSubmission) -> None:
    w.db.execute(_CLOSE, {"this": command.submission, "new_state": command.state})
    if command.state == "sent":
        sent = {"this": command.submission, "now": w.now}
        w.db.execute(_SENT, sent)
        w.db.execute(_CASE_SENT, sent)


def want_attachment(w: Writing, command: c.WantAttachment) -> None:
    """A row the worker fetches at once. The same picture sent twice to one submission is kept once."""
    file = command.file
    if file.unique:
        same = (
            ATTACHMENT.c.submission == command.submission,
            ATTACHMENT.c.unique_ref == file.unique,
            ATTACHMENT.c.state != AttachmentState.REFUSED,
        )
        if w.db.execute(sa.select(ATTACHMENT.c.id).where(*same)).first() is not None:
            return
    ref = w.engine.vault.seal(w.db, f"submission:{command.submission}", "attachment.ref", command.id, file.ref.encode())
    w.db.execute(
        sa.insert(ATTACHMENT).values(
            id=command.id, submission=command.submission, question=command.question, conversation=w.talk.id, channel=w.talk.channel,
            kind=file.kind, ref=ref, unique_ref=file.unique[:128], mime=file.mime[:64], size=file.size, state=AttachmentState.WANTED, reason="",
            attempts=0, next_try=datetime.now(UTC), created_at=w.now,
        )
    )  # fmt: skip
    w.attachments = True
