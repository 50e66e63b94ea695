"""Migrations: up, down, the same tables as the models, and a backup before anything changes; on both engines."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.database import Database
from bot.migrate import config, current, head, migrate
from handlers.routes import TIMERS
from models.ids import new_id
from models.incident import INCIDENT
from models.letter import LETTER, LetterState
from models.people import ROOM
from models.tables import METADATA
from models.timer import TIMER, due, set_timer


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


_WHEN = "2026-11-23 03:00:00+00:00"
_LAST_RELEASE = (  # rows as version 0.1.0 wrote them
    f"INSERT INTO person (id, name, locale, created_at) VALUES ('p1', 'Cán bộ trực', 'vi', '{_WHEN}')",
    "INSERT INTO account (id, person, channel, external_id, chat, started, created_at)"
    f" VALUES ('a1', 'p1', 'telegram', '901', '901', true, '{_WHEN}')",
    "INSERT INTO room (id, unit, purpose, channel, chat, topic, bound_by, bound_at)"
    f" VALUES ('r1', 'phong', 'main', 'telegram', '-1', '', 'p1', '{_WHEN}')",
    "INSERT INTO letter (id, conversation, channel, chat, topic, is_group, lane, kind, purpose, about, target, silent, protect, plain, retired,"
    " state, attempts, not_before, created_at, external_id, reason)"
    f" VALUES ('l1', 'c1', 'telegram', '901', '', false, 0, 'say', 'card', 'i1',"
    f" '', false, false, false, false, 'planned', 0, '{_WHEN}', '{_WHEN}', '', '')",
)


def test_what_the_last_release_wrote_is_kept(empty: Database, tmp_path: Path) -> None:
    """Its people, rooms and waiting letters are there after the migration, and are understood."""

    def as_it_was(db: sa.Connection) -> None:
        command.upgrade(config(db), "0001")
        for statement in _LAST_RELEASE:
            db.execute(sa.text(statement))

    empty.run_sync(as_it_was)
    migrate(empty, tmp_path)
    letter = empty.run_sync(lambda db: db.execute(sa.select(LETTER)).one())
    assert (letter.id, letter.state, letter.asked, letter.copy_of) == ("l1", LetterState.PLANNED, False, "")
    assert empty.run_sync(lambda db: [row.chat for row in db.execute(sa.select(ROOM))]) == ["-1"]
    empty.close()


def test_going_back_keeps_one_room_a_unit(empty: Database, tmp_path: Path) -> None:
    """The last release knows one room a unit and purpose: the newest stays, nothing is deleted."""
    migrate(empty, tmp_path)
    room = "INSERT INTO room (id, unit, purpose, channel, chat, topic, bound_by, bound_at) VALUES ('{}', 'phong', 'main', '{}', '-1', '', 'p1', '{}')"
    for number, channel in enumerate(("telegram", "zalo-1")):
        empty.run_sync(lambda db, values=(f"r{number}", channel, _WHEN): db.execute(sa.text(room.format(*values))))  # type: ignore[misc]
    migrate(empty, tmp_path, down_to="0001")
    live = "SELECT id FROM room WHERE unbound_at IS NULL"
    assert empty.run_sync(lambda db: list(db.execute(sa.text(live)).scalars())) == ["r1"]
    assert empty.run_sync(lambda db: db.execute(sa.text("SELECT count(*) FROM room")).scalar()) == 2
    empty.close()


def test_going_back_leaves_no_timer_and_no_case_that_the_last_release_cannot_read(empty: Database, tmp_path: Path) -> None:
    """Timers of new kinds go, exercises are closed, and every real case that is open or in hand still has its next timer."""
    migrate(empty, tmp_path)

    def as_of_now(db: sa.Connection) -> None:
        when = datetime.fromisoformat(_WHEN)
        blank = {"year": 2026, "conversation": "c", "source": "collaborator", "severity": "khan_cap", "danger": "", "kind": "", "type": ""}
        blank |= {"ward": "", "called": "", "restricted": False, "misdial": False, "unfinished": False, "contact": "", "bundled": False}
        cases = (
            ("silent", "open", False),
            ("called", "open", False),
            ("held", "taken", False),
            ("drill", "open", True),
            ("over", "closed", False),
        )
        for number, (case, status, drill) in enumerate(cases):
            row = {"id": case, "number": number, "submission": f"of-{case}", "status": status, "drill": drill, "received_at": when}
            db.execute(sa.insert(INCIDENT).values(**blank, **row))
        kinds = ("promise", "offer", "clock", "roster", "reconcile", "drill")
        timers = [*((kind, "x") for kind in kinds), ("ladder", "called"), ("ladder", "drill"), ("idle", "of-drill"), ("delete", "l1")]
        for kind, subject in timers:
            set_timer(db, {"id": new_id(), "kind": kind, "subject": subject, "due_at": when, "urgent": False, "data": {}, "set_at": when})

    empty.run_sync(as_of_now)
    migrate(empty, tmp_path, down_to="0002")
    left = empty.run_sync(lambda db: db.execute(sa.select(TIMER.c.kind, TIMER.c.subject)).all())
    assert {tuple(row) for row in left} == {("ladder", "silent"), ("ladder", "called"), ("follow_up", "held"), ("delete", "l1")}
    assert {row.subject: row.data for row in empty.run_sync(lambda db: due(db, datetime.now(UTC)))}["silent"] == {"step": 1}
    closed = sa.text("SELECT id FROM incident WHERE status = 'closed' AND (closed_at IS NOT NULL OR id = 'over')")
    assert set(empty.run_sync(lambda db: db.execute(closed).scalars().all())) == {"drill", "over"}
    empty.close()


def test_going_back_ends_every_timer_that_is_new() -> None:
    """Of the kinds that are routed now the last release knew these; all others go with its plan."""
    known = {"ladder", "follow_up", "promise", "offer", "clock", "unanswered", "idle", "delete", "refused", "roster", "reconcile", "drill"}
    told = {"messenger_down", "messenger_up", "reroute", "deaf", "quota", "outage", "audit"}  # messages of the moment, no timers
    assert set(import_module("migrations.versions.0004_the_plan")._KINDS) == set(TIMERS) - known - told


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
