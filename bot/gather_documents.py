"""Facts about documents that the service makes and about papers that people send."""

from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.expected_rows import ROWS, as_expected
from models.document import DOCUMENT
from models.expected import EXPECTED
from models.report_facts import Drawn, Expected

if TYPE_CHECKING:
    from bot.gather import Reading

_DOCUMENT = sa.select(DOCUMENT).where(DOCUMENT.c.id == sa.bindparam("named"))
_EXPECTED = ROWS.where(EXPECTED.c.id == sa.bindparam("named"))


def drawn(reading: "Reading") -> Drawn | None:
    """The document whose turn it is to be sent; None if it was deleted meanwhile."""
    row = reading.db.execute(_DOCUMENT, {"named": str(reading.incoming.data.get("subject"))}).first()
    if row is None:
        return None
    expected = expected_of(reading, str(row.data.get("expected") or ""))
    return Drawn(row.id, row.kind, row.state, row.data, row.person or "", row.unit, expected)


def expected_of(reading: "Reading", expected: str) -> Expected | None:
    """An expected report, not locked."""
    row = reading.db.execute(_EXPECTED, {"named": expected}).first() if expected else None
    return as_expected(reading.db, reading.engine, row) if row is not None else None
