"""The page behind a one-time link in a real browser, on a telephone's screen: opened, read, reloaded, gone; and never again in another browser.

Everything runs: the case is told in a dialogue, the link arrives as a letter, the App serves the page. The officer's number ends in 5678.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, BrowserContext, expect
from playwright.async_api import Page as Tab

from bot.database import Database
from bot.vault import Vault
from tests.bot.pages.people import DIGITS, SECRETS, Serving, link_in, private_scene, serving, told_case, with_files
from tests.e2e.browser import NAMELESS, SHOTS, TOO_SMALL, TOO_WIDE, needs_chromium
from tests.letters import until

pytestmark = [needs_chromium, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GONE = "Liên kết này không còn dùng được."


class Phone:
    """Somebody's browser. `asked`: every address that it has asked for; `complaints`: what its console said as error."""

    def __init__(self, context: BrowserContext, tab: Tab) -> None:
        self.context, self.tab = context, tab
        self.asked: list[str] = []
        self.complaints: list[str] = []
        tab.on("request", lambda request: self.asked.append(f"{request.url} {request.headers.get('referer', '')}"))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)

    async def follows(self, service: Serving, token: str) -> None:
        await self.tab.goto(f"{service.url}/xem#{token}")

    async def types(self, digits: str) -> None:
        await self.tab.locator("#digits").fill(digits)
        await self.tab.locator("#open").click()

    async def sees(self, text: str) -> None:
        await expect(self.tab.locator("main")).to_contain_text(text)

    async def faults(self) -> list[str]:
        """What is too small to tap, too wide, or without a name for a screen reader."""
        return [fault for question in (TOO_SMALL, NAMELESS, TOO_WIDE) for fault in await self.tab.evaluate(question)]

    async def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        await self.tab.screenshot(path=SHOTS / f"xem-{name}.png", animations="disabled")


@asynccontextmanager
async def phone(browser: Browser, scheme: Literal["light", "dark"] = "light") -> AsyncIterator[Phone]:
    """A telephone of 360 by 740."""
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, locale="vi-VN", has_touch=True, is_mobile=True, device_scale_factor=2, color_scheme=scheme
    )
    try:
        tab = await context.new_page()
        tab.set_default_timeout(10_000)
        yield Phone(context, tab)
    finally:
        await context.close()


@asynccontextmanager
async def linked(
    db: Database, vault: Vault, folder: Path, words: str = "chitiet 1", locale: str = "vi"
) -> AsyncIterator[tuple[Serving, str]]:
    """The service, and the token of the link that the officer on duty was sent."""
    scene = await private_scene(db, vault)
    await told_case(scene)
    await with_files(scene, folder / "attachments")
    token = link_in(await scene.says("truc-a", words))
    async with serving(scene, folder) as service:
        await until(lambda: any(token in text for text in service.wire.texts("truc-a")))
        yield service, token


@only_sqlite
async def test_details_are_read_reloaded_and_gone(browser: Browser, db: Database, vault: Vault, tmp_path: Path) -> None:
    """Digits, details, a reload, and after its time nothing; a second browser never sees any of it."""
    async with linked(db, vault, tmp_path) as (service, token), phone(browser) as mine, phone(browser) as another:
        await mine.follows(service, token)
        await mine.sees("Bốn số cuối điện thoại")
        await mine.shot("1-hoi-so")
        assert await mine.faults() == []
        await mine.types("0000")
        await mine.sees("Chưa đúng bốn số cuối")
        await mine.shot("2-sai-so")
        await mine.types(DIGITS)
        for word in (*SECRETS, "Xem được ở đây đến 10:15", "Đừng chụp màn hình"):
            await mine.sees(word)
        await mine.shot("3-chi-tiet")
        assert await mine.faults() == []
        assert token not in mine.tab.url

        await mine.tab.reload()
        await mine.sees(SECRETS[0])
        assert await mine.tab.locator("#ask").is_hidden()

        await another.follows(service, token)
        await another.types(DIGITS)
        await another.sees(GONE)
        assert SECRETS[0] not in await another.tab.content()
        await another.shot("4-may-khac")

        await service.scene.passes(minutes=15)
        await mine.tab.reload()
        await mine.sees(GONE)
        assert SECRETS[0] not in await mine.tab.content()
        assert [line for line in (*mine.asked, *another.asked, *service.lines) if token in line] == []
        assert [line for line in mine.complaints if "403" not in line and "410" not in line] == []


@only_sqlite
async def test_a_photo_is_seen_enlarged_and_a_voice_note_can_be_played(
    browser: Browser, db: Database, vault: Vault, tmp_path: Path
) -> None:
    """Decoded by the browser itself, from addresses that live only within this page."""
    async with linked(db, vault, tmp_path, "/anh 1") as (service, token), phone(browser) as mine:
        await mine.follows(service, token)
        await mine.types(DIGITS)
        image = mine.tab.locator(".photo img")
        await expect(image).to_be_visible()
        assert await image.evaluate("image => image.decode().then(() => [image.naturalWidth, image.src.slice(0, 5)])") == [640, "blob:"]
        sound = mine.tab.locator("audio")
        await expect(sound).to_be_visible()
        assert await sound.evaluate("sound => [sound.controls, sound.src.slice(0, 5)]") == [True, "blob:"]
        await mine.shot("5-anh")
        assert await mine.faults() == []
        await image.click()
        large = mine.tab.locator("#picture")
        await expect(large).to_be_visible()
        await mine.shot("6-anh-to")
        await mine.tab.locator("#close").click()
        await expect(large).to_be_hidden()
        stored = await mine.tab.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
        assert stored == [0, 0, ""]


@only_sqlite
async def test_the_page_takes_its_content_away_by_itself(browser: Browser, db: Database, vault: Vault, tmp_path: Path) -> None:
    """When its time is over, when it is left, and when nobody has looked for ten minutes; the browser's clock is moved, nothing is waited for."""
    async with linked(db, vault, tmp_path) as (service, token), phone(browser) as mine:
        await mine.tab.clock.install()
        await mine.follows(service, token)
        await mine.types(DIGITS)
        await mine.sees(SECRETS[0])

        await mine.tab.evaluate(SHOWS, True)
        await mine.tab.clock.fast_forward(10 * 60 * 1000)
        await mine.tab.evaluate(SHOWS, False)
        await mine.sees("Đã che đi")
        assert SECRETS[0] not in await mine.tab.content()
        await mine.shot("7-da-che")
        await mine.tab.locator("#again").click()
        await mine.sees(SECRETS[0])

        await mine.tab.evaluate("dispatchEvent(new Event('pagehide'))")
        assert SECRETS[0] not in await mine.tab.content()
        await mine.tab.reload()
        await mine.sees(SECRETS[0])

        await mine.tab.clock.fast_forward(15 * 60 * 1000)
        await mine.sees(GONE)
        assert SECRETS[0] not in await mine.tab.content()


SHOWS = """hidden => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@only_sqlite
async def test_a_phone_that_drops_the_page_while_the_number_is_looked_up(
    browser: Browser, db: Database, vault: Vault, tmp_path: Path
) -> None:
    """The token left the address bar at once, and a reload before the digits still knows it; without a connection nothing is used up."""
    async with linked(db, vault, tmp_path) as (service, token), phone(browser) as mine:
        await mine.follows(service, token)
        await mine.sees("Bốn số cuối điện thoại")
        assert mine.tab.url == f"{service.url}/xem"
        await mine.tab.reload()
        await mine.context.set_offline(True)
        await mine.types(DIGITS)
        await mine.sees("Chưa kết nối được")
        await mine.context.set_offline(False)
        await mine.types(DIGITS)
        await mine.sees(SECRETS[0])


@only_sqlite
async def test_details_and_photos_stand_side_by_side(browser: Browser, db: Database, vault: Vault, tmp_path: Path) -> None:
    """Two links in one browser: each tab shows its own page again."""
    async with linked(db, vault, tmp_path) as (service, token), phone(browser, "dark") as mine:
        await mine.follows(service, token)
        await mine.types(DIGITS)
        await mine.sees(SECRETS[0])
        await mine.shot("8-ban-dem")
        photos = link_in(await service.scene.says("truc-a", "/anh 1"))
        second = Phone(mine.context, await mine.context.new_page())
        await second.follows(service, photos)
        await second.types(DIGITS)
        await expect(second.tab.locator(".photo img")).to_be_visible()
        await mine.tab.reload()
        await mine.sees(SECRETS[0])
        await second.tab.reload()
        await expect(second.tab.locator(".photo img")).to_be_visible()


@only_sqlite
async def test_a_second_link_in_the_same_tab(browser: Browser, db: Database, vault: Vault, tmp_path: Path) -> None:
    """Only what stands behind the "#" changes, so the browser loads nothing anew: the page must notice by itself."""
    async with linked(db, vault, tmp_path) as (service, token), phone(browser) as mine:
        await mine.follows(service, token)
        await mine.types(DIGITS)
        await mine.sees(SECRETS[0])
        photos = link_in(await service.scene.says("truc-a", "/anh 1"))
        await mine.tab.evaluate("token => { location.hash = token; }", photos)
        await mine.sees("Bốn số cuối điện thoại")
        assert SECRETS[0] not in await mine.tab.content()
        await mine.types(DIGITS)
        await expect(mine.tab.locator(".photo img")).to_be_visible()


@only_sqlite
async def test_a_bare_address_says_what_to_do(browser: Browser, db: Database, vault: Vault, tmp_path: Path) -> None:
    """Typed by hand or found in a history: a kind sentence, and no form that leads nowhere."""
    async with linked(db, vault, tmp_path) as (service, _token), phone(browser) as mine:
        await mine.tab.goto(f"{service.url}/xem")
        await mine.sees(GONE)
        await expect(mine.tab.locator("#ask")).to_be_hidden()
