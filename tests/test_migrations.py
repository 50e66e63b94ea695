"""Migrations: up, down, the same tables as the models, and a backup before anything changes; on both engines."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.database import Database
from bot.migrate import current, head, migrate
from models.tables import METADATA


@pytest.fixture
def empty(empty_database_url: str) -> Database:
    return Database(empty_database_url)


def tables(db: sa.Connection) -> set[str]:
    return set(sa.inspect(db).get_table_names()) - {"alembic_version"}


def test_migrating_makes_what_the_models_say(empty: Database, tmp_path: Path) -> None:
    """No difference is left for autogenerate to find."""
    migrate(empty, tmp_path)

    def differences(db: sa.Connection) -> list[object]:
        found = compare_metadata(MigrationContext.configure(db, opts={"compare_type": True}), METADATA)
        return [difference for difference in found if not (db.dialect.name == "sqlite" and "index" in str(difference[0]))]

    assert empty.run_sync(differences) == []
    assert empty.run_sync(current) == head()
    empty.close()


def test_migrating_down_leaves_nothing_and_up_again_everything(empty: Database, tmp_path: Path) -> None:
    """A migration can be taken back."""
    migrate(empty, tmp_path)
    migrate(empty, tmp_path, down_to="base")
    assert empty.run_sync(tables) == set()
    migrate(empty, tmp_path)
    assert empty.run_sync(tables) == set(METADATA.tables)
    empty.close()


def test_migrating_again_changes_nothing_and_needs_no_backup(empty: Database, tmp_path: Path) -> None:
    """Every start migrates: mostly there is nothing to do."""
    migrate(empty, tmp_path)
    migrate(empty, tmp_path)
    assert list(tmp_path.glob("baongay-*")) == []
    empty.close()


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_a_database_with_data_is_backed_up_first(empty: Database, tmp_path: Path) -> None:
    """Whatever a migration does, yesterday's data is still there."""
    migrate(empty, tmp_path)
    migrate(empty, tmp_path, down_to="base")
    assert len(list(tmp_path.glob("baongay-*"))) == 1
    empty.close()


def test_a_failed_migration_leaves_everything_as_it_was(empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is one transaction."""

    def half(config: object, _to: str) -> None:
        db = config.attributes["connection"]  # type: ignore[attr-defined]
        db.execute(sa.text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError("half way")

    monkeypatch.setattr(command, "upgrade", half)
    with pytest.raises(RuntimeError):
        migrate(empty, tmp_path)
    assert empty.run_sync(tables) == set()
    empty.close()
