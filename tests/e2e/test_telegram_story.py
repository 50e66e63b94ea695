"""Báo Ngay over Telegram as people live it: every word goes over HTTP to a strict Bot API server, and comes back from there."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from models.facts import Role
from models.incident import INCIDENT, Status
from models.people import ACCOUNT, MEMBERSHIP, ROOM
from models.service import AUDIT
from models.submission import ANSWER
from tests.e2e.telegram_app import DIVISION_PHONE, OnDuty, answers_the_rest, on_duty, photo, reports_danger, running, voice
from tests.emulators.telegram import TelegramServer
from tests.emulators.telegram_chats import Chat, Sent

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ADMIN = "MA-DAU-TIEN-2026"

pytestmark = pytest.mark.e2e


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as emulator:
        yield emulator


# --- joining ----------------------------------------------------------------------------------------------------------


async def test_the_first_code_makes_one_administrator(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Whoever sends the administrator's code first becomes administrator, and nobody after that."""
    async with running(server, database_url, tmp_path, admin_code=ADMIN) as service:
        first, second = service.phone(1, "Chi"), service.phone(2, "Người lạ")
        assert "quản trị viên" in await first.joins(ADMIN, "Trần Quản Trị", "0912 000 001")
        assert "Mã này không dùng được" in await second.says(f"/start {ADMIN}")
        assert "CHƯA SẴN SÀNG TRỰC" in await second.says("/sansang")
        assert [row.role for row in await service.rows(MEMBERSHIP)] == [Role.ADMINISTRATOR]


async def test_a_code_or_a_link_lets_one_person_in(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """An invitation is a code and a link of this very bot; either lets one person in, once, within seven days."""
    async with running(server, database_url, tmp_path, admin_code=ADMIN) as service:
        chi, an, binh = service.phone(1, "Chi"), service.phone(2, "An"), service.phone(3, "Bình")
        await chi.joins(ADMIN, "Trần Quản Trị", "0912000001")
        code, link = await chi.invites("cán bộ trực")
        assert link == f"https://t.me/{server.username}?start={code}"
        await an.says(code.lower().replace("-", " "))
        await an.goes_through(("họ và tên", "phạm trực một"), ("theo số nào", "912"), ("chưa giống một số", "0912 345 678"))
        assert "Phạm Trực Một" in an.last
        await an.presses("Đúng")
        assert "cán bộ trực" in an.last
        assert "không dùng được" in await binh.says(f"/start {link.partition('=')[2]}")
        late, _link = await chi.invites("lãnh đạo")
        await service.passes(days=7, minutes=1)
        assert "không dùng được" in await binh.says(f"/start {late}")
        assert len(await service.rows(ACCOUNT)) == 2


@SQLITE
async def test_a_ward_officer_invites_into_her_own_ward_alone(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """She is offered her own ward and its two roles only, and a press that a modified app makes up gives nothing more."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await duty.ward.says("/moi")
        offer = duty.ward.chat.last
        assert offer.labels == ["cộng tác viên", "cán bộ trẻ em phường"]
        number = offer.button("cộng tác viên").data.partition(".")[0]
        for forged in (f"{number}.leader", f"{number}.duty_officer", "0.administrator"):
            await duty.ward.presses_data(offer, forged)
            assert duty.ward.chat.last.labels == offer.labels
        code, _link = await duty.ward.invites("cộng tác viên")
        await duty.ward.says("Bồ Đề")
        assert not any("Bồ Đề" in text for text in duty.ward.chat.texts)
        lan = service.phone(55, "Lan")
        assert "cộng tác viên, Phường Ngọc Lâm" in await lan.joins(code, "Lê Thị Lan", "0912345679")


@SQLITE
async def test_a_division_comes_on_duty(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """From the first code to "on duty": people, the room, the number, the keys; until the last of it reporters are sent to the hotlines."""
    async with running(server, database_url, tmp_path, admin_code=ADMIN) as service:
        chi, citizen = service.phone(1, "Chi"), service.phone(9, "Người dân")
        await chi.joins(ADMIN, "Trần Quản Trị", "0912000001")
        for account, (role, ward, name) in enumerate(
            [
                ("cán bộ trực", "", "Phạm Trực Một"),
                ("cán bộ trực", "", "Vũ Trực Hai"),
                ("lãnh đạo", "", "Đỗ Lãnh Đạo"),
                ("cán bộ trẻ em phường", "Ngọc Lâm", "Hoàng Ngọc Lâm"),
            ],
            start=2,
        ):
            code, _link = await chi.invites(role, ward)
            assert name in await service.phone(account, name).joins(code, name, "0912 345 678")
        collaborator, _link = await service.phone(5).invites("cộng tác viên")
        lan = service.phone(6, "Lan")
        await lan.joins(collaborator, "Nguyễn Thị Lan", "0912345678")
        for reporter in (lan, citizen):
            refusal = await reporter.says("báo cáo")
            assert "CHƯA SẴN SÀNG TRỰC" in refusal
            assert all(number in refusal for number in ("111", "113", "115"))
        room = server.group("Phòng trực")
        assert "không có việc này" in await lan.says("/ganphong", room)
        assert "phòng trực của Phòng LĐTB&XH" in await chi.says("/ganphong", room)
        listed = await chi.says("/sansang")
        assert "Còn thiếu: 2" in listed
        assert "❌ số điện thoại của phòng trực" in listed
        await chi.presses("Nhập số trực")
        await chi.says(DIVISION_PHONE)
        assert "Bắt đầu trực" not in chi.chat.last.labels
        await chi.presses("Đã sao lưu khoá")
        await chi.presses("Rồi, đã sao lưu khoá")
        assert "CHƯA SẴN SÀNG TRỰC" in await lan.says("báo cáo")
        await chi.presses("Bắt đầu trực")
        assert "bắt đầu trực" in chi.last
        assert "Trẻ đang như thế nào?" in await lan.says("báo cáo")
        assert await service.rows(INCIDENT) == []


# --- a report, from the first tap to its details ----------------------------------------------------------------------


@SQLITE
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_a_whole_report(server: TelegramServer, database_url: str, tmp_path: Path, webhook: bool) -> None:
    """Danger, photos, a voice note, a corrected message, help in the middle, sent: the taker gets all of it, the room not a word."""
    async with running(server, database_url, tmp_path, webhook=webhook) as service:
        duty = await on_duty(service)
        lan, taker, second = duty.reporter, duty.officer, duty.second
        pictures = await tells_everything(duty)
        assert "Mã vụ việc: VV-2026-0001" in lan.last
        assert "Nếu sau 3 phút chưa có ai nhận, đừng chờ" in lan.last

        card = duty.room.last
        assert card.labels == ["Tôi tiếp nhận", "Xem chi tiết"]
        assert all(
            word in card.text for word in ("KHẨN CẤP", "VV-2026-0001", "Ngọc Lâm", "CÒN NGUY HIỂM", "chưa gọi".upper(), "Chưa ai nhận")
        )
        assert not any(word in text for text in duty.room.texts for word in ("Na", "ngõ 12", "dây", "Lan", "0912"))

        take = card.button("Tôi tiếp nhận").data
        won, late = await taker.presses("Tôi tiếp nhận", duty.room), await second.presses_data(card, take)
        assert won.text == "Anh/chị đã nhận VV-2026-0001. Xem tiếp trong tin nhắn riêng."
        assert late.text == "Đã có anh/chị Phạm Trực Một tiếp nhận lúc 10:00."
        assert "✅ Anh/chị Phạm Trực Một đã nhận lúc 10:00 23/11" in card.text
        assert card.labels == ["Xem chi tiết"]

        await taker.presses("Xem chi tiết")
        details = taker.chat.last
        assert details.protected
        assert all(words in details.text for words in ("số 8 ngõ 12", "bé Na bị trói bằng dây", "0912345678", "Nguyễn Thị Lan"))
        assert "bé Nam" not in details.text
        await taker.presses("Ảnh và ghi âm (3)")
        arrived(taker.chat, pictures)

        assert lan.last == "Bạn có tin mới, nhắn XEM."
        assert "VV-2026-0001 đã có cán bộ tiếp nhận lúc 10:00" in await lan.says("XEM")
        looks = [row.action for row in await service.rows(AUDIT)]
        assert (looks.count("look_details"), looks.count("look_photos")) == (1, 1)


async def tells_everything(duty: OnDuty) -> list[bytes]:
    """The reporter's whole dialogue; the photos that were sent."""
    lan, service = duty.reporter, duty.service
    await reports_danger(lan)
    assert [text for text in lan.chat.texts if "113 công an, 115 cấp cứu, 111 bảo vệ trẻ em" in text]
    pictures = [photo(10), photo(200)]
    await lan.person.sends_album(lan.chat, pictures)
    await service.quiet()
    assert [text for text in lan.chat.texts if "Đã nhận ảnh" in text][1:] == []
    asked = "Cụ thể ở chỗ nào?"
    await lan.says("số 8 ngõ 12")
    await lan.goes_through(("gọi điện cho phòng trực", "Chưa gọi"))
    assert "Câu hỏi lúc nãy vẫn chờ" in await lan.says("/trogiup")
    await lan.presses("Bạo lực hoặc xâm hại")
    asked_then = await answers_the_rest(lan, {"liên quan cán bộ": "Không"}, "đã nghe gì?")
    assert not any(asked in text for text in asked_then)
    told = await lan.person.writes("bé Nam bị trói bằng dây")
    await service.quiet()
    await lan.person.edits(told, "bé Na bị trói bằng dây")
    await service.quiet()
    assert [text for text in lan.chat.texts if text.startswith("Đã sửa. Đã thấy: bé Na bị trói")]
    await lan.person.sends_voice(lan.chat, voice())
    await service.quiet()
    await lan.presses("Có, gọi hay nhắn đều được")
    await lan.presses("Được, cứ nói tên tôi")
    assert all(words in lan.last for words in ("Anh/chị xem lại rồi gửi", "bé Na bị trói", "1 ghi âm", "2 ảnh"))
    await lan.presses("GỬI NGAY")
    await service.attachments_kept(3)
    return pictures


def arrived(chat: Chat, sent: list[bytes]) -> None:
    """Two photos and a voice note, protected, drawn anew: not the bytes that came, and without their EXIF."""
    files: list[Sent] = [message for message in chat.said if message.file is not None]
    assert [message.kind for message in files] == ["photo", "photo", "voice"]
    assert all(message.protected for message in files)
    for message, original in zip(files[:2], sent, strict=True):
        picture, first = Image.open(io.BytesIO(message.body)), Image.open(io.BytesIO(original))
        assert (picture.format, picture.size) == ("JPEG", first.size)
        assert dict(first.getexif())
        assert not dict(picture.getexif())
        assert b"May cua Lan" in original
        assert b"May cua Lan" not in message.body
        red, was_red = (one.convert("RGB").getpixel((5, 5)) for one in (picture, first))
        assert isinstance(red, tuple)
        assert isinstance(was_red, tuple)
        assert abs(red[0] - was_red[0]) < 12
    assert files[2].body == voice()


async def test_details_are_taken_back_after_a_day(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Private details do not stay on an officer's phone longer than a day."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await reports_danger(duty.reporter)
        await duty.officer.presses("Tôi tiếp nhận", duty.room)
        await duty.officer.presses("Xem chi tiết", duty.room)
        assert "Phường Ngọc Lâm" in duty.officer.last
        await service.passes(hours=24)
        assert not any(message.protected for message in duty.officer.chat.said)


# --- a case that nobody takes -----------------------------------------------------------------------------------------


async def test_nobody_takes_it(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """After 3, 5 and 10 minutes the room is called again, wider each time, and only the newest card can be pressed."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await reports_danger(duty.reporter)
        assert "VV-2026-0001" not in " ".join(duty.officer.chat.texts)
        for number, minutes in enumerate((3, 5, 10), start=2):
            await service.passes(minutes=minutes)
            assert f"🔔 GỌI LẦN {number}: VV-2026-0001 vẫn chưa ai nhận" in duty.room.last.text
            assert [bool(message.buttons) for message in duty.room.said] == [False] * (number - 1) + [True]
            assert not duty.room.last.silent
        assert "GỌI LẦN 4" in duty.officer.last
        assert "GỌI LẦN 4" in duty.leader.last
        nudged = [text for text in duty.reporter.chat.texts if "Báo Ngay nhắc anh/chị" in text]
        assert len(nudged) == 1
        assert "VV-" not in nudged[0]
        assert (await duty.second.presses("Tôi tiếp nhận", duty.room)).text.startswith("Anh/chị đã nhận VV-2026-0001")
        assert "trước mấy giờ?" in duty.second.last
        await duty.second.says("xong 1")  # whoever has kept what they promised is asked no more
        before = len(duty.room.said)
        await service.passes(hours=3)
        assert len(duty.room.said) == before


# --- rights -----------------------------------------------------------------------------------------------------------


async def test_a_ward_sees_its_own_cases_alone(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """The ward's officer is called and may look; another ward's is not called, and is not even told that the case exists."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await reports_danger(duty.reporter)
        assert "VV-2026-0001" in duty.ward.last
        await duty.ward.presses("Xem chi tiết")
        assert duty.ward.chat.last.protected
        refusal = "Không có vụ này, hoặc anh/chị không được xem. Xin kiểm tra lại số."
        assert await duty.other_ward.says("chitiet 1") == refusal
        assert await duty.other_ward.says("nhan 1") == refusal
        assert await duty.other_ward.says("chitiet 77") == refusal
        assert duty.other_ward.chat.texts == [refusal] * 3


async def test_a_case_about_the_network_goes_to_the_leader_alone(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Somebody of the network is involved: posted cards say no more, room and ward are called no more, the leader alone looks and takes."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await reports_danger(duty.reporter)
        await answers_the_rest(duty.reporter, {"Cụ thể": "số 8", "liên quan cán bộ": "?"}, "liên quan cán bộ")
        await duty.reporter.presses("Có")
        assert duty.room.last.text == duty.ward.last == "VV-2026-0001: đã chuyển nơi khác xử lý. Thẻ này không còn hiệu lực."
        assert duty.room.last.buttons == duty.ward.chat.last.buttons == []
        before = len(duty.room.said), len(duty.ward.chat.said)
        await service.passes(minutes=40)
        assert (len(duty.room.said), len(duty.ward.chat.said)) == before
        assert "không được xem" in await duty.officer.says("chitiet 1")
        await duty.leader.presses("Tôi tiếp nhận")
        (case,) = await service.rows(INCIDENT)
        assert (case.restricted, case.status) == (True, Status.TAKEN)


async def test_an_anonymous_administrator_takes_nothing(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Nobody can tell who pressed, so the press is refused with its reason and the case stays open."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await reports_danger(duty.reporter)
        query = await duty.room.anonymous_admin.presses(duty.room.last, "Tôi tiếp nhận")
        await service.quiet()
        assert "ẩn danh" in query.text
        await duty.room.anonymous_admin.says(duty.room, "/gophong")
        await service.quiet()
        assert "ẩn danh" in duty.room.last.text
        assert [row.status for row in await service.rows(INCIDENT)] == [Status.OPEN]
        assert [row.unbound_at for row in await service.rows(ROOM)] == [None]


async def test_somebody_who_was_cut_off_is_out_at_once(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """/thuhoi: the very next press is refused, what they had taken is called again, and no letter goes there any more."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await reports_danger(duty.reporter)
        await duty.officer.presses("Tôi tiếp nhận", duty.room)
        await duty.admin.says("/thuhoi trực một")
        await duty.admin.presses("Phạm Trực Một")
        await duty.admin.presses("Thu hồi")
        assert "Đã thu hồi tài khoản của Phạm Trực Một" in duty.admin.last
        assert "chưa tham gia" in (await duty.officer.presses("Xem chi tiết", duty.room)).text
        said = len(duty.officer.chat.said)
        await service.passes(minutes=20)
        assert len(duty.officer.chat.said) == said
        assert "Chưa ai nhận" in duty.room.last.text
        assert [row.status for row in await service.rows(INCIDENT)] == [Status.OPEN]


# --- groups and chats that change -------------------------------------------------------------------------------------


async def test_a_group_that_becomes_a_supergroup_stays_the_room(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """The binding follows the group to its new id, and so do the cards."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        group = server.group("Nhóm nhỏ", kind="group")
        await duty.admin.says("/ganphong", group)
        await reports_danger(duty.reporter, ward="")
        assert "VV-2026-0001" in group.last.text
        new = server.migrate(group, duty.admin.person)
        await service.quiet()
        await service.passes(minutes=3)
        assert "GỌI LẦN 2: VV-2026-0001" in new.last.text
        await duty.officer.presses("Tôi tiếp nhận", new)
        assert "Phạm Trực Một" in new.last.text
        assert [row.chat for row in await service.rows(ROOM, ROOM.c.unbound_at.is_(None))] == [str(new.id)]


async def test_a_move_that_was_never_told_is_noticed_by_the_next_letter(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Even where only the refusal of a letter names the group's new id, the letter follows, and the binding with it."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        group = server.group("Nhóm nhỏ", kind="group")
        await duty.admin.says("/ganphong", group)
        new = server.group("Nhóm lớn")
        group.moved_to = new.id
        await reports_danger(duty.reporter, ward="")
        assert "VV-2026-0001" in new.last.text
        assert [row.chat for row in await service.rows(ROOM, ROOM.c.unbound_at.is_(None))] == [str(new.id)]


async def test_thrown_out_of_the_room(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """The administrators hear of it, and open and new cases go to every officer on duty and every administrator privately."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await reports_danger(duty.reporter, ward="")
        await duty.room.kick_bot(duty.leader.person)
        await service.quiet()
        assert any("bị đưa ra khỏi phòng trực" in text for text in duty.admin.chat.texts)
        for phone in (duty.officer, duty.second, duty.admin):
            assert any("VV-2026-0001" in text and "KHẨN CẤP" in text for text in phone.chat.texts)
        await duty.second.presses("Tôi tiếp nhận")
        assert [row.status for row in await service.rows(INCIDENT)] == [Status.TAKEN]


async def test_an_officer_who_blocked_the_bot(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Whoever blocks the bot, told or not, stops nobody else: the call reaches the others, and their own word brings them back."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await duty.room.kick_bot(duty.leader.person)
        await service.quiet()
        await duty.officer.person.blocks()
        duty.admin.chat.bot = "kicked"  # and of this one we are not told
        await service.quiet()
        await reports_danger(duty.reporter, ward="")
        assert "VV-2026-0001" in duty.second.last
        assert "VV-2026-0001" not in " ".join(duty.officer.chat.texts)
        gone = {row.external_id for row in await service.rows(ACCOUNT, ACCOUNT.c.gone_at.is_not(None))}
        assert gone == {"902", "901"}
        await duty.officer.person.unblocks()
        await duty.officer.says("/start")
        await service.passes(minutes=3)
        assert "GỌI LẦN 2" in duty.officer.last


# --- people whom nobody knows -----------------------------------------------------------------------------------------


async def test_a_stranger_hears_the_hotlines_first(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Somebody unknown is answered kindly: 111, 113, 115 before anything else, then three ways on."""
    async with running(server, database_url, tmp_path) as service:
        await on_duty(service)
        stranger = service.phone(77, "Ai đó")
        first = await stranger.says("alo")
        assert first.startswith("111")
        assert [first.index(number) for number in ("111 ", "113 ", "115 ")] == sorted(first.index(n) for n in ("111 ", "113 ", "115 "))
        assert stranger.chat.last.labels == ["Con là trẻ em, con cần giúp", "Báo tin với tư cách người dân", "Tôi có mã"]
        await stranger.presses("Tôi có mã")
        assert "BN-ABCD-EFGH" in stranger.last


async def test_a_child_asks_for_help(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """One tap opens an urgent case; two questions at most, and never a word that was not asked for."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        child = service.phone(78, "?")
        await child.says("cứu con với")
        assert any("Con không có lỗi. Gọi 111, miễn phí." in text for text in child.chat.texts)
        assert "có thể là trẻ em" in duty.room.last.text
        await child.presses("Con không an toàn")
        await child.says("trường Ngọc Lâm")
        said = len(child.chat.said)
        await duty.officer.presses("Tôi tiếp nhận", duty.room)
        await service.passes(hours=30)
        assert len(child.chat.said) == said
        assert [(row.source, row.severity) for row in await service.rows(INCIDENT)] == [("child", "khan_cap")]
        assert "trường" not in " ".join(duty.room.texts)


@SQLITE
async def test_a_citizens_fourth_report_of_a_day_is_bundled(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """Past three a day they come as one quiet message with all their codes, danger still alone; none is dropped."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        citizen = service.phone(79, "Người dân")
        for _ in range(5):
            await cares(duty, 79)
        bundles = [message for message in duty.room.said if "tin nữa từ cùng một người dân" in message.text]
        assert [(message.silent, message.labels) for message in bundles] == [(True, ["VV-2026-0004", "VV-2026-0005"])]
        assert bundles[0].text.startswith("📚 2 tin nữa")
        single = [message for message in duty.room.said if message not in bundles]
        assert sorted({word for m in single for word in m.text.split() if word.startswith("VV-")}) == [f"VV-2026-000{n}" for n in (1, 2, 3)]
        await reports_danger(citizen, ward="")
        assert "KHẨN CẤP · VV-2026-0006" in duty.room.last.text
        assert "người dân, chưa xác minh" in duty.room.last.text
        assert len(await service.rows(INCIDENT)) == 6


async def cares(duty: OnDuty, account: int) -> None:
    """A citizen reports a child that was hurt, and who is safe."""
    citizen = duty.service.phone(account)
    await citizen.says("bao tin")
    answers = {
        "như thế nào": "TẠM AN TOÀN",
        "gặp chuyện gì": "Bạo lực hoặc xâm hại",
        "ai có thể": "Hàng xóm, người quen",
        "sống cùng trẻ": "Không",
        "liên quan cán bộ": "Không",
        "nghe gì": "có tiếng khóc",
    }
    answers |= {"ở phường nào": "Phường Bồ Đề", "Tổ dân phố": "5", "tổ dân phố": "5", "Cụ thể": "ngõ 5", "Có ảnh": "Không có ảnh"}
    await answers_the_rest(citizen, answers | {"Liên lạc lại": "Đừng liên lạc"}, "Anh/chị xem lại rồi gửi")
    await citizen.presses("GỬI NGAY")
    await citizen.presses("Xong")


# --- language ---------------------------------------------------------------------------------------------------------


async def test_the_language_is_the_readers_own(server: TelegramServer, database_url: str, tmp_path: Path) -> None:
    """/ngonngu en switches one reader's texts, in the middle of a report too, and nobody else's."""
    async with running(server, database_url, tmp_path) as service:
        duty = await on_duty(service)
        await duty.reporter.says("báo cáo")
        assert "English from now on" in await duty.reporter.says("/ngonngu en")
        await duty.reporter.presses("ĐANG NGUY HIỂM")
        assert duty.reporter.last.startswith("In which ward did it happen?")
        assert any("The officers on duty of the division have been told." in text for text in duty.reporter.chat.texts)
        assert "KHẨN CẤP" in duty.room.last.text
        rows = await service.rows(ANSWER, ANSWER.c.question == "danger")
        assert len(rows) == 1
