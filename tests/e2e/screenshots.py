"""The pictures of the README, taken of the real training room: `python -m tests.e2e.screenshots`.

They need a Chromium and, for the signs of the cards, a font with colour emoji (Debian: fonts-noto-color-emoji).
"""

import asyncio
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import expect

from tests.e2e.browser import RoomPage, launched
from tests.e2e.serving import ROOT, served

IMAGES = ROOT / "docs" / "images"


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder)) as room, launched() as browser:
            page = RoomPage(browser, room.url)
            await page.open(1280, 800)
            await at_nine(page)
            await three_panes(page)
            await page.open(360, 740)
            await page.start_again()
            await page.open_clock()
            await at_nine(page)
            await phone(page)
            await page.close()


async def at_nine(page: RoomPage) -> None:
    """In the morning, whenever the pictures are taken."""
    await page.tab.locator("#clock-morning").click()
    await expect(page.tab.locator("#clock-now")).to_contain_text("07:00")
    for _ in range(2):
        await page.move_clock(60)
    await page.tab.locator("#clock-face").evaluate("face => face.getAttribute('aria-expanded') === 'true' && face.click()")
    await expect(page.tab.locator("#notice")).to_be_empty()


async def phone(page: RoomPage) -> None:
    """In danger: the numbers that answer at once, and the next question."""
    await page.say("ctv", "bao cao")
    await page.press("ctv", "ĐANG NGUY HIỂM")
    await page.wait_text("ctv", "ở phường nào")
    await keep(page, "phong-tap-huan-dien-thoai")


async def three_panes(page: RoomPage) -> None:
    """The collaborator's next question, the duty room where an officer has taken the case, the ward that was told of it."""
    await page.say("ctv", "bao cao")
    await page.press("ctv", "ĐANG NGUY HIỂM")
    await page.press("ctv", "Phường Ngọc Lâm")
    await page.say("ctv", "số 8 ngõ 12, gần trường mầm non")
    await page.press("ctv", "Đã gọi")
    await page.press("ctv", "Bạo lực hoặc xâm hại")
    await page.press("ctv", "Bạo lực trẻ em")
    await page.press("ctv", "Hàng xóm, người quen")
    await page.wait_text("ctv", "sống cùng trẻ")
    await page.press("phong-truc", "Tôi tiếp nhận", "truc-a")
    await page.wait_text("phuong", "đã nhận lúc")
    await expect(page.tab.locator(".toast.shown")).to_have_count(0, timeout=15_000)
    await keep(page, "phong-tap-huan-ba-man-hinh")


async def keep(page: RoomPage, name: str) -> None:
    """Few colours are enough for a page, and a third of the size."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    await page.tab.mouse.move(0, 0)
    await page.tab.evaluate("document.activeElement.blur()")
    taken = await page.shot(name)
    with Image.open(taken) as picture:
        picture.convert("RGB").quantize(192, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            IMAGES / f"{name}.png", optimize=True
        )


if __name__ == "__main__":
    asyncio.run(main())
