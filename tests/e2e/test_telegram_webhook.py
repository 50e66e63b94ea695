"""Báo Ngay over Telegram's webhook: posted to, answered after the commit, and what each is offered while typing "/"."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.inbox import INBOX, InboxState
from models.incident import INCIDENT
from tests.e2e.telegram_app import on_duty, reports_danger, running
from tests.emulators.telegram import TelegramServer

ADMIN = "MA-DAU-TIEN-2026"
EVERYBODY = ["baocao", "vuviec", "bosung", "trogiup", "ngonngu"]

pytestmark = pytest.mark.e2e


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as emulator:
        yield emulator


async def test_a_case_is_reported_and_taken(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Every press and word is posted, each is one turn, and nothing is polled."""
    async with running(server, database_url, tmp_path, webhook=True) as service:
        duty = await on_duty(service)
        await reports_danger(duty.reporter)
        server.redeliver(max(server.updates))
        won = await duty.officer.presses("Tôi tiếp nhận", duty.room)
        assert won.text == "Anh/chị đã nhận VV-2026-0001. Xem tiếp trong tin nhắn riêng."
        (case,) = await service.rows(INCIDENT)
        assert case.status == "taken"
        taken = await service.rows(INBOX, INBOX.c.channel == "telegram")
        assert [row.state for row in taken] == [InboxState.DONE] * len(server.updates)
    assert server.called("getUpdates") == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_answered_only_when_it_is_in_the_database(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """While the database takes nothing Telegram is answered 503 and posts again; then it is heard once."""
    async with running(server, database_url, tmp_path, webhook=True, busy_timeout=20) as service:
        duty = await on_duty(service)
        locked = sa.create_engine(database_url)
        with locked.connect() as other:
            other.exec_driver_sql("BEGIN IMMEDIATE")
            await duty.reporter.person.writes("báo cáo")
            await server.wait_for(lambda: 503 in [status for _number, status in server.hook.answered])
            assert server.acknowledged == set()
            other.exec_driver_sql("ROLLBACK")
        locked.dispose()
        await service.quiet()
        assert [text for text in duty.reporter.chat.texts if "Trẻ đang như thế nào?" in text] == [duty.reporter.last]


async def test_what_each_is_offered_while_typing(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """A stranger what everybody may do, members what their roles may, each in their language; whoever is cut off is a stranger again."""
    async with running(server, database_url, tmp_path, admin_code=ADMIN, webhook=True) as service:
        chi, leader, lan, stranger = (service.phone(number, name) for number, name in enumerate(("Chi", "Vũ Hà", "Lan", "Người lạ"), 1))
        await stranger.says("xin chào")
        await server.wait_for(lambda: server.menus.seen(server.group(), "vi"))
        await chi.joins(ADMIN, "Trần Quản Trị", "0912000001")
        for phone, role, name in ((leader, "lãnh đạo", "Vũ Thu Hà"), (lan, "cộng tác viên", "Nguyễn Thị Lan")):
            code, _link = await chi.invites(role, "" if role == "lãnh đạo" else "Ngọc Lâm")
            await phone.joins(code, name, "0912345678")
        await service.app.settle()
        seen = {phone.person.name: server.menus.seen(phone.chat, "vi") for phone in (chi, leader, lan, stranger)}
        assert {name: list(menu) for name, menu in seen.items()} == {
            "Chi": ["baocao", "vuviec", "lichtruc", "dientap", "sansang", "moi", "thuhoi", "trogiup"],
            "Vũ Hà": ["baocao", "ghinhan", "vuviec", "nopbaocao", "tiendo", "nhan", "lichtruc", "trogiup"],
            "Lan": ["baocao", "vuviec", "xacnhan", "bosung", "trogiup", "ngonngu"],
            "Người lạ": EVERYBODY,
        }
        assert seen["Vũ Hà"]["nhan"] == "tiếp nhận vụ: /nhan 42"
        assert server.menus.seen(stranger.chat, "en")["baocao"] == "report a child who is harmed, injured or at risk"
        assert list(server.menus.seen(server.group(), "en")) == ["vuviec", "nhan", "chitiet", "anh", "ganphong", "gophong", "trogiup"]

        await leader.says("/ngonngu en")
        await server.wait_for(lambda: server.menus.seen(leader.chat, "vi")["nhan"] == "take a case: /nhan 42")
        await chi.says("/thuhoi")
        await chi.presses("Vũ Thu Hà")
        await chi.presses("Thu hồi")
        await server.wait_for(lambda: list(server.menus.seen(leader.chat, "vi")) == EVERYBODY)
        assert "nhan" not in server.menus.seen(leader.chat, "en")
