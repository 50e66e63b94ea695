"""Documents: a row that the worker draws at once."""

from datetime import UTC, datetime

import sqlalchemy as sa

from bot.writing import Writing
from models import report_commands as r
from models.document import DOCUMENT, DocumentState


def want(w: Writing, command: r.WantDocument) -> None:
    w.db.execute(
        sa.insert(DOCUMENT).values(
            id=command.id, kind=command.kind, data=dict(command.data), person=command.person or None, unit=command.unit, locale=w.talk.locale,
            name="", state=DocumentState.WANTED, attempts=0, next_try=datetime.now(UTC), created_at=w.now,
        )
    )  # fmt: skip
    w.documents = True
