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


def open_submission(w: Writing, command: c.OpenSubmission) -> None:
    w.db.execute(
        sa.insert(SUBMISSION).values(
            id=command.id, form=command.form, version=command.version, form_hash=command.form_hash, subject=None,
            conversation=w.talk.id, person=w.me, state="draft", created_at=w.now,
        )
    )  # fmt: skip


def put_answer(w: Writing, command: c.PutAnswer) -> None:
    """The earlier answer is not changed but superseded: who said what, when, stays readable."""
    live = ANSWER.c.submission == command.submission, ANSWER.c.question == command.question, ANSWER.c.superseded_at.is_(None)
    w.db.execute(sa.update(ANSWER).where(*live).values(superseded_at=w.now))
    row = new_id()
    value = None
    if command.value is not None:
        plain = json.dumps(command.value, ensure_ascii=False).encode()
        value = w.engine.vault.seal(w.db, f"submission:{command.submission}", "answer.value", row, plain)
    w.db.execute(
        sa.insert(ANSWER).values(
            id=row, submission=command.submission, question=command.question, value=value, skipped=command.skipped,
            person=w.me, message=command.message, at=w.now,
        )
    )  # fmt: skip


def close_submission(w: Writing, command: c.CloseSubmission) -> None:
    sent = {"sent_at": w.now} if command.state == "sent" else {}
    w.db.execute(sa.update(SUBMISSION).where(SUBMISSION.c.id == command.submission).values(state=command.state, **sent))
    if sent:
        unsent = INCIDENT.c.submission == command.submission, INCIDENT.c.sent_at.is_(None)
        w.db.execute(sa.update(INCIDENT).where(*unsent).values(**sent))


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
            kind=file.kind, ref=ref, unique_ref=file.unique, mime=file.mime, size=file.size, state=AttachmentState.WANTED, reason="",
            attempts=0, next_try=datetime.now(UTC), created_at=w.now,
        )
    )  # fmt: skip
    w.attachments = True
