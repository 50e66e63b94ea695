"""Telegram dies in the middle of fifty reports: every urgent letter arrives on Zalo, once; nothing is lost; the room that is back hears of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.watch import Patience
from models.facts import Role
from models.incident import INCIDENT
from models.letter import LETTER, LetterState
from models.service import CHANNEL_STATE
from models.talk import Lane, LetterKind
from tests.driver import PLAN
from tests.e2e.messengers import DIVISION, Member, OnTelegram, OnZalo, Served, join, serving
from tests.emulators.telegram import TelegramServer
from tests.emulators.zalo import ZaloServer

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

REPORTS = 50
FOREVER = 10**9
MINUTE = 0.3  # real seconds: "five minutes" of failure are one and a half
SCALED = Patience(every=MINUTE / 4, down_after=5 * MINUTE, letter=5 * MINUTE, deaf=FOREVER)
MARK = "⚠ Telegram đang không gửi được nên tin này gửi qua đây."
TWICE = "Có thể tin này cũng đã tới anh/chị bên đó."


@pytest.fixture
async def servers() -> AsyncIterator[tuple[TelegramServer, ZaloServer]]:
    async with TelegramServer() as telegram, ZaloServer() as zalo:
        yield telegram, zalo


def reporters() -> list[Member]:
    """Half of them write on Telegram and have Zalo too, half have Zalo alone."""
    wards = [ward.id for ward in PLAN.wards()]
    return [
        Member(f"CTV {number}", Role.COLLABORATOR, wards[number % 14], telegram=1000 + number if number % 2 else 0, zalo=2000 + number)
        for number in range(REPORTS)
    ]


async def reports(service: Served, number: int, *, answered: bool = True) -> None:
    """The two words that make it a case. `answered`: each word waits for the bot's; whoever is on a dead messenger is heard when it is back."""
    phone: OnTelegram | OnZalo = service.on_telegram(1000 + number) if number % 2 else service.on_zalo(2000 + number)
    for word in ("báo cáo", "đang nguy hiểm"):
        before = len(phone.chat.said)
        await (phone.person.says(phone.chat, word) if isinstance(phone, OnTelegram) else phone.person.writes(word))
        if answered:
            await _until(partial(_has_more, phone, before))


def _has_more(phone: OnTelegram | OnZalo, before: int) -> bool:
    return len(phone.chat.said) > before


async def _until(true: Any, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  two servers, and rows, which tell nobody
            await asyncio.sleep(0.02)


async def state(service: Served, name: str = "telegram") -> Any:
    return next((row for row in await service.rows(CHANNEL_STATE) if row.name == name), None)


async def none_waits(service: Served) -> bool:
    waiting = LETTER.c.state.in_((LetterState.PLANNED, LetterState.LEASED, LetterState.ATTEMPTED)), LETTER.c.lane == Lane.URGENT
    return not await service.rows(LETTER, *waiting)


async def test_telegram_dies_in_the_middle_of_fifty_reports(
    servers: tuple[TelegramServer, ZaloServer], database_url: str, tmp_path: Path
) -> None:
    """Ten scaled minutes without Telegram: fifty cases, each called in a room that works; urgent letters once, or marked; then one summary."""
    telegram, zalo = servers
    async with serving(database_url, tmp_path, telegram, zalo, watching=SCALED, read=2) as service:
        rooms = telegram.group("Phòng trực"), zalo.group("Phòng trực Zalo")
        await join(service, (*DIVISION, *reporters()), *rooms)
        await asyncio.gather(*(reports(service, number) for number in range(10)))
        telegram.drop("sendMessage", times=FOREVER)  # at first it still hears and no longer speaks
        await asyncio.gather(*(reports(service, number, answered=False) for number in range(11, 25, 2)))
        await _until_row(service, lambda row: row is not None and row.down_since is not None)
        telegram.drop("*", times=FOREVER)
        talking = [asyncio.create_task(reports(service, number)) for number in (*range(10, 25, 2), *range(25, REPORTS))]  # noqa: TID251  people
        await asyncio.sleep(10 * MINUTE)
        dead_until = len(rooms[0].said)
        telegram.heal()
        await asyncio.gather(*talking)
        await _until_row(service, lambda row: row.down_since is None)
        async with asyncio.timeout(60):
            while not await none_waits(service):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await everything_arrived(service, rooms[1])
        back = [message.text for message in rooms[0].said[dead_until:]]
        assert sum("Telegram ở đây bị gián đoạn từ" in text for text in back) == 1


async def _until_row(service: Served, holds: Any) -> None:
    async with asyncio.timeout(60):
        while not holds(await state(service)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def everything_arrived(service: Served, zalo_room: Any) -> None:
    """Held against the wire: what the rows call delivered was said in that chat."""
    cases = await service.rows(INCIDENT)
    assert len(cases) == REPORTS
    in_room = Counter(code for text in zalo_room.texts for code in {f"VV-{row.year}-{row.number:04d}" for row in cases} if code in text)
    assert len(in_room) == REPORTS  # each case was called where somebody could hear it
    urgent = await service.rows(LETTER, LETTER.c.lane == Lane.URGENT, LETTER.c.kind == LetterKind.SAY)
    copies: dict[str, list[Any]] = {}
    for row in urgent:
        copies.setdefault(row.copy_of or row.id, []).append(row)
    lost = [rows for rows in copies.values() if not any(arrived_or_covered(row) for row in rows)]
    assert lost == []
    for rows in copies.values():
        delivered = [row for row in rows if row.state == LetterState.DELIVERED]
        unmarked = [row for row in delivered if not row.copy_of]
        assert len(unmarked) <= 1
        assert len(delivered) <= 1
    marked = [row for row in urgent if row.copy_of and row.state == LetterState.DELIVERED]
    assert marked
    for row in marked:
        said = next(chat for chat in _zalo(service).chats.values() if chat.id == row.chat)
        assert any(text.startswith(MARK) for text in said.texts)


def arrived_or_covered(row: Any) -> bool:
    """Delivered, or a room's, closed because the other room has its own."""
    return bool(row.state == LetterState.DELIVERED or (row.state == LetterState.SUPERSEDED and row.reason == "moved" and row.is_group))


def _zalo(service: Served) -> ZaloServer:
    assert service.zalo is not None
    return service.zalo
