"""Files that came by themselves: kept at once, then given to a report, or deleted."""

from collections.abc import Iterable

import sqlalchemy as sa

from bot.apply import forms
from bot.apply.incidents import Stale
from bot.engine import Engine
from bot.writing import Writing
from models import commands as c
from models import report_commands as r
from models.attachment import ATTACHMENT, BLANK, SHEET
from models.columns import insert_once
from models.submission import LOOSE, SUBMISSION


def keep(w: Writing, command: r.KeepFiles) -> None:
    """The next photos of an album come into the same submission."""
    row = {
        "id": command.id, "form": "", "version": 0, "form_hash": "", "subject": None, "expected": None, "conversation": w.talk.id, "person": w.me,
        "state": LOOSE, "created_at": w.now, "sent_at": None,
    }  # fmt: skip
    insert_once(w.db, SUBMISSION, row)
    for attachment, file in command.files:
        forms.want_attachment(w, c.WantAttachment(attachment, command.id, SHEET if command.spreadsheet else "", file))


def attach(w: Writing, command: r.AttachFiles) -> None:
    """The conditional UPDATE decides of two presses at once."""
    given = {"state": "sent", "expected": command.expected, "sent_at": w.now}
    mine = SUBMISSION.c.id.in_(command.ids), SUBMISSION.c.state == LOOSE
    if w.db.execute(sa.update(SUBMISSION).where(*mine).values(**given)).rowcount != len(command.ids):
        raise Stale
    w.db.execute(
        sa.update(ATTACHMENT)
        .where(ATTACHMENT.c.submission.in_(command.ids), ATTACHMENT.c.question != BLANK)
        .values(question=command.question)
    )


def drop(w: Writing, command: r.DropFiles) -> None:
    forget(w.db, w.engine, command.ids)


def forget(db: sa.Connection, engine: Engine, ids: Iterable[str]) -> None:
    """Rows and key; a file without its row is swept away (bot.attachments)."""
    for one in ids:
        gone = sa.delete(SUBMISSION).where(SUBMISSION.c.id == one, SUBMISSION.c.state == LOOSE)
        if db.execute(gone).rowcount == 1:  # else it was given to a report meanwhile
            db.execute(sa.delete(ATTACHMENT).where(ATTACHMENT.c.submission == one))
            engine.vault.erase(db, f"submission:{one}")
