"""The plan in the training room: the room begins on 3 May 2021, the ward officer hands in the 6-month report by chat, on a phone, the
division sees it and accepts it."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browser import RoomPage, needs_chromium
from tests.e2e.serving import Served
from tests.e2e.visiting import PHONE, PLACE, Shots, asked, danger, visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_chromium]

# Two of the answers do not add up or stand out; they are not among these.
BLOCKS = {
    "Trẻ em dưới 16 tuổi": "3000 1500 1500 2950 100",
    "Trẻ em dưới 6 tuổi": "900 450 450 880",
    "Trẻ em có hoàn cảnh đặc biệt": "40 40 5",
    "14 nhóm (1–7)": "3 0 1 20 0 0 0",
    "14 nhóm (8–14)": "0 1 0 0 0 12 3",
    "Xâm hại trẻ em": "1 1 1",
    "Tai nạn, thương tích": "4 0 120",
    "Mạng lưới, truyền thông": "14 6 400",
    "Kinh phí": "50 10,5",
}
REASON = "Vụ này do công an phường báo thẳng lên quận, phường chưa tính."


async def test_the_room_begins_on_a_day_of_the_plan(room: Served, browser: Browser) -> None:
    """The dialog offers a week before the 6-month report's date; then the ward owes it and has six days left; no later date is overdue."""
    async with visit(room, browser, *PHONE) as page:
        await page.open_clock()
        await page.tab.locator("#begin").click()
        await expect(page.tab.locator("#begin-shown")).to_have_text("Thứ Hai 03/05/2021 07:00")
        await page.tab.locator("#begin-dialog button[value=yes]").click()
        await expect(page.tab.locator("#clock-now")).to_have_text("Thứ Hai 03/05/2021 07:00")
        await page.show("phuong")
        await page.tab.locator("#chat-phuong").get_by_role("button", name="/nopbaocao").click()
        await asked(page, "phuong", "Bộ chỉ tiêu, 6 tháng năm 2021")
        assert "hạn hết ngày 9/5/2021, còn 6 ngày" in await page.last_text("phuong")
        await page.shot("plan-1-owed")


async def test_the_ward_is_reminded_on_the_next_working_morning(room: Served, browser: Browser) -> None:
    """Monday 3 May 2021 is a day off in lieu: the digest comes on Tuesday at eight, one letter with all that is owed, and the report can be begun
    from it."""
    async with visit(room, browser, *PHONE) as page:
        await page.begin("2021-05-03")
        await to(page, "2021-05-04T07:59")
        assert await page.texts("phuong") == []
        await page.open_clock()
        await page.tab.locator("#clock-next").click()
        await page.wait_text("phuong", "Báo cáo cần nộp")
        await expect(page.tab.locator("#clock-now")).to_have_text("Thứ Ba 04/05/2021 08:00")
        digests = await page.texts("phuong")
        assert (len(digests), "hạn hết ngày 9/5/2021, còn 5 ngày" in digests[0]) == (1, True)
        await page.show("phuong")
        await page.shot("plan-3-digest")
        await page.tab.locator("#chat-phuong .answer").nth(1).click()
        await asked(page, "phuong", "Bộ chỉ tiêu, 6 tháng năm 2021")


async def to(page: RoomPage, moment: str) -> None:
    await page.open_clock()
    await page.tab.locator("#clock-to").fill(moment)
    async with page.tab.expect_response("**/api/clock"):
        await page.tab.locator("#clock-form button").click()
    await expect(page.tab.locator("#clock")).not_to_have_attribute("aria-busy", "true")


async def test_a_year_of_the_plan_passes_in_moves(room: Served, browser: Browser) -> None:
    """Ninety days forward by one button: the room stays usable and its mornings are all there."""
    async with visit(room, browser, *PHONE) as page:
        await page.begin("2021-05-03")
        await page.move_clock(129_600)
        assert await page.clock() == "Chủ nhật 01/08/2021 07:00"
        mornings = [text for text in await page.texts("phong-truc") if "Đối soát" in text]
        assert len(mornings) == 90
        await page.shot("plan-2-ninety-days")


async def test_the_six_month_report_by_chat(room: Served, browser: Browser) -> None:
    """In blocks of figures: a sum that cannot be is asked again, a figure that stands out gets its reason, the review shows all, the receipt the
    time; the room is told of it."""
    async with visit(room, browser, *PHONE) as page:
        shot = Shots(page, "plan-chat")
        number = await six_months(page, shot)
        await a_case_that_the_ward_does_not_count(page)
        await page.say("phuong", f"nop {number}")
        await asked(page, "phuong", "nộp bằng cách nào?")
        await page.press("phuong", "Trả lời tại đây, từng phần")
        await figures(page, shot)
        for question, choice in (("văn bản của đơn vị", "Không gửi tệp"), ("cần nói thêm", "Không có gì thêm"), ("ngày nào", "Hôm nay")):
            await asked(page, "phuong", question)
            await page.press("phuong", choice)
        await asked(page, "phuong", "xem lại rồi nộp")
        review = await page.last_text("phuong")
        assert ("tổng số 3.000" in review, "có thẻ BHYT 880" in review, "xã hội hóa 10,5" in review) == (True, True, True)
        await shot("review")
        await hand_in(page, shot, number)
        await accept(page, shot, number)
        assert page.complaints == []


async def six_months(page: RoomPage, shot: Shots) -> str:
    """Begin on 3 May 2021; the number of the ward's 6-month report."""
    await page.begin("2021-05-03")
    await page.say("phuong", "/nopbaocao")
    await asked(page, "phuong", "6 tháng năm 2021")
    await shot("owed")
    found = re.search(r"6 tháng năm 2021 \(BC-(\d+)\)", await page.last_text("phuong"))
    assert found is not None
    return found[1]


async def a_case_that_the_ward_does_not_count(page: RoomPage) -> None:
    """Reported by a collaborator this very day, taken by an officer."""
    await danger(page)
    await page.press("ctv", "Phường Ngọc Lâm")
    await asked(page, "ctv", "Cụ thể ở chỗ nào?")
    await page.say("ctv", PLACE)
    await asked(page, "ctv", "đã gọi điện cho phòng trực")
    await page.press("ctv", "Chưa gọi")
    await asked(page, "ctv", "Trẻ gặp chuyện gì?")
    await page.press("ctv", "Bạo lực hoặc xâm hại")
    await asked(page, "ctv", "Gần với việc nào nhất?")
    await page.press("ctv", "Bạo lực trẻ em")
    await page.press("phong-truc", "Tôi tiếp nhận", "truc-a")
    await page.wait_text("phong-truc", "đã nhận lúc")


async def figures(page: RoomPage, shot: Shots) -> None:
    """Every block in one message; two slips on the way."""
    for block, numbers in BLOCKS.items():
        await asked(page, "phuong", block)
        if block == "Trẻ em dưới 16 tuổi":
            await page.say("phuong", "3000 1500 1400 2950 100")
            await asked(page, "phuong", "nam + nữ = 2.900, còn “tổng số” đang là 3.000")
            await shot("wrong-sum")
            await page.say("phuong", "3000 1500 1500")
        elif block == "Xâm hại trẻ em":
            await page.say("phuong", "0 0 0")
            await asked(page, "phuong", "cho biết vì sao")
            await shot("stands-out")
            await page.say("phuong", REASON)
        else:
            await page.say("phuong", numbers)


async def hand_in(page: RoomPage, shot: Shots, number: str) -> None:
    await page.press("phuong", "NỘP")
    await asked(page, "phuong", "ĐÚNG HẠN")
    assert "Thứ Hai 3/5/2021" in await page.last_text("phuong")
    await shot("receipt")
    await page.wait_text("phong-truc", f"BC-{number} đã nộp")
    await page.show("phong-truc")
    await shot("room")
    assert REASON not in " ".join(await page.texts("phong-truc"))


async def accept(page: RoomPage, shot: Shots, number: str) -> None:
    """By an officer, from the card in the room; the ward is told."""
    await page.press("phong-truc", "Chấp nhận", "truc-a")
    await page.wait_text("phuong", f"BC-{number} Ngọc Lâm: Bộ chỉ tiêu, 6 tháng năm 2021 đã được chấp nhận")
    await page.show("phong-truc")
    await shot("accepted")
    await page.show("phuong")
    await shot("told")
    await page.say("phuong", "/nopbaocao")
    await asked(page, "phuong", "Kế hoạch của phường")
    assert f"BC-{number}" not in await page.last_text("phuong")
