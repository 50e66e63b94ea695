"""A forgotten case, told to its end on a phone: nobody takes it, somebody takes it and forgets it, somebody sees it through. Then a drill."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browser import RoomPage, needs_chromium
from tests.e2e.serving import Served
from tests.e2e.visiting import PHONE, PLACE, Shots, asked, danger, visit, year

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_chromium]

# What an officer writes down: it stays with the case, and no group may ever show it.
SPOKEN = "Tôi đã gọi chị phụ trách trẻ em phường, chị đang đến nhà"
NOTE = "Trẻ đang ở với bà ngoại"


async def test_a_forgotten_case_is_told_to_its_end(room: Served, browser: Browser) -> None:
    """No step of it is silent: whoever does nothing is asked, others are called, and the morning's numbers hold all of it."""
    async with visit(room, browser, *PHONE) as page:
        shot = Shots(page, "forgotten")
        await at_nine(page)
        await report(page)
        await nobody_takes_it(page, shot)
        await taken_and_forgotten(page, shot)
        await called_again(page, shot)
        await another_takes_it(page, shot)
        await what_was_done_is_written_down(page, shot)
        await closed(page, shot)
        await next_morning(page, shot)
        await drill(page, shot)
        said = " ".join(await page.texts("phong-truc"))
        assert (SPOKEN in said, NOTE in said, PLACE in said, page.complaints) == (False, False, False, [])


# --- the clock --------------------------------------------------------------------------------------------------------


async def tomorrow_at_seven(page: RoomPage) -> None:
    await page.open_clock()
    before = await page.clock()
    await page.tab.locator("#clock-morning").click()
    await expect(page.tab.locator("#clock-now")).not_to_have_text(before)
    await expect(page.tab.locator("#clock-now")).to_contain_text("07:00")
    await expect(page.tab.locator("#clock")).not_to_have_attribute("aria-busy", "true", timeout=60_000)
    await expect(page.tab.locator("#clock-panel")).to_be_hidden()  # it folds by itself, and would fold again under the next press


async def at_nine(page: RoomPage) -> None:
    """By daylight, whenever the test runs."""
    await tomorrow_at_seven(page)
    await page.move_clock(120)


async def wait(page: RoomPage, minutes: int) -> None:
    """By the buttons, to the second: the field for a date and an hour knows minutes only, and what is due at 9:33:20 is not due at 9:33."""
    for step in (10, 3, 1):
        for _ in range(minutes // step):
            await page.move_clock(step)
        minutes %= step


# --- nobody -----------------------------------------------------------------------------------------------------------


async def report(page: RoomPage) -> None:
    await danger(page)
    await page.press("ctv", "Phường Ngọc Lâm")
    await asked(page, "ctv", "Cụ thể ở chỗ nào?")
    await page.say("ctv", PLACE)
    await asked(page, "ctv", "đã gọi điện cho phòng trực")
    await page.press("ctv", "Chưa gọi")
    await page.wait_text("phong-truc", "Gọi Phòng: CHƯA GỌI")


async def nobody_takes_it(page: RoomPage, shot: Shots) -> None:
    """After 3, 5 and 10 minutes: the room again, then every duty officer, then the leader too."""
    call = f"VV-{await year(page)}-0001 vẫn chưa ai nhận"
    for number, minutes, called in ((2, 3, ("truc-a", "truc-b")), (3, 5, ("truc-a", "truc-b")), (4, 10, ("truc-a", "truc-b", "lanh-dao"))):
        await wait(page, minutes)
        for chat in ("phong-truc", "phuong", *called):
            await page.wait_text(chat, f"GỌI LẦN {number}: {call}")
        if "lanh-dao" not in called:
            assert call not in " ".join(await page.texts("lanh-dao"))
    await page.show("lanh-dao")
    await shot("leader-called")
    assert await page.labels("lanh-dao") == ["Tôi tiếp nhận", "Xem chi tiết"]


# --- taken, and forgotten ---------------------------------------------------------------------------------------------


async def taken_and_forgotten(page: RoomPage, shot: Shots) -> None:
    """A promise has an hour. When it has come, its holder is asked, once."""
    await page.press("phong-truc", "Tôi tiếp nhận", "truc-a")
    await page.wait_text("phong-truc", "Cán bộ trực A đã nhận lúc")
    await asked(page, "truc-a", "việc đầu tiên anh/chị làm là gì")
    await page.press("truc-a", "Gọi lại người báo trong 15 phút")
    await asked(page, "truc-a", "Đã ghi cho")
    await shot("promised")
    await wait(page, 15)
    await asked(page, "truc-a", "anh/chị hẹn «Gọi lại người báo trong 15 phút»")
    assert "Sau 5 phút chưa thấy trả lời" in await page.last_text("truc-a")
    await page.show("truc-a")
    await shot("asked-once")


async def called_again(page: RoomPage, shot: Shots) -> None:
    """The room sees that it needs somebody again; nobody is blamed, and the one who forgot may come back."""
    await wait(page, 5)
    await page.wait_text("phong-truc", "người nhận có thể đang bận, chưa thấy trả lời")
    await asked(page, "truc-a", "đang gọi thêm người khác")
    reminders = [text for text in await page.texts("truc-a") if "Đã xong chưa?" in text]
    assert (len(reminders), await page.labels("phong-truc")) == (1, ["Tôi tiếp nhận", "Xem chi tiết"])
    await page.show("phong-truc")
    await shot("opened-again")


# --- seen through -----------------------------------------------------------------------------------------------------


async def another_takes_it(page: RoomPage, shot: Shots) -> None:
    await page.press("phong-truc", "Tôi tiếp nhận", "truc-b")
    await page.wait_text("phong-truc", "Cán bộ trực B đã nhận lúc")
    await asked(page, "truc-b", "việc đầu tiên anh/chị làm là gì")
    await page.press("truc-b", "Báo công an ngay")
    await asked(page, "truc-b", "Đã ghi cho")
    await shot("taken-by-another")


async def what_was_done_is_written_down(page: RoomPage, shot: Shots) -> None:
    """The telephone report: what and when, one look. Then the promise is kept."""
    await page.say("truc-b", "/xacnhan 1")
    await asked(page, "truc-b", "đã làm xong việc nào?")
    await shot("which-duty")
    await page.press("truc-b", "Báo ngay bằng điện thoại")
    await asked(page, "truc-b", "ai đã gọi, nói với ai, lúc nào")
    await page.say("truc-b", SPOKEN)
    await asked(page, "truc-b", "Đã làm lúc nào?")
    before = await page.clock()
    await page.say("truc-b", "vừa xong")
    await asked(page, "truc-b", "Như vậy đúng chưa")
    look, now = await page.last_text("truc-b"), {before[-5:], (await page.clock())[-5:]}
    assert (SPOKEN in look, any(f", {hour}" in look for hour in now)) == (True, True)
    await shot("one-look")
    await page.press("truc-b", "Đúng, xác nhận")
    await asked(page, "truc-b", "đã ghi nhận xong việc: Báo ngay bằng điện thoại")
    await page.say("truc-b", "xong 1")
    await asked(page, "truc-b", "vẫn do anh/chị giữ")
    await shot("promise-kept")


async def closed(page: RoomPage, shot: Shots) -> None:
    """The leader closes it, with a reason; what the law still asks for is named first."""
    await page.say("lanh-dao", "/dong 1")
    await asked(page, "lanh-dao", "Vì sao đóng")
    await page.press("lanh-dao", "Đã can thiệp xong, trẻ an toàn")
    await asked(page, "lanh-dao", "ghi thêm gì không")
    await page.say("lanh-dao", NOTE)
    await asked(page, "lanh-dao", "Còn 2 việc chưa xong")
    assert "Báo ngay bằng điện thoại" not in await page.last_text("lanh-dao")
    await shot("still-to-be-done")
    await page.press("lanh-dao", "Đóng")
    await asked(page, "lanh-dao", "Đã đóng VV-")
    await asked(page, "truc-b", "Lãnh đạo phòng trực đã đóng VV-")
    await page.wait_text("phong-truc", "Đã kết thúc")
    await page.show("phong-truc")
    await shot("closed")
    assert await page.labels("phong-truc") == []


# --- the next morning -------------------------------------------------------------------------------------------------


async def next_morning(page: RoomPage, shot: Shots) -> None:
    """At 7:30: one was received, one is closed, nothing is open."""
    await tomorrow_at_seven(page)
    await page.move_clock(30)
    await asked(page, "phong-truc", "Từ trước đến nay: nhận 1 = đã đóng 1 + đang mở 0")
    morning = await page.last_text("phong-truc")
    assert (morning[2:].startswith("Đối soát 07:30"), "KHÔNG KHỚP" in morning, "Không có vụ việc nào đang mở" in morning) == (
        True,
        False,
        True,
    )
    await page.show("phong-truc")
    await shot("reconciled")


async def drill(page: RoomPage, shot: Shots) -> None:
    """The whole chain is tried, everything is marked, and the report names the weakest link."""
    before = len(await page.texts("phuong"))
    await page.say("lanh-dao", "/dientap")
    await asked(page, "lanh-dao", "Diễn tập: phòng trực được gọi")
    await page.press("lanh-dao", "Bắt đầu diễn tập")
    await asked(page, "phong-truc", "DIỄN TẬP · ")
    await wait(page, 3)
    await asked(page, "phong-truc", "GỌI LẦN 2")
    await page.show("phong-truc")
    await shot("drill")
    await page.press("phong-truc", "Tôi tiếp nhận", "truc-a")
    await asked(page, "truc-a", "việc đầu tiên anh/chị làm là gì")
    await page.press("truc-a", "Báo công an ngay")
    for chat in ("phong-truc", "lanh-dao"):
        await asked(page, chat, "Mắt xích yếu nhất: từ lúc có tin đến lúc có người nhận")
    await page.show("phong-truc")
    await shot("drill-report")
    said = [text for text in (await page.texts("truc-a"))[-3:] if f"VV-{await year(page)}-0002" in text]
    assert ([text for text in said if not text.startswith("DIỄN TẬP")], len(await page.texts("phuong"))) == ([], before)
