"""The training room as a person sees it: a real Chromium, driven by what is on the page.

async with opened(url) as page:          # a browser of its own; `opened(url, browser)` visits with the module's one
    await page.open(360, 740)
    await page.say("ctv", "báo cáo")
    await page.press("ctv", "TẠM AN TOÀN")
    await page.wait_text("phong-truc", "chưa ai nhận")
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Literal
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Download, Locator, async_playwright, expect
from playwright.async_api import Page as Tab

expect.set_options(timeout=30_000)  # for the page to show something; it fails late, it passes as soon as ever
SHOTS = Path(__file__).parents[2] / "var" / "screenshots"
# Without the second line a Chromium that starts on a machine without a way out spends its first seconds asking for updates.
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
]
Scheme = Literal["light", "dark"]


def find_chromium() -> str | None:
    """The browser of this machine; none is ever downloaded."""
    if Path("/usr/bin/chromium").exists():
        return "/usr/bin/chromium"
    return next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)


MISSING = "no Chromium here: install the package chromium to run the browser tests"
NO_SKIP = os.environ.get("BAONGAY_TEST_NO_SKIP", "") == "1"  # where everything must have been tested, a missing browser is a failure
needs_chromium = pytest.mark.skipif(find_chromium() is None and not NO_SKIP, reason=MISSING)

# What a page must not have, asked of it.
TOO_SMALL = """() => [...document.querySelectorAll("button, select, input:not([type=file]), textarea")]
    .filter((e) => e.checkVisibility() && !e.matches(".edit") && e.getBoundingClientRect().height < 44)
    .map((e) => "too small: " + (e.className || e.id))"""
NAMELESS = """() => [...document.querySelectorAll("button, select, input:not([type=file]), textarea, [role=log], [role=tablist], nav, img")]
    .filter((e) => e.checkVisibility() && !(e.getAttribute("aria-label") || e.textContent.trim() || e.closest("label") || e.hasAttribute("alt")))
    .map((e) => "nameless: " + e.outerHTML.slice(0, 80))"""
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll(".log, .tabs, .switcher")]
    .filter((e) => e.scrollWidth > e.clientWidth).map((e) => "too wide: " + (e.className || e.tagName))"""
SLIPS = """() => document.documentElement.scrollHeight > innerHeight ? ["the page itself can be scrolled away"] : []"""
EMPTY = """() => [...document.querySelectorAll(".toast.shown, .bubble")].filter((e) => !e.innerText.trim() && !e.querySelector("img, audio"))
    .map((e) => "empty: " + e.className)"""


class RoomPage:
    """One visitor of the training room. Chats are named by their ids in the cast; `timeout` in seconds."""

    def __init__(self, browser: Browser, url: str, timeout: float = 30) -> None:
        self._browser, self._url, self._timeout = browser, url, timeout * 1000
        self._context: BrowserContext | None = None
        self.complaints: list[str] = []  # what the browser's console said as error, and scripts that raised
        self.tab: Tab

    async def open(self, width: int, height: int, scheme: Scheme = "light", locale: str = "vi-VN") -> None:
        """A fresh visit in a window of this size; an earlier one is closed."""
        await self.close()
        touch = width < 700
        self._context = await self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=locale,
            has_touch=touch,
            device_scale_factor=2 if touch else 1,
        )
        self.tab = await self._context.new_page()
        self.tab.set_default_timeout(self._timeout)
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        await self.tab.goto(self._url)
        await self._ready()

    async def reload(self) -> None:
        await self.tab.reload()
        await self._ready()

    async def close(self) -> None:
        if self._context:
            await self._context.close()
        self._context = None

    # --- what a person does -------------------------------------------------------------------------------------------

    async def show(self, chat: str) -> Locator:
        """Bring a chat to the front as a person would: the phone below on a narrow screen, the tab above."""
        place = self.tab.locator(f'[data-chat="{chat}"]')
        pane = self.tab.locator(".pane", has=self.tab.locator(f'[data-chat="{chat}"]'))
        if not await pane.is_visible():
            number = await pane.evaluate("pane => [...pane.parentElement.children].indexOf(pane)")
            await self.tab.locator("#switcher button").nth(number).click()
        if not await place.is_visible():
            await self.tab.locator(f"#tab-{chat}").click()
        await expect(place).to_be_visible(timeout=self._timeout)
        return place

    async def say(self, chat: str, text: str, sender: str = "") -> None:
        """Type and press Enter; `sender` chooses who writes in a group."""
        place = await self.show(chat)
        if sender:
            await place.locator(".senders select").select_option(sender)
        await place.locator("textarea").fill(text)
        await place.locator("textarea").press("Enter")

    async def press(self, chat: str, label: str, sender: str = "") -> None:
        """Press the newest button with exactly this label."""
        place = await self.show(chat)
        if sender:
            await place.locator(".senders select").select_option(sender)
        await place.get_by_role("button", name=label, exact=True).and_(place.locator(".answer")).last.click()

    async def photos(self, chat: str, *paths: Path, text: str = "") -> None:
        place = await self.show(chat)
        await place.locator('input[type=file][accept="image/*"]').set_input_files([str(path) for path in paths])
        await expect(place.locator(".preview")).to_have_count(len(paths), timeout=self._timeout)
        await place.locator("textarea").fill(text)
        await place.locator("textarea").press("Enter")

    async def files(self, chat: str, *paths: Path, text: str = "") -> None:
        """Office files, chosen behind the paper clip, with words of their own."""
        place = await self.show(chat)
        await place.locator('input[type=file][accept=".docx,.xlsx,.pdf"]').set_input_files([str(path) for path in paths])
        await expect(place.locator(".preview .sheet")).to_have_count(len(paths), timeout=self._timeout)
        await place.locator("textarea").fill(text)
        await place.locator("textarea").press("Enter")

    async def download(self, chat: str, name: str) -> Download:
        """The newest file of that name which Báo Ngay has sent."""
        place = await self.show(chat)
        async with self.tab.expect_download() as downloading:
            await place.locator(f'.message.in a.sheet[download="{name}"]').last.click()
        return await downloading.value

    async def move_clock(self, minutes: int) -> None:
        """By the button where there is one, else by the date and time field; returns when the clock has moved."""
        before = await self.clock()
        await self.open_clock()
        button = self.tab.locator(f'[data-plus="{minutes}"]')
        if await button.count():
            await button.click()
        else:
            moved = "([at, m]) => new Date(Date.parse(`${at}Z`) + m * 60000).toISOString().slice(0, 16)"
            field = self.tab.locator("#clock-to")
            shown = await field.get_attribute("data-now")
            await field.fill(await self.tab.evaluate(moved, [shown, minutes]))
            await self.tab.locator("#clock-form button").click()
        await expect(self.tab.locator("#clock-now")).not_to_have_text(before, timeout=self._timeout)
        await expect(self.tab.locator("#clock")).not_to_have_attribute("aria-busy", "true", timeout=60_000)

    async def begin(self, day: str, hour: str = "07:00") -> None:
        """Start again on a day, "2021-05-03", by its dialog."""
        await self.open_clock()
        await self.tab.locator("#begin").click()
        await self.tab.locator("#begin-day").fill(day)
        await self.tab.locator("#begin-hour").fill(hour)
        async with self.tab.expect_response("**/api/again"):
            await self.tab.locator("#begin-dialog button[value=yes]").click()
        await expect(self.tab.locator("#clock")).not_to_have_attribute("aria-busy", "true", timeout=60_000)

    async def start_again(self) -> None:
        await self.open_clock()
        await self.tab.locator("#again").click()
        async with self.tab.expect_response("**/api/again"):
            await self.tab.locator("#again-dialog button[value=yes]").click()
        await expect(self.tab.locator("#clock")).not_to_have_attribute("aria-busy", "true", timeout=60_000)

    # --- what a person sees -------------------------------------------------------------------------------------------

    async def texts(self, chat: str) -> list[str]:
        """Every bubble's text, oldest first, also of a chat that is not in front."""
        texts: list[str] = await self.tab.locator(f'[data-chat="{chat}"] .messages .text').all_text_contents()
        return texts

    async def last_text(self, chat: str) -> str:
        """The newest text of Báo Ngay in a chat, "" where it has said nothing."""
        texts = await self.tab.locator(f'[data-chat="{chat}"] .message.in .text').all_text_contents()
        return texts[-1] if texts else ""

    async def wait_text(self, chat: str, substring: str) -> None:
        """Until some bubble of the chat carries it."""
        bubble = self.tab.locator(f'[data-chat="{chat}"] .messages .text', has_text=substring)
        await bubble.last.wait_for(state="attached")

    async def labels(self, chat: str) -> list[str]:
        """The buttons on offer in a chat, oldest first."""
        labels: list[str] = await self.tab.locator(f'[data-chat="{chat}"] .answer').all_text_contents()
        return labels

    async def toast(self, chat: str) -> str:
        shown = self.tab.locator(f'[data-chat="{chat}"] .toast.shown')
        await shown.wait_for()
        return await shown.inner_text()

    async def faults(self) -> list[str]:
        """What is too small to tap, too wide, empty, or without a name for a screen reader."""
        return [fault for question in (TOO_SMALL, NAMELESS, TOO_WIDE, SLIPS, EMPTY) for fault in await self.tab.evaluate(question)]

    async def clock(self) -> str:
        return await self.tab.locator("#clock-now").inner_text()

    async def shot(self, name: str) -> Path:
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{name}.png"
        part = path.with_suffix(f".{os.getpid()}-{uuid4().hex[:6]}.png")
        await self.tab.screenshot(path=part, animations="disabled")
        part.replace(path)
        return path

    async def _ready(self) -> None:
        await self.tab.locator("body[data-ready=yes]").wait_for()

    async def open_clock(self) -> None:
        if not await self.tab.locator("#clock-panel").is_visible():
            await self.tab.locator("#clock-face").click()


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """The browser of this machine. Without one the test is skipped, or fails where nothing may be skipped."""
    path = find_chromium()
    if path is None:
        pytest.fail(MISSING) if NO_SKIP else pytest.skip(MISSING)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield chromium
        finally:
            await chromium.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests of a module, which say `pytest.mark.asyncio(loop_scope="module")`: to start it takes longer than most of them.
    Every visit has a context of its own, so that nothing is left behind."""
    async with launched() as chromium:
        yield chromium


@asynccontextmanager
async def opened(
    url: str,
    browser: Browser | None = None,
    timeout: float = 30,  # noqa: ASYNC109  it is the page's patience, not ours
) -> AsyncIterator[RoomPage]:
    """A visitor, with a browser of their own if none is given."""
    async with AsyncExitStack() as closing:
        if browser is None:
            browser = await closing.enter_async_context(launched())
        page = RoomPage(browser, url, timeout)
        closing.push_async_callback(page.close)
        yield page
