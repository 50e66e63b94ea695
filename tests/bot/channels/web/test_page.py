"""The page in a real browser, with a few fixed answers behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from models.talk import LetterKind
from tests.bot.channels.web.demo import Demo, picture
from tests.bot.channels.web.stage import Stage, training_room
from tests.e2e.browser import RoomPage, Scheme, needs_chromium, opened

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_chromium]

PHONE, WINDOW = (360, 740), (1280, 800)
LOOKS: list[tuple[int, int, Scheme]] = [(*PHONE, "light"), (*PHONE, "dark"), (820, 1100, "light"), (*WINDOW, "light"), (*WINDOW, "dark")]


@asynccontextmanager
async def visit(browser: Browser, width: int = 1280, height: int = 800, scheme: Scheme = "light") -> AsyncIterator[tuple[Stage, RoomPage]]:
    async with training_room() as stage, opened(stage.url, browser) as page:
        Demo(stage)
        await page.open(width, height, scheme)
        yield stage, page


async def report(page: RoomPage) -> None:
    await page.say("ctv", "báo cáo")
    await page.press("ctv", "TẠM AN TOÀN")
    await page.press("ctv", "Bạo lực hoặc xâm hại")
    await page.wait_text("phong-truc", "Chưa ai nhận")


@pytest.mark.parametrize(("width", "height", "scheme"), LOOKS)
async def test_story(browser: Browser, width: int, height: int, scheme: Scheme, tmp_path: Path) -> None:
    """From the first word to the details, in every size and both schemes: nothing too small, too wide or without a name."""
    name = f"page-{width}-{scheme}"
    async with visit(browser, width, height, scheme) as (_, page):
        await page.shot(f"{name}-0-empty")
        await page.say("ctv", "báo cáo")
        await page.wait_text("ctv", "Trẻ đang")
        await page.shot(f"{name}-1-question")
        await page.press("ctv", "TẠM AN TOÀN")
        await page.press("ctv", "Bạo lực hoặc xâm hại")
        await page.wait_text("ctv", "VV-2026")
        assert await page.faults() == []
        await page.press("phong-truc", "Xem chi tiết", "truc-b")
        assert await page.toast("phong-truc") == "Đã gửi chi tiết vào tin nhắn riêng của anh/chị."
        await page.shot(f"{name}-2-card")
        assert await page.faults() == []
        await page.press("phong-truc", "Tôi tiếp nhận", "truc-a")
        await page.wait_text("phong-truc", "Cán bộ trực A tiếp nhận lúc")
        await page.show("truc-b")
        await page.shot(f"{name}-3-details")
        paths = [tmp_path / f"{n}.jpg" for n in range(3)]
        for path, colour in zip(paths, ("#9bb", "#c9a", "#7a9"), strict=True):
            path.write_bytes(picture(colour))
        await page.photos("ctv", *paths, text="Ảnh chụp lúc nãy,\nnhìn từ ngoài ngõ.")
        await page.wait_text("ctv", "Đã nhận 3 ảnh")
        await page.open_clock()
        await page.shot(f"{name}-4-photos")
        assert await page.faults() == []
        assert page.complaints == []


async def test_retired_buttons_disappear(browser: Browser) -> None:
    """An answered question keeps its text, loses its buttons, and the answer stands there as the person's own words."""
    async with visit(browser) as (_, page):
        await report(page)
        assert (await page.labels("ctv"), await page.labels("phong-truc")) == ([], ["Tôi tiếp nhận", "Xem chi tiết"])
        assert (await page.texts("ctv"))[:3] == ["báo cáo", "Trẻ đang như thế nào?\nCần gấp, gọi 113 / 115 / 111.", "TẠM AN TOÀN"]


async def test_failed_message_is_kept_and_sent_again(browser: Browser) -> None:
    """A message that did not get through is kept, also over a reload, and one tap sends it again as the same message."""
    async with visit(browser, *PHONE) as (stage, page):
        stage.trouble.append(RuntimeError("the database is down"))
        await page.say("ctv", "Cháu bé ở tổ 5")
        resend = page.tab.get_by_role("button", name="Chưa gửi được, bấm để gửi lại")
        await resend.wait_for()
        await page.shot("page-360-light-5-failed")
        await page.reload()
        await resend.click()
        await page.wait_text("ctv", "Chưa hiểu")
        assert ([i.text for i in stage.heard], await resend.count()) == (["Cháu bé ở tổ 5"], 0)


async def test_words_too_long_for_a_caption_follow_the_photo(browser: Browser, tmp_path: Path) -> None:
    """Neither the photo nor a word of it is refused."""
    async with visit(browser) as (stage, page):
        path, words = tmp_path / "anh.jpg", ("dài lắm " * 250).strip()
        path.write_bytes(picture())
        await page.photos("ctv", path, text=words)
        await page.wait_text("ctv", "Chưa hiểu")
        assert [(i.kind.value, i.text) for i in stage.heard] == [("photo", ""), ("text", words)]


async def test_reload_shows_the_same(browser: Browser) -> None:
    """After a reload, and after a break too long to catch up with, every chat shows what it showed, once."""
    async with visit(browser) as (stage, page):
        await report(page)
        before = await page.texts("ctv"), await page.texts("phong-truc")
        await page.reload()
        assert (await page.texts("ctv"), await page.texts("phong-truc")) == before
        stage.channel.stream.restart()
        await stage.channel.send(stage.letter("ctv", "Sau đó"))
        await page.wait_text("ctv", "Sau đó")
        assert await page.texts("ctv") == [*before[0], "Sau đó"]


async def test_markup_is_only_text(browser: Browser) -> None:
    """What somebody writes is shown as it was written; nothing of it becomes a part of the page."""
    async with visit(browser) as (stage, page):
        nasty = '<img src=x onerror="alert(1)"><b>đậm</b>'
        await stage.channel.send(stage.letter("ctv", nasty))
        await page.wait_text("ctv", "đậm")
        assert (await page.last_text("ctv"), await page.tab.locator(".text b, .text img").count()) == (nasty, 0)


NUMBERS = {
    "Gọi 113/115 hoặc 111.": ["113", "115", "111"],
    "115: cấp cứu, trực ban 024 3872 1234, 0912.345.678": ["115", "02438721234", "0912345678"],
    "VV-2026-0115, ngày 11/11/2026, 8h30, 1115 trẻ, 111.000 đồng": [],
    "Số +84 912 345 678 hay 1800 1567": ["+84912345678", "18001567"],
}


async def test_telephone_numbers(browser: Browser) -> None:
    """Hotlines and whole numbers can be tapped; codes, dates and amounts are left alone."""
    async with visit(browser) as (stage, page):
        for text in NUMBERS:
            await stage.channel.send(stage.letter("ctv", text))
        await page.wait_text("ctv", "1800")
        shown = page.tab.locator('[data-chat="ctv"] .text')
        links = "all => all.map((text) => [...text.querySelectorAll('a')].map((a) => a.getAttribute('href').slice(4)))"
        assert dict(zip(await page.texts("ctv"), await shown.evaluate_all(links), strict=True)) == NUMBERS


async def test_unread_badges(browser: Browser) -> None:
    """What arrives on a phone that is not in front is counted there; a quiet letter without the alarm colour; looking clears it."""
    async with visit(browser, *PHONE) as (_, page):
        await report(page)
        badges = page.tab.locator("#switcher .badge:visible")
        await expect(badges).to_have_count(2)
        assert await badges.evaluate_all("all => all.map((b) => b.className)") == ["badge loud", "badge"]
        assert await page.tab.title() == "(1) Báo Ngay: phòng tập huấn"
        await page.show("phong-truc")
        await page.show("phuong")
        await expect(badges).to_have_count(0)


async def test_press_keeps_the_keyboard_in_place(browser: Browser) -> None:
    """Somebody who answers by keyboard is not thrown back to the top of the page when the buttons go."""
    async with visit(browser) as (_, page):
        await page.say("ctv", "báo cáo")
        button = page.tab.get_by_role("button", name="CHƯA RÕ")
        await button.focus()
        await button.press("Enter")
        await page.wait_text("ctv", "Chuyện gì")
        await expect(button).to_have_count(0)
        assert await page.tab.evaluate("document.activeElement.getAttribute('role')") == "log"


async def test_edit_of_own_message(browser: Browser) -> None:
    """The last thing that was written can be corrected in place."""
    async with visit(browser) as (stage, page):
        await page.say("ctv", "tổ năm")
        await page.wait_text("ctv", "Chưa hiểu")
        await page.tab.get_by_role("button", name="Sửa", exact=True).click()
        await page.say("ctv", "tổ 5")
        await page.wait_text("ctv", "tổ 5")
        await expect(page.tab.locator(".message.out .meta")).to_contain_text("đã sửa")
        assert [(i.text, i.edits) for i in stage.heard] == [("tổ năm", False), ("tổ 5", True)]


async def test_voice_note(browser: Browser) -> None:
    """A voice note is recorded in the page and heard as one."""
    async with visit(browser, *PHONE) as (stage, page):
        await page.tab.get_by_role("button", name="Ghi âm", exact=True).first.click()
        await page.tab.locator(".record-time:visible").wait_for()
        await page.shot("page-360-light-6-recording")
        await page.tab.wait_for_timeout(300)
        await page.tab.get_by_role("button", name="Gửi ghi âm").click()
        await page.wait_text("ctv", "Chưa hiểu")
        assert [(i.kind.value, len(i.files)) for i in stage.heard] == [("voice", 1)]


async def test_clock_and_start_again(browser: Browser) -> None:
    """The clock is moved by its buttons, by the next morning and by the field; "start again" asks once and empties every phone."""
    async with visit(browser, *PHONE) as (stage, page):
        assert await page.clock() == "Thứ Hai 23/11/2026 10:32"
        await page.move_clock(3)
        await page.move_clock(25)
        assert await page.clock() == "Thứ Hai 23/11/2026 11:00"
        await page.open_clock()
        await page.tab.get_by_role("button", name="Sáng mai 7:00").click()
        await expect(page.tab.locator("#clock-now")).to_have_text("Thứ Ba 24/11/2026 07:00")
        await page.say("ctv", "xin chào")
        await page.wait_text("ctv", "Chưa hiểu")
        await page.open_clock()
        await page.tab.locator("#again").click()
        await page.shot("page-360-light-7-again")
        await page.tab.get_by_role("button", name="Thôi", exact=True).click()
        assert stage.room.starts == 0
        await page.start_again()
        await expect(page.tab.locator("#clock-now")).to_have_text("Thứ Hai 23/11/2026 10:32")
        assert await page.texts("ctv") == []


async def test_language_of_the_page(browser: Browser) -> None:
    """The page's own words change their language, what was said does not; the choice is remembered."""
    async with visit(browser) as (_, page):
        await report(page)
        await page.tab.get_by_role("button", name="English").click()
        await page.reload()
        assert await page.clock() == "Monday 23/11/2026 10:32"
        assert await page.tab.get_by_role("tab").first.inner_text() == "Collaborator"
        assert "Chuyện gì đã xảy ra?" in await page.texts("ctv")
        await page.shot("page-1280-light-8-english")
        assert await page.faults() == []


async def test_tabs_by_keyboard(browser: Browser) -> None:
    """The chats of a pane are tabs: the arrows move between them, and one of them is a stop of the Tab key."""
    async with visit(browser) as (_, page):
        await page.tab.locator("#tab-phong-truc").focus()
        await page.tab.keyboard.press("ArrowRight")
        await expect(page.tab.locator("#tab-truc-a")).to_be_focused()
        await page.tab.keyboard.press("End")
        await expect(page.tab.locator("#tab-lanh-dao")).to_have_attribute("aria-selected", "true")
        stops = await page.tab.locator("#pane-truc [role=tab]").evaluate_all("all => all.map((t) => t.tabIndex)")
        assert stops == [-1, -1, -1, 0]


async def test_reader_is_left_where_they_read(browser: Browser) -> None:
    """Whoever reads further up is not pulled down by a new letter but told of it; whoever reads the end stays at the end."""
    async with visit(browser, *PHONE) as (stage, page):
        for number in range(30):
            await stage.channel.send(stage.letter("ctv", f"Tin số {number}\ndòng hai"))
        await page.wait_text("ctv", "Tin số 29")
        log = page.tab.locator('[data-chat="ctv"] .log')
        end = "log => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight)"
        await page.open_clock()
        await page.tab.wait_for_timeout(100)
        assert await log.evaluate(end) < 5
        await log.evaluate("log => { log.scrollTop = 200; }")
        await page.tab.wait_for_timeout(100)
        await stage.channel.send(stage.letter("ctv", "Tin mới nhất"))
        await page.tab.get_by_role("button", name="Tin mới").wait_for()
        assert await log.evaluate("log => log.scrollTop") == 200
        await page.tab.get_by_role("button", name="Tin mới").click()
        assert await log.evaluate(end) < 5


async def test_deleted_message_disappears(browser: Browser) -> None:
    """A letter that is taken back is gone from the page."""
    async with visit(browser) as (stage, page):
        letter = stage.letter("truc-a", "Chi tiết vụ 42")
        outcome = await stage.channel.send(letter)
        await page.wait_text("truc-a", "Chi tiết vụ 42")
        target = getattr(outcome, "external_id", "")
        await stage.channel.send(stage.letter("truc-a", kind=LetterKind.DELETE, target_external=target))
        await expect(page.tab.locator('[data-chat="truc-a"] .message')).to_have_count(0)
