"""Báo Ngay as people live it on Zalo, alone and beside Telegram: every word goes over HTTP, everything is typed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.incident import INCIDENT, Status
from models.people import ROOM
from tests.e2e.messengers import DIVISION, REPORTER, OnZalo, join, only, serving
from tests.e2e.telegram_app import photo
from tests.emulators.telegram import TelegramServer
from tests.emulators.zalo import ZaloServer

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

NEVER = ("nút", "bấm", "nhấn ")  # there are none


@pytest.fixture
async def zalo() -> AsyncIterator[ZaloServer]:
    async with ZaloServer() as emulator:
        yield emulator


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as emulator:
        yield emulator


async def reports(lan: OnZalo, *, until: str = "Mã vụ việc") -> list[str]:
    """A whole report by numbers, with words where words are wanted; the questions that were asked."""
    said = {
        "ở phường nào": "ngoc lam",
        "Cụ thể ở chỗ nào": "so 8 ngo 12",
        "đã thấy, đã nghe gì": "be bi troi bang day",
        "Anh/chị xem lại": "1",
    }
    said |= {"liên quan cán bộ": "khong", "Xảy ra khi nào": "sang nay", "có ảnh": "bo qua", "Gửi ảnh": "bo qua"}
    asked: list[str] = []
    await lan.says("bao cao")
    await lan.says("1")
    for _ in range(30):
        if until in lan.last:
            return asked
        asked.append(lan.last)
        await lan.says(next((words for question, words in said.items() if question in lan.last), "1"))
    raise AssertionError(f"{until!r} was never said: {asked[-3:]}")


async def test_a_whole_report_on_zalo_alone(zalo: ZaloServer, database_url: str, tmp_path: Path) -> None:
    """Typed by numbers on one phone, taken by mention in a Zalo group, details asked for: the room sees no word of it, nobody reads of buttons."""
    async with serving(database_url, tmp_path, zalo=zalo) as service:
        room = zalo.group("Phòng trực")
        await join(service, only("zalo", *DIVISION, REPORTER), room)
        lan, taker, second = service.on_zalo(101), service.on_zalo(902), service.on_zalo(903)
        asked = await reports(lan)
        assert "VV-2026-0001" in lan.last
        card = next(text for text in room.texts if "VV-2026-0001" in text)
        assert "KHẨN CẤP" in card
        assert "Gõ: @" in card
        assert "Chưa thấy xác nhận là CHƯA nhận" in card
        assert not any(word in text for text in room.texts for word in ("troi", "ngo 12", "Lan", "0912"))

        assert "Phạm Trực Một" in await taker.says("nhan 1", room)
        assert "Phạm Trực Một" in await second.says("nhan 1", room)
        assert [row.status for row in await service.rows(INCIDENT)] == [Status.TAKEN]
        assert lan.last == "Bạn có tin mới, nhắn XEM."
        assert "đã có cán bộ tiếp nhận" in await lan.says("xem")

        said = " ".join(text for chat in zalo.chats.values() for text in chat.texts)
        assert [word for word in NEVER if word in said.lower()] == []
        assert all(len(question) < 900 for question in asked)
        assert all(len(text) <= 2000 for chat in zalo.chats.values() for text in chat.texts)


async def test_details_on_zalo_are_never_in_the_chat(zalo: ZaloServer, database_url: str, tmp_path: Path) -> None:
    """Without a public address the officer is told where else; with one there is a link and nothing more."""
    async with serving(database_url, tmp_path, zalo=zalo, public_url="https://bao.example.vn") as service:
        room = zalo.group("Phòng trực")
        await join(service, only("zalo", *DIVISION, REPORTER), room)
        lan, taker = service.on_zalo(101), service.on_zalo(902)
        await lan.person.sends_photo(lan.chat, photo(10))
        await reports(lan)
        await taker.says("nhan 1", room)
        await taker.says("chitiet 1", room)
        assert "https://bao.example.vn/xem#" in taker.last
        assert not any(word in text for text in (*taker.chat.texts, *room.texts) for word in ("troi", "ngo 12", "Lan", "0912"))


async def test_a_child_whom_zalo_hides_is_heard(zalo: ZaloServer, database_url: str, tmp_path: Path) -> None:
    """The first message that Zalo withholds opens a case, with a warm answer; a replay and a second message open no other one."""
    zalo.replays = True
    async with serving(database_url, tmp_path, zalo=zalo) as service:
        room = zalo.group("Phòng trực")
        await join(service, only("zalo", *DIVISION), room)
        child = service.on_zalo(700, "")
        await child.person.withheld(missing=("date", "from.display_name"))
        await zalo.wait_text(child.chat, "111")
        first = " ".join(child.chat.texts)
        assert [number in first for number in ("111", "113", "115")] == [True] * 3
        await child.person.withheld()
        await zalo.wait_for(lambda: len(child.chat.said) == 2)
        cases = await service.rows(INCIDENT)
        assert [(row.source, row.severity, row.status) for row in cases] == [("child", "khan_cap", Status.OPEN)]
        assert any("KHẨN CẤP" in text for text in room.texts)


async def test_a_division_on_zalo_comes_on_duty(zalo: ZaloServer, database_url: str, tmp_path: Path) -> None:
    """A code joins, a mention binds the room, and the card calls the bot by the name that people typed."""
    async with serving(database_url, tmp_path, zalo=zalo) as service:
        room = zalo.group("Phòng trực")
        await join(service, only("zalo", *DIVISION, REPORTER))
        admin, lan = service.on_zalo(901), service.on_zalo(101)
        await admin.says("/moi")
        await admin.says("can bo truc")
        code = next(word for text in admin.chat.texts for word in text.split() if word.startswith("BN-"))
        new = service.on_zalo(55, "Người mới")
        assert "họ và tên" in await new.says(code.lower())
        await new.answers(("họ và tên", "le van an"), ("theo số nào", "0912 345 670"), ("đúng chưa", "1"))
        assert "cán bộ trực" in new.last
        assert "phòng trực của Phòng LĐTB&XH" in await admin.says("/ganphong", room)
        assert [row.chat for row in await service.rows(ROOM)] == [room.id]
        await lan.says("bao cao")
        await lan.says("dang nguy hiem")
        assert f"@{zalo.display_name} nhan 1" in room.last.text


async def test_reporter_on_zalo_room_on_telegram_second_officer_on_zalo(
    zalo: ZaloServer, telegram: TelegramServer, database_url: str, tmp_path: Path
) -> None:
    """One case, one state: taken with a button on Telegram, the officer on Zalo who types later hears who was first."""
    async with serving(database_url, tmp_path, telegram, zalo) as service:
        room = telegram.group("Phòng trực")
        await join(service, (*DIVISION, REPORTER), room)
        lan, taker, second = service.on_zalo(101), service.on_telegram(902), service.on_zalo(903)
        await reports(lan)
        assert (await taker.presses("Tôi tiếp nhận", room)).text.startswith("Anh/chị đã nhận VV-2026-0001")
        assert "Đã có anh/chị Phạm Trực Một tiếp nhận" in await second.says("nhan 1")
        assert lan.last == "Bạn có tin mới, nhắn XEM."
        await taker.presses("Xem chi tiết", room)
        assert "be bi troi bang day" in taker.last
        assert not any("troi" in text for text in room.texts)


async def test_rooms_on_both_messengers_share_one_acknowledgement(
    zalo: ZaloServer, telegram: TelegramServer, database_url: str, tmp_path: Path
) -> None:
    """Both rooms are called; taken on Zalo, the card on Telegram shows it and loses its button; the presser there hears who has it."""
    async with serving(database_url, tmp_path, telegram, zalo) as service:
        rooms = telegram.group("Phòng trực"), zalo.group("Phòng trực Zalo")
        await join(service, (*DIVISION, REPORTER), *rooms)
        lan = service.on_zalo(101)
        await lan.says("bao cao")
        await lan.says("1")
        card = rooms[0].last
        assert card.labels == ["Tôi tiếp nhận", "Xem chi tiết"]
        await service.on_zalo(903).says("nhan 1", rooms[1])
        await service.quiet()
        assert "✅ Anh/chị Vũ Trực Hai đã nhận" in card.text
        assert card.labels == ["Xem chi tiết"]
        late = await service.on_telegram(902).person.presses_raw(card, f"0.take:{(await service.rows(INCIDENT))[0].id}")
        await service.quiet()
        assert late.text == "Đã có anh/chị Vũ Trực Hai tiếp nhận lúc 10:00."


async def test_one_person_on_two_messengers(zalo: ZaloServer, telegram: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """/lienket on Telegram, six digits on Zalo: the same rights there, and her reports are hers in both chats."""
    async with serving(database_url, tmp_path, telegram, zalo) as service:
        room = telegram.group("Phòng trực")
        await join(service, (*DIVISION, *only("telegram", REPORTER)), room)
        lan, on_zalo = service.on_telegram(101), service.on_zalo(333, "Lan")
        told = await lan.says("/lienket")
        code = next(word.strip(".,:") for word in told.split() if word.strip(".,:").isdigit() and len(word.strip(".,:")) == 6)
        assert "Nguyễn Thị Lan" in await on_zalo.says(f"lienket {code}")
        await lan.says("báo cáo")
        await lan.presses("ĐANG NGUY HIỂM")
        assert "VV-2026-0001" in await on_zalo.says("xem")
        stranger = service.on_zalo(334, "")
        assert "Nguyễn Thị Lan" not in await stranger.says(f"lienket {code}")
