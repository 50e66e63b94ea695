"""The clock of the page over days and years: start again on a day, move to a day, to what is due next, long moves that show and can be stopped."""

import asyncio
import itertools
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from bot.channels.web.contract import Onward
from tests.bot.channels.web.stage import START, Stage
from tests.bot.channels.web.test_page import PHONE, WINDOW, visit
from tests.e2e.browser import RoomPage, needs_chromium

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_chromium]


async def told(page: RoomPage, sentence: str) -> None:
    await expect(page.tab.locator("#notice")).to_have_text(sentence)


@pytest.mark.parametrize("size", [PHONE, WINDOW], ids=["phone", "window"])
async def test_start_again_on_the_day_that_the_plan_suggests(browser: Browser, size: tuple[int, int]) -> None:
    """The dialog offers it, says it in words, and empties every phone only after it was confirmed."""
    async with visit(browser, *size) as (stage, page):
        await page.say("ctv", "xin chào")
        await page.wait_text("ctv", "Chưa hiểu")
        await page.open_clock()
        await page.tab.locator("#begin").click()
        await expect(page.tab.locator("#begin-shown")).to_have_text("Thứ Hai 03/05/2021 07:00")
        await page.shot(f"clock-1-begin-{size[0]}")
        assert await page.faults() == []
        await page.tab.locator("#begin-dialog").get_by_role("button", name="Thôi").click()
        assert (stage.room.starts, len(await page.texts("ctv"))) == (0, 2)
        await page.begin("2021-05-03")
        assert (await page.clock(), await page.texts("ctv")) == ("Thứ Hai 03/05/2021 07:00", [])
        await told(page, "Đã bắt đầu lại từ: Thứ Hai 03/05/2021 07:00")
        assert page.complaints == []


async def test_start_again_by_keyboard_alone(browser: Browser) -> None:
    """From the button to the date, the time, and back to the page; every field has a name."""
    async with visit(browser) as (_, page):
        await page.tab.locator("#begin").focus()
        await page.tab.keyboard.press("Enter")
        dialog = page.tab.get_by_role("dialog", name="Bắt đầu lại từ ngày…")
        await expect(dialog.get_by_label("Ngày")).to_be_focused()
        await page.tab.keyboard.type("05032021")
        await expect(dialog.get_by_label("Giờ")).to_have_value("07:00")
        await expect(dialog.locator("#begin-shown")).to_have_text("Thứ Hai 03/05/2021 07:00")
        await page.tab.keyboard.press("Escape")
        await expect(page.tab.locator("#begin")).to_be_focused()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2019-12-31", "Phòng tập huấn chỉ dùng ngày từ năm 2020 đến hết năm 2035."),
        ("2036-01-01", "Phòng tập huấn chỉ dùng ngày từ năm 2020 đến hết năm 2035."),
        ("", "Chưa đọc được ngày giờ này."),
    ],
)
async def test_a_day_that_cannot_be_is_refused_in_plain_words(browser: Browser, day: str, said: str) -> None:
    """And nothing is erased."""
    async with visit(browser, *PHONE) as (stage, page):
        await page.begin(day)
        await told(page, said)
        assert stage.room.starts == 0


async def test_a_day_of_the_past_says_how_to_get_there(browser: Browser) -> None:
    """The clock stays; the dialog that can do it offers the day that was typed."""
    async with visit(browser, *PHONE) as (_, page):
        await page.open_clock()
        await page.tab.locator("#clock-to").fill("2022-03-01T08:00")
        await page.tab.locator("#clock-form button").click()
        await told(page, "Đồng hồ chỉ chạy tới. Muốn quay lại, hãy bắt đầu lại từ ngày đó.")
        await page.shot("clock-2-backward")
        assert (await page.clock(), await page.tab.locator("#begin-shown").text_content()) == (
            "Thứ Hai 23/11/2026 10:32",
            "Thứ Ba 01/03/2022 08:00",
        )


async def test_what_the_field_offers_can_be_gone_to(browser: Browser) -> None:
    """It knows minutes only, so it offers the next whole one: never the minute that has begun."""
    async with visit(browser) as (stage, page):
        stage.room.time = START + timedelta(seconds=42)
        await page.reload()
        await page.tab.locator("#clock-form button").click()
        await expect(page.tab.locator("#clock-now")).to_have_text("Thứ Hai 23/11/2026 10:33")


async def test_by_days_to_a_day_and_to_what_is_due_next(browser: Browser) -> None:
    """Buttons for days, the field for a day ahead, a button for whatever comes next; and a sentence where nothing does."""
    async with visit(browser, *PHONE) as (stage, page):
        for minutes, expected in ((1440, "Thứ Ba 24/11/2026 10:32"), (43200, "Thứ Năm 24/12/2026 10:32")):
            await page.move_clock(minutes)
            assert await page.clock() == expected
        await page.tab.locator("#clock-to").fill("2027-03-08T07:00")
        await page.tab.locator("#clock-form button").click()
        await expect(page.tab.locator("#clock-now")).to_have_text("Thứ Hai 08/03/2027 07:00")
        for at, said in ((stage.room.time + timedelta(hours=1), "Đồng hồ tập huấn: Thứ Hai 08/03/2027 08:00"), (None, "Chưa có việc nào")):
            stage.room.next = at
            await page.open_clock()
            await page.tab.get_by_role("button", name="Chuyển đồng hồ đến việc kế tiếp tới hạn").click()
            await expect(page.tab.locator("#notice")).to_contain_text(said)


@pytest.mark.parametrize("size", [PHONE, WINDOW], ids=["phone", "window"])
async def test_a_long_move_is_shown_and_can_be_stopped(browser: Browser, size: tuple[int, int]) -> None:
    """How far it is, to where, in every open page; whoever stops it stays where it was."""
    async with visit(browser, *size) as (stage, page):
        days(stage)
        await page.open_clock()
        await page.tab.locator('[data-plus="129600"]').click()
        stop = page.tab.get_by_role("button", name="Dừng đồng hồ ở đây")
        await stop.wait_for()
        await expect(page.tab.locator("#clock-moving")).to_contain_text("Đang chạy tới 21/02/2027…")
        await expect(page.tab.get_by_role("progressbar", name="Đang chạy tới 21/02/2027…")).to_be_visible()
        await page.shot(f"clock-3-moving-{size[0]}")
        assert await page.faults() == []
        await page.say("ctv", "xin chào")
        await page.wait_text("ctv", "Chưa hiểu")
        await stop.click()
        await expect(page.tab.locator("#clock-moving")).to_be_hidden()
        await expect(page.tab.locator("#notice")).to_contain_text("Đã dừng đồng hồ: ")
        assert START < stage.room.time < START + timedelta(days=90)


def days(stage: Stage) -> None:
    """A move that takes a while, in steps of a day, and comes near its end only when it is stopped."""

    async def move(to: object, onward: Onward) -> None:
        for day in itertools.count():
            await asyncio.sleep(0.1)
            stage.room.time += timedelta(days=1 if day < 80 else 0)
            if not onward():
                return

    stage.room.move = move  # type: ignore[method-assign]
