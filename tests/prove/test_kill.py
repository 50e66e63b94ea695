"""The service is killed (SIGKILL) two hundred times at random points while twenty people report over Telegram."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.migrate import migrate
from bot.vault import Vault, make_key
from models.columns import upsert
from models.facts import Role
from models.ids import new_id
from models.inbox import INBOX, InboxState
from models.incident import INCIDENT, Status
from models.letter import LETTER, LetterState
from models.people import ACCOUNT, MEMBERSHIP, PERSON, ROOM
from models.service import SETTING
from models.submission import SUBMISSION
from models.timer import TIMER
from tests.driver import PLAN, START
from tests.emulators.telegram import TelegramServer
from tests.prove.life import Lives
from tests.prove.people import Reporter

PEOPLE = int(os.environ.get("BAONGAY_PROVE_PEOPLE", "20"))
KILLS = int(os.environ.get("BAONGAY_PROVE_KILLS", "200"))
PATIENCE = 120.0  # seconds that a person waits for the next question before the proof has failed


def seed(db: sa.Connection, vault: Vault, ids: Iterable[int], room: int) -> None:
    """Twenty collaborators, two officers, a room: what joining would have made."""

    def member(account: str, role: Role, unit: str) -> str:
        person = new_id()
        phone = vault.seal(db, f"person:{person}", "person.phone", person, b"0912345678")
        db.execute(sa.insert(PERSON).values(id=person, name="CTV", phone=phone, locale="vi", created_at=START))
        db.execute(
            sa.insert(ACCOUNT).values(
                id=new_id(), person=person, channel="telegram", external_id=account, chat=account, started=True, created_at=START
            )
        )
        db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=unit, role=role, created_at=START))
        return person

    for number, account in enumerate(ids):
        member(str(account), Role.COLLABORATOR, PLAN.wards()[number % 14].id)
    officer, _other = (member(account, Role.DUTY_OFFICER, PLAN.division) for account in ("901", "902"))
    member("903", Role.LEADER, PLAN.division)
    db.execute(
        sa.insert(ROOM).values(
            id=new_id(), unit=PLAN.division, purpose="main", channel="telegram", chat=str(room), topic="", bound_by=officer, bound_at=START
        )
    )
    for name in ("division_phone", "keys_backed_up", "ready_at", "admin_code_used"):
        upsert(db, SETTING, ("name",), {"name": name, "value": "1", "person": None, "at": START})


@pytest.mark.prove
async def test_two_hundred_kills_lose_no_case_and_no_letter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cases: none missing, none double. Letters: none missing; doubles only where a kill fell between wire and record, counted and printed."""
    key, dice = make_key(), random.Random(20261123)
    folder = tmp_path / "data"
    folder.mkdir()
    url = f"sqlite:///{folder / 'baongay.sqlite3'}"
    async with TelegramServer() as server:
        people = [server.user(100 + number, f"CTV {number}") for number in range(PEOPLE)]
        for staff in (901, 902, 903):
            await server.user(staff, "Cán bộ").starts()
        group = server.group("Phòng trực")
        database = Database(url)
        migrate(database, folder)
        database.run_sync(lambda db: seed(db, Vault([key]), (person.id for person in people), group.id))
        database.close()
        lives = Lives(
            {
                "BAONGAY_DATA_DIR": str(folder), "BAONGAY_SECRET_KEYS": key, "BAONGAY_TELEGRAM_TOKEN": server.token,
                "BAONGAY_TELEGRAM_API_BASE": server.base_url, "BAONGAY_HTTP_PORT": "0", "BAONGAY_LOG_LEVEL": "WARNING",
            },
            tmp_path / "log",
        )  # fmt: skip
        reporters = [Reporter(server, person, random.Random(person.id), PATIENCE) for person in people]
        await rule_the_storm(lives, reporters, dice)
        await settled(url, server)
        await lives.stop()
        reopened = Database(url)
        found = reopened.run_sync(lambda db: inventory(db, server))
        reopened.close()
    begun, receipts = sum(r.begun for r in reporters), [code for r in reporters for code in r.codes]
    with capsys.disabled():
        shown = {name: value for name, value in found.items() if name != "codes"}
        print(f"\n{lives.kills} kills, {PEOPLE} people: {begun} reports, {len(receipts)} receipts, {shown}")
    assert len(receipts) == len(set(receipts)) == begun
    assert (found["submissions"], found["sent"], found["cases"]) == (begun, begun, begun)
    assert found["codes"] == set(receipts)
    assert found["untaken_messages"] == 0
    assert found["waiting_letters"] == 0
    assert found["missing_letters"] == []
    assert found["silent_cases"] == []
    assert found["unexplained_doubles"] == []
    assert found["doubles"] <= lives.kills * 3


async def rule_the_storm(lives: Lives, reporters: list[Reporter], dice: random.Random) -> None:
    """People report again and again until the last kill; each finishes what they have begun."""
    over = asyncio.Event()

    async def keep_reporting(reporter: Reporter) -> None:
        await asyncio.sleep(reporter.dice.uniform(0, 5))
        while not over.is_set():
            await reporter.report()

    async def keep_killing() -> None:
        lives.start()
        for _ in range(KILLS):
            await asyncio.sleep(dice.uniform(0.3, 4.0))
            await lives.kill()
            lives.start()
        over.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(keep_killing())
        for reporter in reporters:
            tasks.create_task(keep_reporting(reporter))


async def settled(url: str, server: TelegramServer) -> None:
    """Until every letter has left; read with a connection of its own while the service still runs."""
    engine = sa.create_engine(url)
    waiting = LETTER.c.state.in_((LetterState.PLANNED, LetterState.LEASED, LetterState.ATTEMPTED))

    def none_waits() -> bool:
        with engine.connect() as db:
            return not server.pending and db.execute(sa.select(sa.func.count()).where(waiting)).scalar_one() == 0

    await server.wait_for(none_waits, PATIENCE * 4)
    engine.dispose()


def inventory(db: sa.Connection, server: TelegramServer) -> dict[str, Any]:
    """What the rows say, beside what people got."""
    letters = db.execute(sa.select(LETTER)).all()
    said = Counter((message.chat.id, message.id) for chat in server.chats.values() for message in chat.messages if message.by_bot)
    delivered = [row for row in letters if row.state == LetterState.DELIVERED and row.kind == "say"]
    known = {(int(row.chat), int(row.external_id)) for row in delivered}
    doubles = [place for place in said if place not in known]
    repeated = Counter(row.chat for row in delivered if row.attempts > 1)
    unexplained = [chat for chat, count in Counter(str(chat) for chat, _id in doubles).items() if count > repeated[chat] * 3]
    cases = db.execute(sa.select(INCIDENT)).all()
    timers = {row.subject for row in db.execute(sa.select(TIMER.c.subject).where(TIMER.c.fired_at.is_(None)))}
    return {
        "submissions": db.execute(sa.select(sa.func.count()).select_from(SUBMISSION)).scalar_one(),
        "sent": db.execute(sa.select(sa.func.count()).select_from(SUBMISSION).where(SUBMISSION.c.state == "sent")).scalar_one(),
        "cases": len(cases),
        "codes": {f"VV-{row.year}-{row.number:04d}" for row in cases},
        "silent_cases": [row.number for row in cases if row.status != Status.CLOSED and not {row.id, row.submission} & timers],
        "untaken_messages": db.execute(sa.select(sa.func.count()).where(INBOX.c.state != InboxState.DONE)).scalar_one(),
        "letters": len(letters),
        "waiting_letters": sum(row.state in {LetterState.PLANNED, LetterState.LEASED, LetterState.ATTEMPTED} for row in letters),
        "missing_letters": [row.id for row in delivered if (int(row.chat), int(row.external_id)) not in said],
        "given_up": dict(Counter((row.kind, row.reason) for row in letters if row.state == LetterState.GIVEN_UP)),
        "doubles": len(doubles),
        "unexplained_doubles": unexplained,
    }
