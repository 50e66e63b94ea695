"""One running service on several messengers at once, each an emulator at the wire: people live on Telegram, on Zalo, or on both.

    async with TelegramServer() as telegram, ZaloServer() as zalo, serving(url, folder, telegram, zalo) as service:
        lan = service.on_zalo(1, "Lan")
        await lan.says("báo cáo")          # everything that followed has arrived
        await service.passes(minutes=3)

The domain clock stands still until `passes` moves it; `watching` is how soon a failing messenger counts as down (real seconds).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import bot.channels.telegram.ear  # noqa: F401  seconds on a busy machine: not within the first test's patience
from bot.app import App
from bot.channels import Channel
from bot.channels.order import Patience
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.mouth import Mouth
from bot.channels.zalo import Pauses, ZaloChannel
from bot.compose import Live
from bot.database import Database
from bot.engine import Engine
from bot.settings import Settings
from bot.vault import Vault, make_key
from bot.watch import Patience as Watching
from models.columns import upsert
from models.facts import Role
from models.ids import new_id
from models.people import ACCOUNT, MEMBERSHIP, PERSON, ROOM
from models.service import SETTING
from models.timer import next_due
from tests.databases import hurry
from tests.driver import FORMS, PLAN, START
from tests.e2e.telegram_app import DIVISION_PHONE, FAST, QUICK
from tests.emulators import telegram_people, zalo_people
from tests.emulators.telegram import TelegramServer
from tests.emulators.zalo import ZaloServer

PATIENCE = 60.0  # seconds for anything to arrive
SLOW = Watching(every=3600)  # nobody looks: for stories in which no messenger fails
ON_ZALO = Patience(first=0.02, most=0.1, settle=10, long_poll=2)  # a poll comes back when everything before it was heard


@dataclass
class Served:
    """A running App and what a test may take hold of. `telegram` or `zalo` may be missing."""

    app: App
    db: Database
    engine: Engine
    clock: list[datetime]
    telegram: TelegramServer | None
    zalo: ZaloServer | None
    people: dict[tuple[str, int], "OnZalo | OnTelegram"] = field(default_factory=dict)

    def on_zalo(self, number: int, name: str = "") -> "OnZalo":
        assert self.zalo is not None
        if ("zalo", number) not in self.people:
            self.people["zalo", number] = OnZalo(self, self.zalo.user(number, name))
        found = self.people["zalo", number]
        assert isinstance(found, OnZalo)
        return found

    def on_telegram(self, number: int, name: str = "") -> "OnTelegram":
        assert self.telegram is not None
        if ("telegram", number) not in self.people:
            self.people["telegram", number] = OnTelegram(self, self.telegram.user(number, name))
        found = self.people["telegram", number]
        assert isinstance(found, OnTelegram)
        return found

    async def quiet(self) -> None:
        """Until both messengers hold nothing for us and nothing more may leave just now."""
        if self.telegram is not None:
            server = self.telegram
            await server.wait_for(lambda: not server.pending, PATIENCE)
        if self.zalo is not None:
            other = self.zalo
            await other.wait_for(lambda: other.idle, PATIENCE)
        await self.app.settle()

    async def passes(self, **time: float) -> None:
        """Time goes by; what falls due happens, row by row, each at its own due time."""
        until = self.clock[0] + timedelta(**time)
        while (due := await self.db.run(next_due)) is not None and due <= until:
            self.clock[0] = max(self.clock[0], due)
            assert await self.app.sweep.tick(), "something is due and cannot be taken"
        self.clock[0] = until
        await self.quiet()

    async def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Any]:
        return await self.db.run(lambda db: list(db.execute(sa.select(table).where(*where)).all()))


# --- people -----------------------------------------------------------------------------------------------------------


@dataclass
class OnZalo:
    """Somebody with Zalo alone on this phone: everything is typed."""

    service: Served
    person: zalo_people.Person

    @property
    def chat(self) -> Any:
        return self.person.chat

    @property
    def last(self) -> str:
        return str(self.chat.last.text)

    async def says(self, text: str, group: Any = None) -> str:
        """Privately, or in a group by mention; what the bot said last there."""
        await (self.person.mentions(group, text) if group is not None else self.person.writes(text))
        await self.service.quiet()
        return str((group or self.chat).last.text)

    async def answers(self, *pairs: tuple[str, str]) -> None:
        """(words of the question, what is typed), each checked against what is asked now."""
        for asked, typed in pairs:
            assert asked in self.last, f"asked was {self.last!r}, not {asked!r}"
            await self.says(typed)


@dataclass
class OnTelegram:
    service: Served
    person: telegram_people.Person

    @property
    def chat(self) -> Any:
        return self.person.chat

    @property
    def last(self) -> str:
        return str(self.chat.last.text)

    async def says(self, text: str, group: Any = None) -> str:
        await self.person.says(group or self.chat, text)
        await self.service.quiet()
        return str((group or self.chat).last.text)

    async def presses(self, label: str, group: Any = None) -> Any:
        """The newest button that begins with the label; the query, with its toast."""
        from tests.e2e.telegram_app import find_button

        query = await self.person.presses(*find_button(group or self.chat, label))
        await self.service.quiet()
        return query


# --- the service ------------------------------------------------------------------------------------------------------


def _channels(
    telegram: TelegramServer | None, zalo: ZaloServer | None, clock: list[datetime], *, read: float
) -> tuple[list[Channel], list[Any]]:
    made: list[Channel] = []
    known: list[Any] = []
    if telegram is not None:
        one = TelegramChannel(telegram.token, telegram.base_url, patience=QUICK, clock=lambda: clock[0])
        one._mouth = Mouth(telegram.token, telegram.base_url, read=read, connect=read)
        one.pace = FAST
        made.append(one)
        known.append(one)
    if zalo is not None:
        other = ZaloChannel(zalo.token, zalo.base_url, patience=ON_ZALO, pauses=Pauses(between=0.01), read=read, clock=lambda: clock[0])
        other.pace = FAST
        made.append(other)
        known.append(other)
    return made, known


@asynccontextmanager
async def serving(
    url: str,
    folder: Path,
    telegram: TelegramServer | None = None,
    zalo: ZaloServer | None = None,
    *,
    vault: Vault | None = None,
    watching: Watching = SLOW,
    public_url: str = "",
    read: float = 20,
) -> AsyncIterator[Served]:
    """A service for the block; afterwards it is stopped as a signal stops it. `read` (s): how long a messenger may take to answer."""
    database, clock = Database(url), [START]
    hurry(database)
    channels, known = _channels(telegram, zalo, clock, read=read)
    for channel in known:
        await channel.identity()
    engine = Engine(PLAN, FORMS, vault or Vault([make_key()]), PLAN.zone, lambda: clock[0], Live(channels), public_url=public_url)
    given: dict[str, Any] = {"_env_file": None, "data_dir": folder, "http_port": 0, "tick_seconds": 60}
    if telegram is not None:
        given |= {"telegram_token": telegram.token, "telegram_api_base": telegram.base_url}
    if zalo is not None:
        given |= {"zalo_tokens": zalo.token, "zalo_api_base": zalo.base_url}
    app = App(Settings(**given), database, engine, channels, folder / "attachments", 0.01, watching)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(app.run())
            await app.started()
            try:
                yield Served(app, database, engine, clock, telegram, zalo)
            finally:
                app.stop()
    finally:
        await asyncio.to_thread(database.close)


# --- people who have joined already -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Member:
    """One person of the division or a ward; on which messengers (`telegram`, `zalo`: the number there, 0 for none)."""

    name: str
    role: Role
    unit: str = ""
    telegram: int = 0
    zalo: int = 0


async def join(service: Served, members: Sequence[Member], *rooms: Any) -> None:
    """What joining would have made, written at once: the story of joining is told by tests of its own. `rooms`: groups of either messenger
    that become the division's."""
    await service.db.run(lambda db: _seed(db, service, members, rooms))
    for member in members:
        if member.telegram:
            service.on_telegram(member.telegram, member.name).chat.bot = "member"
        if member.zalo:
            service.on_zalo(member.zalo, member.name).chat.known = True


def _seed(db: sa.Connection, service: Served, members: Sequence[Member], rooms: Sequence[Any]) -> None:
    bound_by = ""
    for member in members:
        person = bound_by = new_id()
        phone = service.engine.vault.seal(db, f"person:{person}", "person.phone", person, b"0912345678")
        db.execute(sa.insert(PERSON).values(id=person, name=member.name, phone=phone, locale="vi", created_at=START))
        unit = member.unit or PLAN.division
        db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=unit, role=member.role, created_at=START))
        for channel, account in _accounts(service, member):
            known = {"id": new_id(), "person": person, "channel": channel, "external_id": account, "chat": account}
            db.execute(sa.insert(ACCOUNT).values(**known, started=True, created_at=START))
    for room in rooms:
        channel = zalo_name(service) if isinstance(room, zalo_people.Group) else "telegram"
        bound = {"unit": PLAN.division, "purpose": "main", "channel": channel, "chat": str(room.id), "topic": ""}
        db.execute(sa.insert(ROOM).values(id=new_id(), **bound, bound_by=bound_by, bound_at=START))
    for name, value in {"division_phone": DIVISION_PHONE, "keys_backed_up": "1", "admin_code_used": "1", "ready_at": "1"}.items():
        upsert(db, SETTING, ("name",), {"name": name, "value": value, "person": None, "at": START})


def _accounts(service: Served, member: Member) -> list[tuple[str, str]]:
    """The one that is used first comes last: it is the newest."""
    found = [(zalo_name(service), f"{member.zalo:020x}")] if member.zalo else []
    return found + ([("telegram", str(member.telegram))] if member.telegram else [])


def zalo_name(service: Served) -> str:
    return next(name for name in service.app.outboxes if name.startswith("zalo-"))


DIVISION = (
    Member("Phạm Trực Một", Role.DUTY_OFFICER, telegram=902, zalo=902),
    Member("Vũ Trực Hai", Role.DUTY_OFFICER, zalo=903),
    Member("Đỗ Lãnh Đạo", Role.LEADER, telegram=904, zalo=904),
    Member("Trần Quản Trị", Role.ADMINISTRATOR, telegram=901, zalo=901),
    Member("Hoàng Ngọc Lâm", Role.WARD_OFFICER, "ngoc_lam", zalo=905),
)
REPORTER = Member("Nguyễn Thị Lan", Role.COLLABORATOR, "ngoc_lam", zalo=101)


def only(messenger: str, *members: Member) -> tuple[Member, ...]:
    """The same people with that messenger alone."""
    other = {"telegram": "zalo", "zalo": "telegram"}[messenger]
    return tuple(replace(member, **{messenger: getattr(member, messenger) or getattr(member, other), other: 0}) for member in members)
