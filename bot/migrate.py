"""Migrations: expand, then contract. One process at a time, a backup before anything changes, all of it in one transaction."""

from pathlib import Path

import sqlalchemy as sa
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.backup import backup
from bot.database import Database

log = structlog.get_logger()
FOLDER = Path(__file__).parent.parent / "migrations"
LOCK = 0x62616F  # "bao": PostgreSQL's advisory lock that migrating processes share


def config(db: sa.Connection) -> Config:
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["connection"] = db
    return made


def current(db: sa.Connection) -> str | None:
    return MigrationContext.configure(db).get_current_revision()


def head() -> str:
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    return str(ScriptDirectory.from_config(made).get_current_head())


def migrate(database: Database, backups: Path, down_to: str | None = None) -> None:
    """Bring the database to the newest revision, or down to an earlier one ("base": empty).

    A database that has a revision is backed up first; a failed migration leaves everything as it was.
    """
    revision = database.run_sync(current)
    if down_to is None and revision == head():
        return
    if revision is not None:
        backup(database.url, backups)

    def run(db: sa.Connection) -> None:
        if db.dialect.name == "postgresql":
            db.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if down_to is None:
            command.upgrade(config(db), "head")
        else:
            command.downgrade(config(db), down_to)

    database.run_sync(run)
    log.info("migrated", was=revision, now=database.run_sync(current))
