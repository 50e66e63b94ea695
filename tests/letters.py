"""Letters for tests, planned as a turn plans them, and an outbox that runs for as long as a block lasts."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.database import Database
from bot.outbox import Outbox
from bot.pacing import Pacer
from bot.vault import Vault
from models.ids import new_id
from models.letter import LETTER, LetterState
from models.talk import Lane, LetterKind
from tests.emulators.wire import Wire

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Draft:
    """A letter to plan."""

    text: str = ""
    chat: str = "a"
    lane: Lane = Lane.DIALOGUE
    kind: LetterKind = LetterKind.SAY
    target: str = ""
    topic: str = ""
    group: bool = False
    buttons: tuple[tuple[str, ...], ...] = ()
    attachments: tuple[str, ...] = ()
    channel: str = "wire"
    id: str = field(default_factory=new_id)
    state: LetterState = LetterState.PLANNED
    external_id: str = ""
    age: timedelta = timedelta()
    asked: bool = False
    purpose: str = ""
    protect: bool = False
    about: str = ""

    def row(self, db: sa.Connection, vault: Vault) -> dict[str, Any]:
        body = {"text": self.text, "buttons": self.buttons, "columns": 1, "attachments": self.attachments}
        now = datetime.now(UTC)
        return {
            "id": self.id, "conversation": f"c-{self.chat}", "channel": self.channel, "chat": self.chat, "topic": self.topic,
            "is_group": self.group, "lane": int(self.lane), "kind": str(self.kind), "purpose": self.purpose, "about": self.about, "target": self.target,
            "body": vault.seal_json(db, f"conversation:c-{self.chat}", "letter.body", self.id, body), "silent": False, "protect": self.protect,
            "plain": False, "retired": False, "state": str(self.state), "attempts": 0, "not_before": now - self.age, "created_at": now,
            "external_id": self.external_id, "reason": "", "asked": self.asked,
        }  # fmt: skip


def old_id(age: timedelta) -> str:
    """An id as it was made some time ago."""
    return id_at(datetime.now(UTC) - age)


def id_at(at: datetime) -> str:
    """An id as it is made at that time, rising from call to call within a second."""
    return f"{int(at.timestamp()) * 10**9 + next(_numbers):016x}{new_id()[16:]}"


async def plan(db: Database, vault: Vault, *drafts: Draft, at: datetime | None = None) -> None:
    """Plan letters in one transaction, due at `at` by the outbox's clock (now, if it is the machine's)."""

    def insert(connection: sa.Connection) -> None:
        if drafts:
            due = {"not_before": at} if at else {}
            connection.execute(sa.insert(LETTER), [draft.row(connection, vault) | due for draft in drafts])

    await db.run(insert)


async def states(db: Database, drafts: Sequence[Draft]) -> list[tuple[str, str]]:
    """State and reason of letters, in the order asked for."""
    query = sa.select(LETTER.c.id, LETTER.c.state, LETTER.c.reason)
    found = {row.id: (row.state, row.reason) for row in await db.run(lambda connection: connection.execute(query).all())}
    return [found[draft.id] for draft in drafts]


async def row_of(db: Database, draft: Draft) -> Any:
    query = sa.select(LETTER).where(LETTER.c.id == draft.id)
    return await db.run(lambda connection: connection.execute(query).one())


def make_outbox(db: Database, vault: Vault, wire: Wire, **options: Any) -> Outbox:
    """An outbox whose back-off is a few milliseconds."""
    quick: dict[str, Any] = {"back_off": lambda _attempts: 0.02, "poll_seconds": 0.05}
    return Outbox(db, vault, wire, Pacer(wire.pace), **(quick | options))


@asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[Outbox]:
    """Stopped in good order at the end of the block."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(outbox.run())
        await asyncio.sleep(0)
        try:
            yield outbox
        finally:
            await outbox.stop()


async def deliver(db: Database, vault: Vault, wire: Wire, *drafts: Draft, **options: Any) -> None:
    """Plan letters, run an outbox until nothing more may leave, stop it."""
    await plan(db, vault, *drafts)
    async with running(make_outbox(db, vault, wire, **options)) as outbox:
        await outbox.idle()


async def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  what is waited for is a platform's view: nobody tells of it
            await asyncio.sleep(0.002)


async def until_ended(db: Database, drafts: Sequence[Draft], seconds: float = 60.0) -> list[tuple[str, str]]:
    """Wait until every letter was delivered or given up; their states."""
    async with asyncio.timeout(seconds):
        while {state for state, _ in await states(db, drafts)} - {LetterState.DELIVERED, LetterState.GIVEN_UP}:  # noqa: ASYNC110  rows tell nobody
            await asyncio.sleep(0.02)
    return await states(db, drafts)
