"""What was typed about a case, sealed with what is known of it."""

import sqlalchemy as sa

from bot.writing import Writing
from models.facts import Case
from models.ids import new_id
from models.incident import CASE_NOTE


def write_down(w: Writing, case: Case, kind: str, text: str) -> str:
    """Keep it under its kind (models.incident.CaseNote); the note's id, "" where nothing was typed."""
    if not text:
        return ""
    row = new_id()
    body = w.engine.vault.seal(w.db, f"submission:{case.submission}", "case_note.body", row, text.encode())
    w.db.execute(sa.insert(CASE_NOTE).values(id=row, incident=case.id, kind=kind, body=body, person=w.me, at=w.now))
    return row
