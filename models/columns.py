"""Column types and the few helpers that every table file uses."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlmodel import SQLModel


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Times are aware and stored in UTC. A naive one is refused: it would be read back as another moment (DESIGN section 7)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


ID = sa.String(32)
WORD = sa.String(64)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def table(model: type[SQLModel]) -> sa.Table:
    """The Core table of a model, for the statements of the turn's hot path."""
    return cast(sa.Table, cast(Any, model).__table__)


@cache  # making the statement costs more than running it
def _once(dialect: str, into: sa.Table) -> sa.Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(into).on_conflict_do_nothing().returning(*into.primary_key.columns)  # a row count is not told by every driver


def insert_once(db: sa.Connection, into: sa.Table, values: Mapping[str, Any]) -> bool:
    """INSERT … ON CONFLICT DO NOTHING; True if the row is new."""
    return db.execute(_once(db.dialect.name, into), dict(values)).first() is not None


def upsert(db: sa.Connection, into: sa.Table, key: tuple[str, ...], values: Mapping[str, Any]) -> None:
    """INSERT … ON CONFLICT (key) DO UPDATE of every other given column."""
    insert = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    statement = insert(into).values(**values)
    rest = {name: statement.excluded[name] for name in values if name not in key}
    db.execute(statement.on_conflict_do_update(index_elements=list(key), set_=rest))
