"""The whole story as people see it: the real training room in a process of its own, in a real browser."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Browser, expect

from tests.e2e.browser import RoomPage, needs_chromium, opened
from tests.e2e.serving import Served
from tests.e2e.visiting import ACCOUNT, CHATS, PHONE, PLACE, WINDOW, Shots, asked, danger, visit, year

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_chromium]

SHOWN_PICTURE = "image => image.complete && image.naturalWidth > 100"


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "anh.jpg"
    path.write_bytes(drawn())
    return path


def drawn() -> bytes:
    """A picture that nobody has to be protected from: a door and a window."""
    picture, body = Image.new("RGB", (800, 600), "#c9b79c"), BytesIO()
    ImageDraw.Draw(picture).rectangle((120, 180, 330, 600), "#5b4636")
    ImageDraw.Draw(picture).rectangle((450, 180, 700, 380), "#9cc3d5")
    picture.save(body, "JPEG")
    return body.getvalue()


# --- the story --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [PHONE, WINDOW], ids=["phone", "window"])
async def test_from_the_first_word_to_the_taken_case(room: Served, browser: Browser, photo: Path, size: tuple[int, int]) -> None:
    """A collaborator reports, the room is called and called again, an officer takes the case and sees what was seen."""
    async with visit(room, browser, *size) as page:
        shot = Shots(page, f"story-{size[0]}")
        await report_danger(page, shot)
        await tell_the_rest(page, shot, photo)
        await call_again(page, shot)
        await take(page, shot)
        await read_the_details(page, shot)
        await hear_the_news(page, shot)
        await another_that_nobody_takes(page, shot)
        assert page.complaints == []


async def report_danger(page: RoomPage, shot: Shots) -> None:
    await shot("empty")
    await danger(page)
    alert = page.tab.locator('[data-chat="ctv"] .text', has_text="113 công an, 115 cấp cứu, 111")
    await expect(alert).to_be_in_viewport(ratio=1)
    await page.wait_text("phong-truc", "Chưa ai nhận")
    await shot("danger")
    await page.press("ctv", "Phường Ngọc Lâm")
    await asked(page, "ctv", "Cụ thể ở chỗ nào?")
    await page.say("ctv", PLACE)
    await asked(page, "ctv", "đã gọi điện cho phòng trực")
    assert await page.labels("ctv") == ["Tôi chọn nhầm", "Đã gọi", "Chưa gọi", "Quay lại"]
    await page.press("ctv", "Chưa gọi")
    await page.wait_text("phuong", "Phường Ngọc Lâm")
    card = await page.texts("phong-truc")
    assert (len(card), "Phường Ngọc Lâm" in card[0], "KHẨN CẤP" in card[0]) == (1, True, True)


async def tell_the_rest(page: RoomPage, shot: Shots, photo: Path) -> None:
    await page.press("ctv", "Bạo lực hoặc xâm hại")
    await asked(page, "ctv", "Gần với việc nào nhất?")
    await shot("which")
    await page.press("ctv", "Bạo lực trẻ em")
    for question, choice in (("ai có thể", "Cha"), ("sống cùng trẻ", "Có"), ("liên quan cán bộ", "Không")):
        await asked(page, "ctv", question)
        await page.press("ctv", choice)
    await asked(page, "ctv", "lúc nào")
    await page.say("ctv", "toi qua 8h")
    await page.wait_text("ctv", "20:00")
    await page.say("ctv", ACCOUNT)
    await asked(page, "ctv", "Có ảnh thì gửi")
    await page.photos("ctv", photo)
    await page.wait_text("ctv", "Đã nhận ảnh")
    await shot("photo")
    await page.press("ctv", "Hết ảnh rồi")
    for question, choice in (("có an toàn không", "Có, gọi hay nhắn đều được"), ("biết tên", "Được, cứ nói tên tôi")):
        await asked(page, "ctv", question)
        await page.press("ctv", choice)
    await page.wait_text("ctv", "xem lại rồi gửi")
    await shot("review")
    await page.press("ctv", "GỬI NGAY")
    await page.wait_text("ctv", f"Mã vụ việc: VV-{await year(page)}-0001")
    await shot("sent")


async def call_again(page: RoomPage, shot: Shots) -> None:
    """Three minutes: nobody has taken it, the room is called a second time, the reporter is told not to wait."""
    await page.move_clock(3)
    await page.wait_text("phong-truc", "GỌI LẦN 2")
    await page.wait_text("ctv", "113/115 và trực ban")
    await page.show("phong-truc")
    await shot("called-again")
    assert (await page.labels("phong-truc")) == ["Tôi tiếp nhận", "Xem chi tiết"]
    ward = await page.texts("phuong")
    assert ("KHẨN CẤP" in " ".join(ward), PLACE in " ".join(ward)) == (True, False)


async def take(page: RoomPage, shot: Shots) -> None:
    """B looks first, A takes, B's press comes too late and is answered kindly."""
    await page.press("phong-truc", "Xem chi tiết", "truc-b")
    assert "tin nhắn riêng" in await page.toast("phong-truc")
    await page.wait_text("truc-b", PLACE)
    await page.press("phong-truc", "Tôi tiếp nhận", "truc-a")
    await page.wait_text("phong-truc", "Cán bộ trực A đã nhận lúc")
    await page.show("phong-truc")
    await shot("taken")
    assert await page.labels("phong-truc") == ["Xem chi tiết"]
    await page.press("truc-b", "Tôi tiếp nhận")
    assert "Cán bộ trực A" in await page.toast("truc-b")


async def read_the_details(page: RoomPage, shot: Shots) -> None:
    await page.press("truc-a", "Xem chi tiết")
    await page.wait_text("truc-a", ACCOUNT)
    await shot("details")
    pictures = page.tab.locator('[data-chat="truc-a"] .files img')
    assert await pictures.count() == 0
    await page.press("truc-a", "Ảnh và ghi âm (1)")
    await expect(pictures).to_have_count(1)
    await pictures.scroll_into_view_if_needed()
    await expect(pictures).to_have_js_property("complete", True)
    assert await pictures.evaluate(SHOWN_PICTURE)
    await shot("picture")


async def hear_the_news(page: RoomPage, shot: Shots) -> None:
    """Somebody else may hold the phone: the news says nothing until it is asked for."""
    await asked(page, "ctv", "Bạn có tin mới, nhắn XEM")
    assert "VV-" not in await page.last_text("ctv")
    await page.say("ctv", "xem")
    await asked(page, "ctv", "đã có cán bộ tiếp nhận")
    await shot("news")


async def another_that_nobody_takes(page: RoomPage, shot: Shots) -> None:
    """A second report is broken off after the first tap: whether it is safe to write was not asked yet, so nothing of it is written."""
    await danger(page)
    await page.move_clock(3)
    await page.wait_text("phong-truc", f"GỌI LẦN 2: VV-{await year(page)}-0002")
    await asked(page, "ctv", "111, 113, 115")
    assert "VV-" not in await page.last_text("ctv")
    await page.show("ctv")
    await shot("not-taken")


# --- somebody unknown -------------------------------------------------------------------------------------------------


async def test_a_child_writes(room: Served, browser: Browser) -> None:
    """Two questions at most, and the room is called at once."""
    async with visit(room, browser, *PHONE) as page:
        await page.say("nguoi-la", "alo")
        await asked(page, "nguoi-la", "Báo Ngay giúp được gì ạ?")
        await page.shot("child-1-hello")
        await page.press("nguoi-la", "Con là trẻ em, con cần giúp")
        await asked(page, "nguoi-la", "con có an toàn không")
        await page.wait_text("phong-truc", "có thể là trẻ em")
        await page.shot("child-2-first")
        await page.press("nguoi-la", "Con không an toàn")
        await asked(page, "nguoi-la", "Con đang ở đâu?")
        await page.say("nguoi-la", "con o gan truong Ngoc Lam")
        await asked(page, "nguoi-la", "Cảm ơn con")
        await page.shot("child-3-thanks")
        assert "KHẨN CẤP" in (await page.texts("phong-truc"))[0]
        assert "Con không có lỗi. Gọi 111, miễn phí." in (await page.texts("nguoi-la"))[3]


async def test_a_citizen_reports(room: Served, browser: Browser) -> None:
    """The same dialogue, and the card says that nobody knows who it was."""
    async with visit(room, browser) as page:
        await page.say("nguoi-la", "xin chào")
        await asked(page, "nguoi-la", "Báo Ngay giúp được gì ạ?")
        await page.press("nguoi-la", "Báo tin với tư cách người dân")
        await asked(page, "nguoi-la", "Trẻ đang như thế nào?")
        await page.press("nguoi-la", "ĐANG NGUY HIỂM")
        await page.wait_text("phong-truc", "người dân, chưa xác minh")


# --- breaks -----------------------------------------------------------------------------------------------------------


async def test_nothing_is_lost_by_a_reload_or_a_restart(room: Served, browser: Browser, photo: Path) -> None:
    """In the middle of a report: the page is loaded again, the process ends and starts, and the dialogue goes on where it stood."""
    async with visit(room, browser, *PHONE) as page:
        await danger(page)
        await page.photos("ctv", photo)
        await page.wait_text("ctv", "Đã nhận ảnh")
        before = {chat: await page.texts(chat) for chat in CHATS}
        await page.reload()
        assert {chat: await page.texts(chat) for chat in CHATS} == before
        await stored(room, page)
        assert await room.stop() == 0
        await page.say("ctv", "ngoc lam")
        await page.tab.get_by_role("button", name="Chưa gửi được, bấm để gửi lại").wait_for()
        await page.shot("break-1-down")
        await room.start()
        await expect(page.tab.locator("#notice")).not_to_contain_text("Mất kết nối")
        await page.tab.get_by_role("button", name="Chưa gửi được, bấm để gửi lại").click()
        await page.wait_text("ctv", "Đã ghi: Phường Ngọc Lâm")
        await expect(page.tab.locator('[data-chat="ctv"] .files img')).to_have_js_property("naturalWidth", 800)
        assert (await page.texts("ctv"))[: len(before["ctv"])] == before["ctv"]
        assert await page.texts("phong-truc") == [before["phong-truc"][0].replace("chưa rõ phường", "Phường Ngọc Lâm")]
        await page.shot("break-2-up")


async def stored(room: Served, page: RoomPage) -> None:
    """Until the picture is kept: an upload that nobody has fetched ends with the process, and is then asked for again."""
    folder = room.folder / "training" / "attachments"
    for _ in range(100):
        if folder.exists() and any(not path.name.endswith(".part") for path in folder.iterdir()):
            return
        await page.tab.wait_for_timeout(50)
    raise AssertionError("the picture was never stored")


async def test_start_again_asks_once_and_empties_every_phone(room: Served, browser: Browser) -> None:
    """In the middle of a report, with a second tab open."""
    async with visit(room, browser) as page, opened(room.url, browser) as other:
        await other.open(*PHONE)
        await danger(page)
        await other.wait_text("phong-truc", "Chưa ai nhận")
        await page.tab.locator("#again").click()
        await page.shot("again-dialog")
        await page.tab.get_by_role("button", name="Thôi", exact=True).click()
        assert len(await page.texts("phong-truc")) == 1
        await page.start_again()
        for each in (page, other):
            await expect(each.tab.locator(".message")).to_have_count(0)
        await page.say("ctv", "1")
        await asked(page, "ctv", "cần làm gì")


async def test_nervous_fingers(room: Served, browser: Browser) -> None:
    """A double tap is one answer, and a case that is taken twice by one hand is taken once."""
    async with visit(room, browser) as page:
        await page.say("ctv", "bao cao")
        await page.tab.get_by_role("button", name="ĐANG NGUY HIỂM").dblclick()
        await asked(page, "ctv", "ở phường nào")
        await page.tab.locator("#chat-phong-truc").get_by_role("button", name="Tôi tiếp nhận").dblclick()
        await page.wait_text("phong-truc", "đã nhận lúc")
        assert [text for text in await page.texts("ctv") if text == "ĐANG NGUY HIỂM"] == ["ĐANG NGUY HIỂM"]
        assert [text for text in await page.texts("phong-truc") if text == "Tôi tiếp nhận"] == ["Tôi tiếp nhận"]


async def test_a_very_long_story_is_sent_whole(room: Served, browser: Browser) -> None:
    """Ten thousand letters go as several messages, as the messengers do it; an empty one goes nowhere."""
    async with visit(room, browser) as page:
        words = " ".join(f"chữ{number}" for number in range(1600))
        await page.say("ctv", "   ")
        await page.say("ctv", words)
        await page.wait_text("ctv", "chữ1599")
        mine = await page.tab.locator('[data-chat="ctv"] .message.out .text').all_text_contents()
        assert (" ".join(mine), max(map(len, mine)) <= 4096) == (words, True)


# --- without a mouse, without seeing ----------------------------------------------------------------------------------


async def test_a_question_is_answered_by_keyboard_alone(room: Served, browser: Browser) -> None:
    """Tab and Enter from the top of the page to the answer; the focus is not lost when the choices go."""
    async with visit(room, browser) as page:
        keyboard = page.tab.keyboard
        await keyboard.press("Tab")
        await expect(page.tab.get_by_role("link", name="Tới các điện thoại")).to_be_focused()
        await keyboard.press("Enter")
        await tab_to(page, "Báo cáo")
        await keyboard.press("Enter")
        await asked(page, "ctv", "Trẻ đang như thế nào?")
        await tab_to(page, "TẠM AN TOÀN")
        await keyboard.press("Enter")
        await asked(page, "ctv", "Trẻ gặp chuyện gì?")
        assert await page.tab.evaluate("document.activeElement.getAttribute('role')") == "log"
        await tab_to(page, "Tai nạn thương tích")
        await page.shot("keyboard-focus")


async def tab_to(page: RoomPage, label: str) -> None:
    for _ in range(12):
        await page.tab.keyboard.press("Tab")
        if await page.tab.evaluate("document.activeElement.textContent.trim()") == label:
            return
    raise AssertionError(f"{label!r} is not within twelve tabs")


async def test_a_screen_reader_hears_what_happens(room: Served, browser: Browser) -> None:
    """Every phone is a named log that is read aloud as it grows; choices are a named group; toasts and notices are said."""
    async with visit(room, browser) as page:
        await danger(page)
        tab = page.tab
        logs = tab.get_by_role("log")
        assert await logs.evaluate_all("all => all.map((log) => [log.ariaLabel, log.ariaLive])") == [
            ["Cộng tác viên", "polite"], ["Phòng trực", "polite"], ["Cán bộ phường", "polite"]
        ]  # fmt: skip
        assert await tab.evaluate("document.documentElement.lang") == "vi"
        await expect(tab.get_by_role("tab", name="Cộng tác viên")).to_have_attribute("aria-selected", "true")
        await expect(tab.get_by_role("tabpanel", name="Phòng trực")).to_be_visible()
        await expect(tab.locator("#chat-ctv").get_by_role("group", name="Các lựa chọn").last).to_be_visible()
        await expect(tab.get_by_role("textbox", name="Nhắn tin, Cộng tác viên")).to_be_visible()
        await expect(tab.locator("#chat-ctv article").last).to_contain_text("Báo Ngay")
        assert await tab.locator(".toast, #notice").evaluate_all("all => [...new Set(all.map((one) => one.role))]") == ["status"]
        await expect(tab.get_by_role("combobox", name="Đang là")).to_be_visible()
