"""`python -m bot letters`: what waits, why and since when, and each letter's history; nobody's words, nobody's chat."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.channels import Gone, Later, Never, Unknown
from bot.database import Database, StorageDown
from bot.engines import looking
from bot.fuse import SINGLES
from bot.letters_report import SHOWN_ID, history_lines, waiting_lines
from bot.lockfile import locked
from bot.migrate import migrate
from bot.vault import Vault, make_key
from models.letter import QUOTA, LetterState, attempts_of, change
from models.talk import Lane
from tests.driver import PLAN
from tests.emulators.wire import Wire
from tests.hours import Hours
from tests.letters import Draft, make_outbox, old_id, plan, row_of, running, states, until, until_ended

ROOT = Path(__file__).parents[2]


async def waiting(db: Database) -> list[str]:
    return await db.run(lambda connection: list(waiting_lines(connection, PLAN.zone)))


async def history(db: Database, beginning: str) -> list[str]:
    """Without the times."""
    lines = await db.run(lambda connection: list(history_lines(connection, beginning, PLAN.zone)))
    return [line if line.startswith(("Letter", "There", "More", "  18")) else line[21:] for line in lines]


async def test_it_says_what_waits_and_why(db: Database, vault: Vault) -> None:
    """Numbers by messenger and lane with the oldest, then each letter, urgent first, with what holds it."""
    assert await waiting(db) == ["Nothing waits."]
    ahead = datetime.now(UTC) + timedelta(seconds=59)
    old = Draft("the child's name", chat="chat-4711", id=old_id(timedelta(hours=2, minutes=5)), purpose="card")
    alarm, done = Draft(lane=Lane.URGENT, channel="zalo-1", chat="chat-4712"), Draft(state=LetterState.DELIVERED)
    await plan(db, vault, old, alarm, done)
    await db.run(partial(change, letter=old.id, values={"reason": QUOTA, "not_before": ahead}))
    await db.run(partial(change, letter=alarm.id, values={"reason": "busy", "attempts": 3}))
    said = await waiting(db)
    words = [line.split() for line in said]
    assert words[0] == ["CHANNEL", "LANE", "WAITING", "OLDEST", "WHY"]
    assert [(line[0], line[1], line[2]) for line in words[1:3]] == [("wire", "dialogue", "1"), ("zalo-1", "urgent", "1")]
    assert ["(2 h) held: quota" in " ".join(words[1]), words[2][-1]] == [True, "busy"]
    assert [(line[0], line[1], line[-1]) for line in words[5:]] == [
        (alarm.id[:SHOWN_ID], "zalo-1", "busy"), (old.id[:SHOWN_ID], "wire", "quota"),
    ]  # fmt: skip
    assert [word for word in ("child", "4711", "4712") if word in "\n".join(said)] == []


async def test_each_attempt_is_kept(db: Database, vault: Vault) -> None:
    """Planned, every attempt with its outcome, the one that delivered with the platform's id."""
    wire, letter = Wire(), Draft("x", purpose="card")
    wire.will("a", Later("busy"), Unknown("?"), Never("can't parse", plain_may_help=True))
    await plan(db, vault, letter)
    async with running(make_outbox(db, vault, wire)):
        await until_ended(db, [letter])
    assert await history(db, letter.id[:SHOWN_ID]) == [
        f"Letter {letter.id}: wire, dialogue, say, card",
        "planned",
        "attempt 1: later (busy)",
        "attempt 2: unknown",
        "attempt 3: never (can't parse)",
        "attempt 4: delivered, message 4 of the platform",
    ]
    found = await db.run(partial(attempts_of, letter=letter.id))
    assert [(row.number, row.outcome) for row in found] == [(1, "later"), (2, "unknown"), (3, "never")]


async def test_how_a_letter_ended_is_told(db: Database, vault: Vault) -> None:
    """Given up, waiting, under way, or standing in a summary that names what it stands for."""
    wire = Wire()
    gone, waits = Draft(chat="g"), Draft(chat="w")
    wire.will("g", Gone("blocked"))
    wire.hang("h")
    flying = Draft(chat="h")
    await plan(db, vault, gone, waits, flying)
    await db.run(partial(change, letter=waits.id, values={"not_before": datetime.now(UTC) + timedelta(hours=1), "reason": "busy"}))
    async with running(make_outbox(db, vault, wire)):
        await until(lambda: len(wire.sent) == 2)
        await until_ended(db, [gone])
        ends = [(await history(db, draft.id))[-1] for draft in (gone, waits, flying)]
        wire.let_go("h")
    assert ends == ["given up (gone)", "next try, waiting (busy)", "attempt 1: under way"]
    hours, singles, rest = Hours(db, vault), [Draft(str(n)) for n in range(SINGLES)], [Draft("a"), Draft("b")]
    async with hours.run():
        await hours.plans(*singles, *rest)
    summary = (await states(db, rest))[0][1].removeprefix("summary ")
    assert (await history(db, rest[0].id))[-1] == f"superseded (summary {summary})"
    assert (await history(db, summary))[-2:] == [f"stands for {draft.id}" for draft in rest]


async def test_what_a_dead_process_left_is_in_the_history(db: Database, vault: Vault) -> None:
    """Whoever finds it afterwards writes down that its outcome is unknown."""
    wire, letter = Wire(), Draft("x")
    wire.hang("a")
    await plan(db, vault, letter)
    dying = asyncio.ensure_future(make_outbox(db, vault, wire, holder="dead", lease_seconds=0.2).run())
    await until(lambda: wire.sent)
    dying.cancel()
    wire.let_go("a")
    async with running(make_outbox(db, vault, wire, holder="next")):
        await until_ended(db, [letter])
    assert (await history(db, letter.id))[2:] == [
        "attempt 1: unknown (its process ended)", "attempt 2: delivered, message 2 of the platform",
    ]  # fmt: skip


async def test_a_letter_is_found_by_its_beginning(db: Database, vault: Vault) -> None:
    """Nothing, one, or a list to choose from; signs that mean something to a database do not."""
    drafts = [Draft(chat=chat) for chat in "ab"]
    await plan(db, vault, *drafts)
    assert await history(db, "zzz") == await history(db, "%") == ["There is no such letter."]
    assert await history(db, "18") == ["More than one letter begins like that:", *(f"  {draft.id}" for draft in drafts)]
    assert (await history(db, drafts[0].id.upper()))[0].startswith(f"Letter {drafts[0].id}")


async def test_looking_changes_nothing(db: Database, vault: Vault, database_url: str) -> None:
    """The connection reads beside a running service and cannot write."""
    letter = Draft()
    await plan(db, vault, letter)
    with looking(database_url) as connection:
        assert len(list(waiting_lines(connection, PLAN.zone))) == 5
    with pytest.raises(Exception, match=r"(?i)read.?only"), looking(database_url) as connection:
        change(connection, letter.id, {"reason": "changed"})
    assert (await row_of(db, letter)).reason == ""


def letters(folder: Path, *arguments: str) -> tuple[int, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("BAONGAY_")}
    given |= {"BAONGAY_DATA_DIR": str(folder), "BAONGAY_SECRET_KEYS": make_key(), "BAONGAY_PUBLIC_URL": "https://bao-ngay.example"}
    command = [sys.executable, "-m", "bot", "letters", *arguments]
    done = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_command_looks_beside_a_running_service(tmp_path: Path) -> None:
    """It needs neither the lock nor the keys; without a database, or with one of another version, it says so in one sentence."""
    assert letters(tmp_path) == (1, "there is no database yet: `python -m bot run` makes it\n")
    path = tmp_path / "baongay.sqlite3"
    with locked(path):
        database = Database(f"sqlite:///{path}")
        migrate(database, tmp_path)
        assert letters(tmp_path) == (0, "Nothing waits.\n")
        assert letters(tmp_path, "18e") == (0, "There is no such letter.\n")
        migrate(database, tmp_path, down_to="0001")
        assert letters(tmp_path)[0] == 1
        database.close()


def test_an_unreachable_database_is_one_sentence() -> None:
    """Whatever the driver says, without a traceback's values."""
    with pytest.raises(StorageDown), looking("postgresql://nobody@127.0.0.1:1/none"):
        pass
