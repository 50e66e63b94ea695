"""What goes wrong between Telegram, the service and its database, over HTTP: nothing is lost, nothing is told twice without need."""

import asyncio
import io
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest
import sqlalchemy as sa
import structlog
from psycopg import sql

from bot import logs
from bot.engines import plain_url
from bot.vault import Vault, make_key
from handlers import help as help_handler
from models.attachment import ATTACHMENT, AttachmentState
from models.inbox import INBOX, InboxState
from models.incident import INCIDENT
from models.letter import LETTER, LetterState
from models.people import ROOM
from models.submission import SUBMISSION
from tests.e2e.telegram_app import OnDuty, Service, answers_the_rest, on_duty, photo, reports_danger, running, voice
from tests.emulators.telegram import TOKEN, TelegramServer
from tests.emulators.telegram_chats import Sent
from tests.letters import until

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MARKER = 999  # somebody who only shows that everything before has been heard

pytestmark = pytest.mark.e2e


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as emulator:
        yield emulator


# --- the wire ---------------------------------------------------------------------------------------------------------


@SQLITE
async def test_429_holds_its_chat_as_long_as_telegram_says(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """A chat that is asked to wait gets its card after exactly that time, once, and nobody else waits with it."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        server.flood("sendMessage", 1, chat=duty.room.id)
        await reports_danger(duty.reporter)
        assert "Cụ thể ở chỗ nào?" in duty.reporter.last
        assert "VV-2026-0001" in duty.ward.last
        await server.wait_text(duty.room, "VV-2026-0001")
        first, second = (call.at for call in server.called("sendMessage") if call.chat == str(duty.room.id))
        assert 1 <= second - first < 3
        assert len(duty.room.said) == 1


async def test_403_in_the_room_calls_the_officers_privately(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """A room that refuses a card is a room no more: the same case reaches officers and administrators, and they hear of the room."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        duty.room.bot = "kicked"  # and nobody tells us
        await reports_danger(duty.reporter, ward="")
        await service.quiet()
        for phone in (duty.officer, duty.second, duty.admin):
            assert any("KHẨN CẤP · VV-2026-0001" in text for text in phone.chat.texts)
        assert any("bị đưa ra khỏi phòng trực" in text for text in duty.admin.chat.texts)
        assert await service.rows(ROOM, ROOM.c.unbound_at.is_(None)) == []


@SQLITE
async def test_an_outcome_that_nobody_knows_is_repeated(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """A card and a question whose answers got lost on the way back come again, with the same code: twice, never not at all."""
    async with running(server, database_url, tmp_path, answer_within=2) as service:
        duty = await on_duty(service)
        await duty.reporter.says("báo cáo")
        server.hang("sendMessage", chat=duty.room.id, deliver=True)
        server.drop("sendMessage", chat=duty.reporter.chat.id, deliver=True)
        await duty.reporter.presses("ĐANG NGUY HIỂM")
        cards = await server.wait_for(lambda: cards_in(duty) if len(cards_in(duty)) == 2 else [])
        assert [card.text for card in cards] == [cards[0].text] * 2
        await service.quiet()
        assert any("Việc xảy ra ở phường nào?" in text for text in duty.reporter.chat.texts)
        assert len([text for text in duty.reporter.chat.texts if "Đã báo cho cán bộ trực" in text]) == 2
        assert (await duty.officer.presses("Tôi tiếp nhận", duty.room)).text.startswith("Anh/chị đã nhận VV-2026-0001")


def cards_in(duty: OnDuty) -> list[Sent]:
    return [message for message in duty.room.said if "VV-2026-0001" in message.text]


# --- updates ----------------------------------------------------------------------------------------------------------


async def test_an_update_that_cannot_be_decoded_holds_up_nobody(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """It is recorded by its number, without what it held, and the messages around it are answered."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await duty.reporter.person.writes("báo cáo")
        number = server.push_undecodable()
        assert "Phạm Trực Một" in await duty.officer.says("/start")
        assert "Trẻ đang như thế nào?" in duty.reporter.last
        (row,) = await service.rows(INBOX, INBOX.c.state == InboxState.UNDECODABLE)
        assert (row.external_id, row.body, row.error) == (f"u{number}", None, "ValidationError")


async def test_updates_that_come_twice_are_one_turn(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Every update of a report delivered again, at once and after a restart: no second case, no second letter."""
    vault = Vault([make_key()])
    async with running(server, database_url, tmp_path, vault=vault) as service:
        duty = await on_duty(service)
        await duty.reporter.person.writes("báo cáo")
        server.redeliver(max(server.updates))
        await service.quiet()
        await duty.reporter.presses("ĐANG NGUY HIỂM")
        await again(service)
        seen = {name: len(chat.messages) for name, chat in server.chats.items()}
    async with running(server, database_url, tmp_path, vault=vault) as service:
        await again(service)
        assert {name: len(server.chats[name].messages) for name in seen if name != MARKER} == {
            name: count for name, count in seen.items() if name != MARKER
        }
        assert len(await service.rows(INCIDENT)) == 1


async def again(service: Service) -> None:
    """Every update so far, once more. A later one that is acknowledged shows that all of them have been heard."""
    for number in sorted(service.server.updates):
        service.server.redeliver(number)
    await service.phone(MARKER, "Sau cùng").says("alo")


@SQLITE
async def test_a_second_poller_takes_nothing_away(
    server: TelegramServer, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Another program polls with the same token (409): ours says so, goes on, and what people wrote meanwhile is answered once."""
    async with running(server, database_url, tmp_path) as service, httpx.AsyncClient() as intruder:
        duty = await on_duty(service)
        for times in range(1, 4):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(intruder.get(f"{server.base_url}/bot{TOKEN}/getUpdates", params={"timeout": "9"}))
                await server.wait_for(partial(intrusions, server, times))
                await duty.reporter.person.writes("/trogiup")
            await service.quiet()
        assert len(duty.reporter.chat.said) == 3
        assert "another program polls with this bot's token (409): stop it" in caplog.text


def intrusions(server: TelegramServer, times: int) -> bool:
    """Whether the other program has asked so often."""
    return sum(call.params.get("timeout") == "9" for call in server.calls) == times


# --- files ------------------------------------------------------------------------------------------------------------


async def test_a_file_that_cannot_be_had_is_asked_for_again(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Gone or too large: the sender reads why in plain words, and the report goes on with the photo that did arrive."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await reports_danger(duty.reporter)
        chat = duty.reporter.chat
        gone = await duty.reporter.person.sends_photo(chat, photo(1))
        assert gone.file is not None
        gone.file.gone = "getFile"
        await duty.reporter.person.sends_document(chat, photo(2), "anh.jpg", "image/jpeg", size=21 << 20)
        await duty.reporter.person.sends_photo(chat, photo(3))
        await duty.reporter.person.sends_voice(chat, b"no sound at all")
        for words in ("không tải về được nữa", "lớn quá, chưa lưu được (tối đa 20 MB)", "Tệp này không lưu được"):
            await server.wait_text(chat, words)
        await service.until(lambda rows: len(rows) == 1, ATTACHMENT, ATTACHMENT.c.state == AttachmentState.STORED)
        await service.quiet()
        assert "gọi điện cho phòng trực" in await duty.reporter.says("số 8 ngõ 12")


@SQLITE
async def test_telegram_out_of_reach_for_a_file_is_waited_out(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """A download that breaks is tried again, and nobody is troubled with it."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await reports_danger(duty.reporter)
        server.fail("download", 502, "Bad Gateway")
        await duty.reporter.person.sends_photo(duty.reporter.chat, photo())
        failed = await service.until(lambda rows: bool(rows) and rows[0].attempts == 1 and rows[0].lease_until is None, ATTACHMENT)
        await service.db.run(lambda db: db.execute(sa.update(ATTACHMENT).values(next_try=failed[0].created_at)))  # the back-off is over
        service.app.attachments.wake()
        await service.attachments_kept(1)
        assert not any("gửi lại" in text for text in duty.reporter.chat.texts)


# --- the database -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def unreachable(url: str) -> AsyncIterator[None]:
    """No transaction succeeds within the block."""
    where = plain_url(url)
    if where.drivername == "sqlite":
        with closing(sqlite3.connect(str(where.database), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
        return
    admin = where.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as server:
        allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        await server.execute(allow.format(sql.Identifier(str(where.database)), sql.Literal(False)))
        try:
            await server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [where.database])
            yield
        finally:
            await server.execute(allow.format(sql.Identifier(str(where.database)), sql.Literal(True)))


async def test_without_its_database_it_loses_nothing(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Nothing is acknowledged or answered while the database is away, /healthz says so, and afterwards everything happens, once."""
    async with running(server, database_url, tmp_path, busy_timeout=50) as service, httpx.AsyncClient() as probe:
        duty = await on_duty(service)
        await duty.reporter.says("báo cáo")
        async with unreachable(database_url):
            acknowledged = set(server.acknowledged)
            await duty.reporter.person.presses(duty.reporter.chat.last, "ĐANG NGUY HIỂM")
            await duty.officer.person.writes("/trogiup")
            await asyncio.sleep(0.5)
            health = await probe.get(f"http://127.0.0.1:{service.app.port}/healthz")
            assert (health.status_code, health.json()["ok"], health.json()["database"]) == (503, False, "down")
            assert server.acknowledged == acknowledged
            assert duty.room.said == duty.officer.chat.said == []
        await server.wait_text(duty.room, "VV-2026-0001")
        await server.wait_for(lambda: duty.officer.chat.said)
        await service.quiet()
        assert len(duty.room.said) == len(duty.officer.chat.said) == len(await service.rows(INCIDENT)) == 1


# --- stopping ---------------------------------------------------------------------------------------------------------


async def test_a_stop_in_the_middle_loses_nothing(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Stopped while ten people write, again and again: each of them has one report, one question, and each report one card."""
    vault, started = Vault([make_key()]), time.monotonic()
    people = [server.user(500 + number, f"Người {number}") for number in range(10)]
    room = None
    for life in range(3):
        async with running(server, database_url, tmp_path, vault=vault) as service:
            duty = await on_duty(service) if life == 0 else None
            room = duty.room if duty else room
            for person in people[life::3]:
                await person.writes("báo tin")
            await asyncio.sleep(0.02 * life)
    async with running(server, database_url, tmp_path, vault=vault) as service:
        for person in people:
            await server.wait_text(person.chat, "Trẻ đang như thế nào?")
            await person.presses(person.chat.last, "ĐANG NGUY HIỂM")
        await service.quiet()
    assert room is not None
    async with running(server, database_url, tmp_path, vault=vault) as service:
        await service.quiet()
        assert [len([text for text in person.chat.texts if text.startswith("Trẻ đang như thế nào?")]) for person in people] == [1] * 10
        assert len(await service.rows(SUBMISSION)) == len(await service.rows(INCIDENT)) == 10
        assert len({message.text.splitlines()[0] for message in room.said}) == len(room.said) == 10
        assert await service.rows(LETTER, LETTER.c.state.not_in((LetterState.DELIVERED, LetterState.SUPERSEDED))) == []
    assert time.monotonic() - started < 60


# --- a fault of our own -----------------------------------------------------------------------------------------------


async def test_a_message_that_fails_again_and_again_is_parked(
    server: TelegramServer, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five tries its sender is told in plain words, the administrators hear of the row, and the chat goes on."""

    def broken(*_given: object) -> None:
        raise ValueError("bé Na")

    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        monkeypatch.setattr(help_handler, "_for", broken)
        assert (await duty.reporter.says("/trogiup")).startswith("Xin lỗi anh/chị, máy bên chúng tôi bị lỗi")
        assert "113" in duty.reporter.last
        (row,) = await service.rows(INBOX, INBOX.c.state == InboxState.PARKED)
        assert (row.attempts, row.error) == (5, "ValueError")
        assert row.id in duty.admin.last
        assert "Trẻ đang như thế nào?" in await duty.reporter.says("báo cáo")


# --- what the log holds -----------------------------------------------------------------------------------------------


@contextmanager
def production_logs() -> Iterator[io.StringIO]:
    """Everything that is logged as the command line sets it up, at its most talkative; afterwards logging is as it was."""
    root, quiet, said = logging.getLogger(), [logging.getLogger(name) for name in logs.QUIET], io.StringIO()
    before = root.handlers[:], root.level, [(logger.level, logger.filters[:]) for logger in quiet]
    with redirect_stdout(said), redirect_stderr(said):
        logs.configure("DEBUG", "json")
        yield said
    structlog.reset_defaults()
    root.handlers[:], level, kept = before
    root.setLevel(level)
    for logger, (was, filters) in zip(quiet, kept, strict=True):
        logger.setLevel(was)
        logger.filters[:] = filters


@SQLITE
async def test_no_log_line_tells_who_or_what(
    server: TelegramServer, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules 7 and 8: a whole report, its faults and a bug of ours, and in no line a token, a code, a name, a number or a word that was typed."""
    codes: list[str] = []
    with production_logs() as logged:
        async with running(server, database_url, tmp_path, busy_timeout=50) as service:
            duty = await on_duty(service)
            codes += await duty.admin.invites("cán bộ trực")
            await service.phone(44, "Ngô Văn Tý").joins(codes[0], "Ngô Văn Tý", "0987654321")
            await everything(duty)
            async with unreachable(database_url):
                await duty.officer.person.writes("mật khẩu là Na")
                await until(lambda: "has not committed (StorageDown)" in logged.getvalue())
            server.push_undecodable()
            server.fail("sendMessage", 500, "Internal Server Error: bé Na", chat=duty.officer.chat.id)
            server.fail("getUpdates", 502, f"Bad Gateway {TOKEN}")
            monkeypatch.setattr(help_handler, "_for", lambda *_given: int("bé Na ở số 8 ngõ 12"))
            await duty.reporter.says("/trogiup")
    said = logged.getvalue()
    assert all(
        event in said
        for event in ("turn_failed", "has not committed (StorageDown)", "update_undecodable", "could not be decoded", "stopping")
    )
    secrets = [TOKEN, TOKEN.partition(":")[2], codes[0], codes[0][3:], "bí mật", "mật khẩu", "bé Na", "ngõ 12", "dây", "xanh"]
    people = [name for phone in service.phones.values() for name in (phone.person.name, phone.person.name.split()[-1]) if name]
    assert [secret for secret in secrets if secret in said] == []
    assert [name for name in people if name in said] == []
    assert [number for number in ("0912345678", "0987654321", "345 678", "12345678") if number in said] == []


async def everything(duty: OnDuty) -> None:
    """A report with a photo and a voice note, a file that fails, a chat that is gone, taken, looked at."""
    lan = duty.reporter
    await reports_danger(lan)
    await lan.person.sends_photo(lan.chat, photo(), caption="áo xanh")
    await lan.person.sends_document(lan.chat, b"%PDF", "bé Na.pdf", "application/pdf")
    bad = await lan.person.sends_photo(lan.chat, photo(9))
    assert bad.file is not None
    bad.file.gone = "download"
    await lan.person.sends_voice(lan.chat, voice())
    await duty.service.attachments_kept(2)
    await duty.service.quiet()
    await lan.says("số 8 ngõ 12")
    answers = {
        "gọi điện cho phòng trực": "Chưa gọi",
        "liên quan cán bộ": "Không",
        "nghe gì": "bé Na bị trói bằng dây",
        "Có ảnh": "Hết ảnh rồi",
    }
    await answers_the_rest(lan, answers, "Anh/chị xem lại rồi gửi")
    duty.ward.chat.bot = "kicked"
    await lan.presses("GỬI NGAY")
    await duty.officer.presses("Tôi tiếp nhận", duty.room)
    await duty.officer.presses("Xem chi tiết")
    await duty.officer.presses("Ảnh và ghi âm")
