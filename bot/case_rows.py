"""A row of incident as the handlers see it."""

from typing import Any

import sqlalchemy as sa

from models.facts import Case
from models.people import PERSON

_CASE_FIELDS = (
    "id", "year", "number", "submission", "conversation", "status", "source", "severity", "danger", "kind", "type", "ward", "called",
    "restricted", "misdial", "unfinished", "contact", "bundled", "received_at", "sent_at", "taken_at", "closed_at", "closed_reason", "came_by",
    "drill", "promise", "promise_by", "offered_at",
)  # fmt: skip
_NAME = sa.select(PERSON.c.name).where(PERSON.c.id == sa.bindparam("person"))


def as_case(db: sa.Connection, row: Any) -> Case:
    """A row of incident with the name of whoever took it."""
    name = db.execute(_NAME, {"person": row.taken_by}).scalar() if row.taken_by else ""
    return case_of(row, name or "")


def case_of(row: Any, name: str) -> Case:
    """The same where the name is known already."""
    values = {field: getattr(row, field) for field in _CASE_FIELDS}
    return Case(**values, reporter=row.reporter or "", taken_by=row.taken_by or "", taken_by_name=name, offered_to=row.offered_to or "")
