"""A running service between an emulated Telegram and a real database, in this process: `running` starts and stops it, `Phone` is a person.

    async with TelegramServer() as server, running(server, database_url, tmp_path, admin_code="MA-DAU-TIEN") as service:
        chi = service.phone(101, "Chi")
        answer = await chi.says("/start MA-DAU-TIEN")     # everything that followed has arrived
        await service.passes(minutes=3)                   # what falls due on the way happens, each at its own time

The domain clock stands still until `passes` moves it. The pace is fast, so that no test waits for one letter a second.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from PIL import Image

import bot.channels.telegram.listening  # noqa: F401  seconds on a busy machine: not within the first test's patience
from bot import compose
from bot.app import App
from bot.channels import Pace
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.mouth import Mouth
from bot.channels.telegram.order import Patience
from bot.codes import code_hash
from bot.database import Database
from bot.engine import Engine
from bot.settings import Settings
from bot.vault import Vault, make_key
from models.attachment import ATTACHMENT, AttachmentState
from models.columns import upsert
from models.facts import Role
from models.ids import new_id
from models.people import ACCOUNT, MEMBERSHIP, PERSON, ROOM
from models.service import SETTING
from models.timer import next_due
from tests.databases import hurry
from tests.driver import FORMS, PLAN, START
from tests.emulators.telegram import TelegramServer
from tests.emulators.telegram_chats import Chat, Query, Sent
from tests.emulators.telegram_people import Group, Person

T = TypeVar("T")

QUICK = Patience(first=0.02, most=0.1, settle=0.01, long_poll=2)
FAST = Pace(per_second=100_000, per_chat_second=100_000, per_group_minute=6_000_000, reserve=0.2)
PATIENCE = 60.0  # seconds for anything to arrive
PUBLIC = {"public_url": "https://baongay.example", "webhook_secret": "operators-own-secret"}
DIVISION_PHONE = "024 3872 4033"

# --- what people send -------------------------------------------------------------------------------------------------


def photo(shade: int = 0, *, place: str = "Quận Long Biên") -> bytes:
    """A JPEG as a phone makes it: its EXIF names the phone's owner and tells where it was taken."""
    picture, made = Image.new("RGB", (64, 48), (shade, 80, 120)), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = place, "May cua Lan"
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 2.0, 30.0), 3: "E", 4: (105.0, 53.0, 0.0)})
    picture.save(made, "JPEG", exif=exif)
    return made.getvalue()


def voice(words: bytes = b"ghi am") -> bytes:
    """Two whole pages of Ogg: what the worker looks at."""
    page = b"OggS" + bytes(22) + b"\x01" + bytes([len(words)]) + words
    return page * 2


# --- the service ------------------------------------------------------------------------------------------------------


@dataclass
class Service:
    """A running App and all that a test may look at or take hold of."""

    server: TelegramServer
    app: App
    db: Database
    engine: Engine
    clock: list[datetime]
    phones: dict[int, "Phone"] = field(default_factory=dict)

    def phone(self, person_id: int, name: str = "", *, language: str = "vi") -> "Phone":
        """The phone of that person, the same one every time."""
        if person_id not in self.phones:
            self.phones[person_id] = Phone(self, self.server.user(person_id, name, language))
        return self.phones[person_id]

    async def quiet(self) -> None:
        """Until Telegram holds nothing for us and nothing more may leave just now."""
        await self.server.wait_for(lambda: not self.server.pending, PATIENCE)
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

    async def attachments_kept(self, count: int) -> None:
        """Until so many photos and recordings are stored."""
        stored = ATTACHMENT.c.state == AttachmentState.STORED
        await self.until(lambda rows: len(rows) >= count, ATTACHMENT, stored)

    async def until(self, holds: Callable[[list[Any]], bool], table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Any]:
        """The rows, as soon as that holds of them."""
        async with asyncio.timeout(PATIENCE):
            while not holds(found := await self.rows(table, *where)):  # noqa: ASYNC110  rows tell nobody that they changed
                await asyncio.sleep(0.02)
        return found


@asynccontextmanager
async def running(
    server: TelegramServer,
    url: str,
    folder: Path,
    *,
    admin_code: str = "",
    vault: Vault | None = None,
    clock: list[datetime] | None = None,
    tick_seconds: float = 60,
    metrics_token: str | None = None,
    busy_timeout: int = 5000,
    answer_within: float = 20,
    pause: float = 0.01,
    webhook: bool = False,
) -> AsyncIterator[Service]:
    """A service for the block; afterwards it is stopped as a signal stops it. `busy_timeout` (ms): how long SQLite waits for another writer;
    `answer_within` (s): how long Telegram may take to answer; `webhook`: Telegram posts to it instead of being polled."""
    database = Database(url)
    hurry(database)
    if not database.is_postgresql:
        sa.event.listen(database.engine, "connect", lambda connection, _record: connection.execute(f"PRAGMA busy_timeout={busy_timeout}"))
    moved = clock if clock is not None else [START]
    given: dict[str, Any] = {
        "_env_file": None, "data_dir": folder, "telegram_token": server.token, "telegram_api_base": server.base_url, "http_port": 0,
        "tick_seconds": tick_seconds, "metrics_token": metrics_token, **(PUBLIC if webhook else {}),
    }  # fmt: skip
    settings = Settings(**given)
    channel = TelegramChannel(
        server.token,
        server.base_url,
        webhook=compose.webhook(settings),
        menus=compose.menus(settings),
        patience=QUICK,
        clock=lambda: moved[0],
    )
    channel.pace = FAST
    channel._mouth = Mouth(server.token, server.base_url, read=answer_within)
    await channel.identity()
    engine = Engine(
        PLAN, FORMS, vault or Vault([make_key()]), PLAN.zone, lambda: moved[0],
        {channel.name: channel.capabilities}, code_hash(admin_code) if admin_code else "",
    )  # fmt: skip
    app = App(settings, database, engine, [channel], folder / "attachments", pause)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(app.run())
            await app.started()
            server.hook.reaches[PUBLIC["public_url"]] = f"http://127.0.0.1:{app.port}"  # as a name server and a proxy do
            try:
                yield Service(server, app, database, engine, moved)
            finally:
                app.stop()
    finally:
        await asyncio.to_thread(database.close)


# --- people -----------------------------------------------------------------------------------------------------------


class Phone:
    """What one person does and sees. Each act returns when everything that follows from it has arrived."""

    def __init__(self, service: Service, person: Person) -> None:
        self.service, self.person = service, person

    @property
    def chat(self) -> Chat:
        """The private chat with the bot."""
        return self.person.chat

    @property
    def last(self) -> str:
        return self.chat.last.text

    async def says(self, text: str, where: Chat | None = None) -> str:
        """Writes, privately unless a group is given; what the bot said last in that chat."""
        await self.person.says(where or self.chat, text)
        await self.service.quiet()
        return (where or self.chat).last.text

    async def presses(self, label: str, where: Chat | None = None) -> Query:
        """Presses the newest button that begins with the label."""
        message, full = find_button(where or self.chat, label)
        query = await self.person.presses(message, full)
        await self.service.quiet()
        return query

    async def presses_data(self, message: Sent, data: str) -> Query:
        """Presses what the message showed a moment ago, or never did: a slow screen and a modified app can."""
        query = await self.person.presses_raw(message, data)
        await self.service.quiet()
        return query

    async def goes_through(self, *answers: tuple[str, str]) -> None:
        """(words of the question, what is pressed or typed), each checked against what is asked now."""
        for asked, answer in answers:
            question = self.chat.last
            assert asked in question.text, f"asked was {question.text!r}, not {asked!r}"
            if any(label.startswith(answer) for label in question.labels):
                await self.presses(answer)
            else:
                await self.says(answer)

    async def joins(self, code: str, name: str, number: str) -> str:
        """By the link of an invitation, or its code: name, number, confirmed."""
        await self.says(f"/start {code}")
        await self.says(name)
        await self.says(number)
        await self.presses("Đúng")
        return self.last

    async def invites(self, role: str, ward: str = "") -> tuple[str, str]:
        """Through /moi: the (code, link) of the invitation that comes out."""
        await self.says("/moi")
        await self.presses(role)
        if ward:
            await self.presses(ward)
        invitation = next(text for text in reversed(self.chat.texts) if "BN-" in text)
        words = invitation.split()
        return next(word for word in words if word.startswith("BN-")), next(word for word in words if word.startswith("https://"))


def find_button(chat: Chat, label: str) -> tuple[Sent, str]:
    """The newest message with a button that begins with the label, and the whole label."""
    for message in reversed(chat.said):
        for full in message.labels:
            if full.startswith(label):
                return message, full
    raise AssertionError(f"no button {label!r} in {chat.title}: last was {chat.texts[-1:]!r} {chat.said[-1].labels if chat.said else ''}")


# --- people who have joined already -----------------------------------------------------------------------------------


@dataclass
class OnDuty:
    """The division on duty: everybody has joined, the room is bound, /sansang was taken."""

    service: Service
    room: Group
    admin: Phone
    officer: Phone
    second: Phone
    leader: Phone
    ward: Phone  # the ward officer of Ngọc Lâm
    other_ward: Phone  # of Bồ Đề
    reporter: Phone  # a collaborator of Ngọc Lâm


_CAST: Sequence[tuple[int, str, Role, str]] = (
    (901, "Trần Quản Trị", Role.ADMINISTRATOR, ""),
    (902, "Phạm Trực Một", Role.DUTY_OFFICER, ""),
    (903, "Vũ Trực Hai", Role.DUTY_OFFICER, ""),
    (904, "Đỗ Lãnh Đạo", Role.LEADER, ""),
    (905, "Hoàng Ngọc Lâm", Role.WARD_OFFICER, "ngoc_lam"),
    (906, "Bùi Bồ Đề", Role.WARD_OFFICER, "bo_de"),
    (101, "Nguyễn Thị Lan", Role.COLLABORATOR, "ngoc_lam"),
)


async def on_duty(service: Service, *, ready: bool = True) -> OnDuty:
    """What joining would have made, written at once: the story of joining is told by tests of its own."""
    room = service.server.group("Phòng trực")
    await service.db.run(lambda db: seed_on_duty(db, service.engine.vault, room, ready=ready))
    phones = [service.phone(person, name) for person, name, _role, _unit in _CAST]
    for phone in phones:
        phone.chat.bot = "member"
    return OnDuty(service, room, *phones)


def seed_on_duty(db: sa.Connection, vault: Vault, room: Group, *, ready: bool = True) -> None:
    """The rows of it."""
    now, division = START, PLAN.division
    for account, name, role, unit in _CAST:
        person = new_id()
        phone = vault.seal(db, f"person:{person}", "person.phone", person, b"0912345678")
        known = {"id": new_id(), "person": person, "channel": "telegram", "external_id": str(account), "chat": str(account)}
        db.execute(sa.insert(PERSON).values(id=person, name=name, phone=phone, locale="vi", created_at=now))
        db.execute(sa.insert(ACCOUNT).values(**known, started=True, created_at=now))
        db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=unit or division, role=role, created_at=now))
    bound = {"unit": division, "purpose": "main", "channel": "telegram", "chat": str(room.id), "topic": ""}
    db.execute(sa.insert(ROOM).values(id=new_id(), **bound, bound_by=person, bound_at=now))
    settings = {"division_phone": DIVISION_PHONE, "keys_backed_up": "1", "admin_code_used": "1"} | ({"ready_at": "1"} if ready else {})
    for name, value in settings.items():
        upsert(db, SETTING, ("name",), {"name": name, "value": value, "person": None, "at": now})


# --- reports ----------------------------------------------------------------------------------------------------------


async def reports_danger(phone: Phone, ward: str = "Phường Ngọc Lâm") -> None:
    """The first taps of somebody who sees a child in danger: the room has been called, the place is known."""
    await phone.says("báo cáo")
    await phone.presses("ĐANG NGUY HIỂM")
    if ward:
        await phone.says(ward)


async def answers_the_rest(phone: Phone, given: dict[str, str], until: str) -> list[str]:
    """Answers whatever is asked, by the words of the question where `given` has them, else with the first choice, until a text holds `until`.
    Returns the questions."""
    asked: list[str] = []
    for _ in range(30):
        question = phone.chat.last
        if until in question.text:
            return asked
        asked.append(question.text)
        answer = next((answer for words, answer in given.items() if words in question.text), question.labels[0] if question.labels else "")
        assert answer, f"nothing to answer to {question.text!r}"
        if any(label.startswith(answer) for label in question.labels):
            await phone.presses(answer)
        else:
            await phone.says(answer)
    raise AssertionError(f"{until!r} was never said: {asked[-3:]}")
